// Keeps the box ready for a scanner that types, helps with the check digit, and reads
// labels with the camera. Where there is none, or it is refused, a photo does it.
import { possible, start } from "./camera.js";
import { tagOf } from "./tags.js";
import { signal } from "./signals.js";

const code = document.querySelector("input[name=code]");
const box = document.querySelector(".camera");
const press = document.querySelector("#camera");
const say = (word) => {
  document.querySelector("#camera-said").textContent = word ? document.querySelector("#camera-words").content.querySelector(`[data-word=${word}]`).textContent : "";
};

const ready = () => { if (!document.activeElement || document.activeElement === document.body) code.focus(); };
addEventListener("focus", ready);
document.addEventListener("click", () => setTimeout(ready, 0));
document.addEventListener("keydown", (event) => {
  if (document.activeElement === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey) code.focus();
});
ready();

// A tag whose last digit does not fit is told while it is typed.
code.addEventListener("input", () => {
  const wrong = Boolean(tagOf(code.value)?.wrong);
  code.toggleAttribute("aria-invalid", wrong);
  say(wrong ? "mistyped" : "");
});

const photo = document.querySelector("#photo");
photo?.addEventListener("change", () => photo.form.requestSubmit());
photo?.form.querySelector("button")?.classList.add("narrow-only");

const continuous = "continuous" in box.dataset;

async function look() {
  press.hidden = true;
  say("");
  await start(box, {
    found: (text, stop) => {
      code.value = text;
      if (!continuous) { stop(); signal("ok", box); }
      code.form.requestSubmit();
    },
    again: continuous ? (text) => code.form.dispatchEvent(new CustomEvent("again", { detail: text })) : null,
  });
}

if (await possible().catch(() => false)) {
  press.hidden = false;
  press.addEventListener("click", () => look().catch((fault) => {
    press.hidden = false;
    say(fault.name === "NotAllowedError" ? "denied" : "none");
    document.querySelector("#photo")?.focus();
  }));
}
