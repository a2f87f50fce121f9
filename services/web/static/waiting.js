// What was done here to an item or paper and is not sent yet.
import { entries } from "./outbox.js";
import { stamp, when } from "./fill.js";

export const word = (what) => document.getElementById("whats").content.querySelector(`[data-what=${what}]`).textContent;

// of returns the entries about an item or paper, and tells them on the page.
export async function waitingOf(of) {
  const mine = (await entries()).filter((e) => e.of === of && e.what !== "scan");
  const box = document.querySelector("#waiting");
  box.hidden = !mine.length;
  box.querySelector("ul").replaceChildren(...mine.map((e) => stamp("waiting-line", { says: word(e.what), when: when(e.happened) })));
  return mine;
}

// nothingHere says that the phone does not carry what the address names.
export function show(here) {
  document.querySelector(here ? "#here" : "#not-here").hidden = false;
}
