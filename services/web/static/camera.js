// Looks through the camera for labels, one after the other, with a light where the
// camera has one, and asks which is meant where two are in view.
import { decoder } from "./decode.js";
import { codeIn } from "./tags.js";

const gone = 1500; // ms out of view after which the same label is another scan
const rest = 40; // ms between two looks

// start opens the camera in a box and calls found with each code that comes into view;
// again with one that comes back. It returns a function that ends it.
export async function start(box, { found, again }) {
  const detect = await decoder();
  const video = box.querySelector("video");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  torch(box, stream.getVideoTracks()[0]);
  const seen = new Map(); // when each code was last in view
  let on = true;
  const stop = () => {
    on = false;
    for (const track of stream.getTracks()) track.stop();
    video.hidden = true;
  };
  (async () => {
    while (on && video.isConnected) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
    stop();
  })();
  async function look() {
    const codes = [...new Set(await detect(video).catch(() => []))];
    const now = Date.now();
    const fresh = codes.filter((code) => now - (seen.get(code) ?? -Infinity) > gone);
    const known = fresh.filter((code) => seen.has(code));
    const fresher = fresh.filter((code) => !seen.has(code));
    for (const code of codes) seen.set(code, now);
    if (!on) return;
    if (fresher.length > 1) {
      const chosen = await pick(box, fresher);
      for (const code of fresher) if (code !== chosen) seen.delete(code);
      if (chosen) await found(chosen, stop);
    } else if (fresher.length) await found(fresher[0], stop);
    else if (known.length && again) again(known[0]);
  }
  return stop;
}

// pick asks which of several codes is meant.
async function pick(box, codes) {
  const dialog = box.querySelector("dialog.picker"), list = dialog.querySelector(".choices");
  list.replaceChildren(...codes.map((code) => {
    const button = document.createElement("button");
    button.value = code;
    button.className = "button tag";
    button.textContent = codeIn(code);
    return button;
  }));
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue;
}

function torch(box, track) {
  const button = box.querySelector("button.torch");
  if (!button || !track.getCapabilities?.().torch) return;
  button.hidden = false;
  button.onclick = async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] }).then(() => button.setAttribute("aria-pressed", on), () => { button.hidden = true; });
  };
}

export const possible = async () => Boolean(navigator.mediaDevices?.getUserMedia) && Boolean(await decoder());
