// Puts one label after the other on the lines of a voucher; the same one only once.
import { possible, start } from "./camera.js";
import { codeIn, fold, tagOf } from "./tags.js";
import { signal } from "./signals.js";

const lines = document.querySelector("textarea[name=lines]");
const box = document.querySelector(".camera");
const press = document.querySelector("#camera");
const said = document.querySelector("#camera-said");
const word = (name) => document.querySelector("#camera-words").content.querySelector(`[data-word=${name}]`).textContent;
const on = () => lines.value.split("\n").map((line) => line.trim()).filter(Boolean);

function take(text) {
  const code = tagOf(codeIn(text))?.tag ?? codeIn(text);
  const known = on().some((line) => fold(line.split(/\s/)[0]) === fold(code));
  if (!known) lines.value = [...on(), code].join("\n") + "\n";
  said.textContent = `${on().length} · ${code}` + (known ? " " + word("known") : "");
  signal(known ? "known" : "ok", box);
}

if (box && await possible().catch(() => false)) {
  press.hidden = false;
  press.addEventListener("click", () => {
    press.hidden = true;
    start(box, { found: take, again: take }).catch((fault) => {
      press.hidden = false;
      said.textContent = word(fault.name === "NotAllowedError" ? "denied" : "none");
    });
  });
}
