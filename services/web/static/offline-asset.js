// Shows an item from the phone's copy, with what was done to it here since.
import { desk, find } from "./carried.js";
import { choices, fill } from "./fill.js";
import { show, waitingOf } from "./waiting.js";

const { lines: [line] } = await find(decodeURIComponent(location.pathname.split("/")[2]));
const have = await desk();
if (line && have) {
  const waiting = await waitingOf(line.tag);
  const last = waiting.filter((e) => e.what === "issue" || e.what === "return").at(-1)?.what;
  const status = { issue: "issued", return: "in_store" }[last] ?? line.status;
  const may = (what) => have.person.may.includes(what);
  const name = (list, code) => list.find((one) => one.code === code)?.name ?? code;
  choices(document, have);
  fill(document.querySelector("#here"), {
    ...line, condition: document.querySelector(`#i-condition [value="${line.condition ?? "none"}"]`)?.textContent, voucher: last ? "" : line.voucher, unit_name: name(have.units, line.unit), category_name: name(have.categories, line.category), custodian_name: line.custodian && name(have.people, line.custodian),
    can: { issue: may("issue") && status === "in_store", return: may("issue") && status === "issued", service: may("service") },
  });
  const chip = document.querySelector("#states").content.querySelector("." + status);
  document.querySelector("[data-state]").append(chip.cloneNode(true));
}
show(line && have);
