// Tells what can be done without a network.
import { desk, size } from "./carried.js";
import { stamp } from "./fill.js";

const have = await desk();
document.querySelector("#empty").hidden = Boolean(have);
document.querySelector("[data-size]").textContent = await size();
function list(id, papers, of) {
  const section = document.querySelector(id);
  section.hidden = !papers.length;
  section.querySelector("ul").append(...papers.map((p) => stamp("paper", { number: p.number, ...of(p) })));
}
if (have) {
  list("#counts", have.stocktakes, (s) => ({ href: "stocktakes/" + s.number + "/count", says: s.name }));
  list("#arriving", have.vouchers, (v) => ({ href: "vouchers/" + v.number, says: v.lines.map((l) => l.name).join(", ") }));
}
