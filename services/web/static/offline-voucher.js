// A voucher to accept, line by line, as the phone carries it.
import { desk } from "./carried.js";
import { choices, fill, stamp } from "./fill.js";
import { show, waitingOf } from "./waiting.js";

const number = decodeURIComponent(location.pathname.split("/")[2]);
const have = await desk();
const voucher = have?.vouchers.find((v) => v.number === number);
if (voucher) {
  const name = (code) => have.units.find((u) => u.code === code)?.name ?? code;
  fill(document.querySelector("#here"), { ...voucher, from_name: name(voucher.from), to_name: name(voucher.to) });
  choices(document, have);
  const form = document.querySelector("form[data-later]");
  form.elements.version.value = voucher.version;
  document.querySelector("#lines").append(...voucher.lines.map((line) => {
    const row = stamp("line", { ...line, number: line.tag ?? line.lot });
    for (const field of row.querySelectorAll("input")) {
      if (field.closest("[hidden]")) field.disabled = true;
      field.name = (field.classList.contains("remark") ? "remark." : "line.") + line.line;
    }
    return row;
  }));
  form.hidden = (await waitingOf(number)).length > 0;
}
show(voucher);
