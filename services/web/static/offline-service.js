// The form of a service, by the schedules and meters of the item's category.
import { desk, find } from "./carried.js";
import { fill, stamp } from "./fill.js";
import { show, waitingOf } from "./waiting.js";

const { lines: [line] } = await find(decodeURIComponent(location.pathname.split("/")[2]));
const have = await desk();
const may = have?.person.may.includes("service");
if (line && may) {
  fill(document.querySelector("#here"), line);
  await waitingOf(line.tag);
  const kind = have.categories.find((c) => c.code === line.category) ?? {};
  for (const s of kind.schedules ?? []) {
    const row = stamp("schedule", s);
    row.querySelector("input").name = "did." + s.id;
    row.querySelector("input").checked = kind.schedules.length === 1;
    row.querySelector("ul").append(...(s.checklist ?? []).map((what, i) => {
      const work = stamp("work", { what });
      work.querySelector("input").name = `work.${s.id}.${i}`;
      return work;
    }));
    document.querySelector("#schedules").append(row);
  }
  for (const m of kind.meters ?? []) {
    const field = stamp("meter", m);
    field.querySelector("input").name = "meter." + m.name;
    document.querySelector("#meters .fields").append(field);
    document.querySelector("#meters").hidden = false;
  }
  const now = new Date();
  document.querySelector("#s-on").value = new Date(now - now.getTimezoneOffset() * 60e3).toISOString().slice(0, 10);
}
show(line && may);
