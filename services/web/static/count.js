// Counts one label after the other without leaving the page: sends the form, shows what
// the answer says, and is ready for the next. What cannot be sent waits in the outbox.
// Without this the form does it.
import { add, entries, newKey, send as sendWaiting } from "./outbox.js";
import { entryOf } from "./later.js";
import { find } from "./carried.js";
import { codeIn, fold } from "./tags.js";
import { signal } from "./signals.js";
import { fill } from "./fill.js";

const form = document.querySelector("#count");
const box = form?.elements.code;
const trail = document.querySelector("#trail");
const offline = "offline" in document.body.dataset;
const same = (text) => fold(codeIn(text));
const counted = new Set(); // here, since the page was opened
const slow = 15e3; // ms after which the network counts as gone
let before = Promise.resolve(); // the sighting before, which is told first

const texts = ["remark", "quantity"], ticks = ["unlabelled", "absent"];

// taken empties what belongs to one item alone; condition, use and room stay.
function taken() {
  for (const name of [...texts, "file"]) form.elements[name].value = "";
  for (const name of ticks) form.elements[name].checked = false;
}

// given puts back what was said of an item that was not taken.
function given(entry) {
  const fields = Object.fromEntries(entry.fields);
  for (const name of texts) form.elements[name].value ||= fields[name] ?? "";
  for (const name of ticks) form.elements[name].checked ||= Boolean(fields[name]);
}

const said = (word, data) => {
  const made = document.querySelector("#count-words").content.querySelector(`[data-word=${word}]`).cloneNode(true);
  fill(made, data ?? {});
  return made.innerHTML;
};

async function send(entry) {
  const code = entry.fields.find(([name]) => name === "code")[1];
  const page = offline ? null : await asked(entry);
  if (page === "elsewhere") { location.reload(); return; }
  if (!page) { await keep(entry, code); return; }
  const told = page.querySelector("#outcome");
  document.querySelector("#tally").replaceWith(page.querySelector("#tally"));
  show({ outcome: told.dataset.outcome, html: told.innerHTML }, code);
  if (told.dataset.outcome === "bad") given(entry);
  else counted.add(same(code));
}

// asked sends a sighting and returns the page that answers it, null where none comes.
async function asked(entry) {
  const body = new FormData();
  for (const [name, value] of [...entry.fields, ["_token", form.elements._token.value], ["_once", entry.key]]) body.append(name, value);
  const answer = await fetch(entry.path, { method: "POST", body, headers: { Accept: "text/html" }, signal: AbortSignal.timeout(slow) }).catch(() => null);
  if (!answer || answer.status >= 500) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("#outcome") ? page : "elsewhere"; // the stocktake was closed, or the sign-in has ended
}

// keep has the outbox send it later.
async function keep(entry, code) {
  const { lines: [line], mistyped } = await find(code);
  if (known(code)) { again(code); return; }
  if (mistyped) { show({ outcome: "bad", html: said("mistyped") }, code); return; }
  await add({ ...entry, hold: entry.of + " " + same(code), about: line?.name ?? "" });
  const figure = document.querySelector("[data-fill=counted]");
  if (figure) figure.textContent = Number(figure.textContent) + 1;
  show({ outcome: "ok", html: said(line ? "waits" : "stranger", { name: line?.name, tag: line?.tag ?? code }) }, code);
  counted.add(same(code));
  Promise.resolve(sendWaiting(false)).catch(() => null);
}

function show({ outcome, html }, code) {
  const box = document.querySelector("#outcome");
  box.className = "outcome " + outcome;
  box.dataset.outcome = outcome;
  box.innerHTML = html;
  signal(outcome, document.querySelector(".camera video:not([hidden])")?.parentElement ?? box);
  const item = document.createElement("li");
  item.className = outcome;
  item.textContent = codeIn(code);
  trail.prepend(item);
  while (trail.children.length > 8) trail.lastElementChild.remove();
}

// submit takes a label at once, so that the next can be scanned while it is sent.
function submit() {
  const code = box.value.trim();
  if (!code) return;
  const twice = offline && known(code);
  const entry = entryOf(form, { what: "count", key: newKey() });
  taken();
  box.value = "";
  box.focus();
  before = before.then(() => twice ? again(code) : send(entry)).catch(() => null);
}

// A lot lies in several places, and each is counted.
const known = (code) => counted.has(same(code)) && !same(code).startsWith("LOT-") && !form.elements.absent.checked;

// again ignores a label that was counted here, with a word.
function again(code) {
  show({ outcome: "known", html: said("known") }, code);
}

form?.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
form?.addEventListener("again", (event) => { if (counted.has(same(event.detail))) again(event.detail); });
// A tap on an answer makes the box ready for the next label; keys go on among the answers.
form?.addEventListener("pointerup", (event) => { if (event.target.closest(".taps label")) setTimeout(() => box.focus(), 0); });
for (const e of await entries().catch(() => [])) if (form && e.what === "count" && e.path === new URL(form.action).pathname) counted.add(same(e.fields.find(([name]) => name === "code")[1]));

const locate = document.querySelector("#locate");
if (locate && navigator.geolocation && isSecureContext) {
  locate.hidden = false;
  let watch;
  locate.querySelector("input").addEventListener("change", (event) => {
    if (watch) navigator.geolocation.clearWatch(watch);
    form.elements.position.value = "";
    if (!event.target.checked) return;
    watch = navigator.geolocation.watchPosition(({ coords }) => {
      form.elements.position.value = [coords.latitude, coords.longitude, coords.accuracy].join(",");
    }, () => { event.target.checked = false; });
  });
}
