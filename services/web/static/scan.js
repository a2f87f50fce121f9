// Keeps the box ready for a scanner that types, and reads labels with the camera
// where the browser can (BarcodeDetector). Elsewhere a photo is read on the server.
const box = document.querySelector("input[name=code]");
const start = document.querySelector("#camera");
const video = document.querySelector("video");

const ready = () => { if (!document.activeElement || document.activeElement === document.body) box.focus(); };
addEventListener("focus", ready);
document.addEventListener("click", () => setTimeout(ready, 0));
document.addEventListener("keydown", (event) => {
  if (document.activeElement === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey) box.focus();
});
ready();

const photo = document.querySelector("#photo");
photo?.addEventListener("change", () => photo.form.requestSubmit());
photo?.form.querySelector("button")?.classList.add("narrow-only");

async function canDetect() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function look() {
  const formats = await BarcodeDetector.getSupportedFormats();
  const detector = new BarcodeDetector({ formats });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  video.srcObject = stream;
  video.hidden = false;
  start.hidden = true;
  await video.play();
  let last = {};
  const step = async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (!code) { requestAnimationFrame(step); return; }
    if ("continuous" in video.dataset) { // of many labels: each once while it is held before the camera
      const now = Date.now();
      if (code.rawValue !== last.code || now - last.at > 3000) {
        box.value = code.rawValue;
        box.form.requestSubmit();
      }
      last = { code: code.rawValue, at: now };
      requestAnimationFrame(step);
      return;
    }
    for (const track of stream.getTracks()) track.stop();
    navigator.vibrate?.(60);
    box.value = code.rawValue;
    box.form.requestSubmit();
  };
  step();
}

if (start && await canDetect().catch(() => false)) {
  start.hidden = false;
  start.addEventListener("click", () => look().catch((fault) => {
    start.hidden = false;
    const said = document.querySelector("#camera-said"); // which has the words
    said.textContent = fault.name === "NotAllowedError" ? said.dataset.refused : said.dataset.broken + " " + fault.message;
  }));
}
