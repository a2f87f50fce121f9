// The outbox: what waits, in order, and what the book did not take, as a question with
// both stories side by side.
import { desk } from "./carried.js";
import { again, entries, onChange, post, remove, send } from "./outbox.js";
import { stamp, when } from "./fill.js";
import { codeIn, tagOf } from "./tags.js";
import { word } from "./waiting.js";

const told = (e) => ({ ...e, what: word(e.what), when: when(e.happened) });
const like = (a, b) => a.what === b.what && a.refusal?.kind === b.refusal?.kind && a.refusal?.field === b.refusal?.field;

async function draw() {
  const all = await entries(), owner = (await desk())?.person.code;
  const mine = all.filter((e) => e.person === owner), others = all.filter((e) => e.person !== owner);
  const refused = mine.filter((e) => e.state === "refused"), waits = mine.filter((e) => e.state === "waiting");
  const held = new Set(refused.map((e) => e.hold));
  const queue = document.querySelector("#queue");
  queue.hidden = !waits.length;
  queue.querySelector("ol").replaceChildren(...waits.map((e) => stamp("queued", { ...told(e), held: held.has(e.hold) })));
  const questions = document.querySelector("#questions"), list = questions.querySelector("div");
  questions.hidden = !refused.length;
  for (const shown of [...list.children]) if (!refused.some((e) => String(e.n) === shown.dataset.n)) shown.remove();
  for (const e of refused) if (!list.querySelector(`[data-n="${e.n}"]`)) list.append(question(e, refused));
  const sealed = document.querySelector("#sealed");
  sealed.hidden = !others.length;
  sealed.querySelector("[data-count]").textContent = others.length;
  sealed.querySelector("[data-name]").textContent = [...new Set(others.map((e) => e.name))].join(", ");
  document.querySelector("#nothing").hidden = all.length > 0;
}

function question(e, refused) {
  const article = stamp("question", { ...told(e), alike: refused.filter((o) => o !== e && like(o, e)).length });
  article.dataset.n = e.n;
  const labels = document.querySelector("#labels").content;
  article.querySelector("[data-facts]").append(...e.fields.flatMap(([name, value]) => {
    const label = labels.querySelector(`[data-name="${name}"]`)?.textContent;
    return label && value && typeof value === "string" ? [stamp("fact", { label, value })] : [];
  }));
  story(e, article.querySelector("[data-story]"));
  article.querySelector("[data-again]").addEventListener("click", () => again(e));
  article.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); settle(e, event.target, event.submitter); });
  return article;
}

// story shows the server's: who did what meanwhile.
async function story(e, box) {
  const of = e.what === "count" ? e.fields.find(([name]) => name === "code")?.[1] : e.of;
  const kind = e.what === "accept" ? "vouchers" : "assets";
  const answer = await fetch(`/outbox/${kind}/${encodeURIComponent(tagOf(codeIn(of))?.tag ?? codeIn(of))}`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  box.replaceChildren(...page.querySelector("#story")?.children ?? []);
}

async function settle(e, form, button) {
  const all = form.elements.alike?.checked ? (await entries()).filter((o) => o.state === "refused" && o.person === e.person && like(o, e)) : [e];
  for (const one of all) {
    const fields = [["request", one.key], ["what", one.what], ["of", one.of], ["refusal", one.refusal.detail], ["outcome", button.value], ["remark", form.elements.remark.value]];
    for (const [name, value] of one.fields) if (typeof value === "string" && !["pin", "drawing", "version"].includes(name)) fields.push(["field." + name, value]);
    const outcome = await post({ path: "/outbox/settled", fields, key: "settled " + one.key, happened: one.happened });
    const wrong = form.querySelector("[data-wrong]");
    wrong.hidden = Boolean(outcome?.ok);
    if (!outcome?.ok) { wrong.textContent = outcome?.refusal?.detail ?? wrong.dataset.wrong; return; }
    await remove(one.n);
  }
  await send();
}

document.querySelector("#send-now").addEventListener("click", () => send());
onChange(draw);
await draw();
