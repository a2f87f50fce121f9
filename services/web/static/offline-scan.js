// Finds in the phone's copy what was scanned or typed, and notes that it was seen.
import { desk, find } from "./carried.js";
import { add, entries, newKey } from "./outbox.js";
import { stamp } from "./fill.js";

const box = document.querySelector("#find input[name=code]");
const seenOnce = 3600e3; // ms, as the book notes it

async function look(text) {
  for (const id of ["mistyped", "unknown", "several"]) document.getElementById(id).hidden = true;
  const voucher = (await desk())?.vouchers.find((v) => text.toUpperCase().includes(v.number.toUpperCase()));
  if (voucher) { location.replace("/vouchers/" + voucher.number); return; }
  const { lines, mistyped } = await find(text);
  if (lines.length === 1) {
    await seen(lines[0]);
    location.replace("/assets/" + lines[0].tag);
    return;
  }
  document.querySelector("#mistyped").hidden = !mistyped;
  document.querySelector("#unknown").hidden = mistyped || lines.length > 0;
  const several = document.querySelector("#several");
  several.hidden = !lines.length;
  several.querySelector("ul").replaceChildren(...lines.map((l) => stamp("one", l)));
  box.select();
}

async function seen(line) {
  const late = Date.now() - seenOnce;
  if ((await entries()).some((e) => e.what === "scan" && e.of === line.tag && Date.parse(e.happened) > late)) return;
  await add({ what: "scan", of: line.tag, hold: "scan " + line.tag, about: line.name, path: "/scan/seen", fields: [["code", line.tag]], key: newKey() });
}

document.querySelector("#find").addEventListener("submit", (event) => { event.preventDefault(); look(box.value); });
const asked = new URLSearchParams(location.search).get("code");
if (asked) { box.value = asked; await look(asked); }
