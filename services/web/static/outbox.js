// What was done where there was no network: kept until the server has it, sent in the
// order in which it was done, each under a key by which it takes effect once.
import { all, get, within } from "./db.js";
import { desk, heard, refresh, token } from "./carried.js";

const changed = new BroadcastChannel("outbox");
const slowest = 60e3; // ms that the server is waited for
const fresh = 600e3; // ms for which the phone knows who is signed in without asking
const patience = 5; // times that the server may fail at an entry before somebody is asked
let tries = 0, later;

export const entries = () => all("outbox");
const calm = 100; // ms within which changes are told as one

// onChange calls do_ after the outbox changed, here or on another page.
export function onChange(do_) {
  let soon;
  const call = () => { soon ??= setTimeout(() => { soon = null; do_(); }, calm); };
  changed.addEventListener("message", call);
  addEventListener("outbox", call);
}
const tell = () => { changed.postMessage(""); globalThis.dispatchEvent(new Event("outbox")); };
export const newKey = () => crypto.randomUUID();

// add keeps something to be sent: { what, of, path, fields, key }. hold names what
// must not overtake it, which is of unless it says otherwise.
export async function add(entry) {
  const person = (await get("things", "desk"))?.person;
  if (!person) throw new Error("nobody is signed in");
  await within("outbox", "readwrite", (outbox) => outbox.add({ hold: entry.of, ...entry, person: person.code, name: person.name, happened: new Date().toISOString(), state: "waiting" }));
  tell();
  const here = await globalThis.navigator.serviceWorker?.ready.catch(() => null);
  here?.sync?.register("outbox").catch(() => null); // where there is none, the next visit sends it
}

const keep = (entry) => within("outbox", "readwrite", (outbox) => outbox.put(entry)).then(tell);
export const remove = (n) => within("outbox", "readwrite", (outbox) => outbox.delete(n)).then(tell);
export const again = (entry) => keep({ ...entry, state: "waiting", refusal: undefined }).then(() => send());

// post sends an entry. It returns { ok, location }, { refusal }, or null when the server
// cannot be reached or cannot take it now.
export async function post(entry) {
  if (!navigator.onLine) return null;
  const files = entry.fields.some(([, value]) => value instanceof Blob);
  const body = files ? new FormData() : new URLSearchParams();
  for (const [name, value] of entry.fields) if (name[0] !== "_") body.append(name, value);
  body.append("_token", await token() ?? "");
  body.append("_once", entry.key);
  const headers = { Accept: "application/problem+json", "Idempotency-Key": entry.key };
  if (entry.happened) Object.assign(headers, { "Happened-At": entry.happened, "Device-Clock": new Date().toISOString() });
  const answer = await fetch(entry.path, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(slowest) }).catch(() => null);
  if (!answer) return null;
  const json = await answer.json().catch(() => null);
  if (answer.ok && json) return { ok: true, location: json.location };
  if (answer.status === 401) return { signedOut: true };
  if (json?.status === 500) return { broken: { ...json, at: new Date().toISOString() } };
  // What no answer of ours says is a proxy's, or a page's of a network that wants a sign-in.
  if (!json?.status || answer.status >= 500 || [408, 429].includes(answer.status)) return null;
  return { refusal: { ...json, at: new Date().toISOString() } };
}

// send sends what waits, one after the other, unless another page does so already. It
// returns whether something still waits for the network. Where it was tried a moment
// ago without success, only who is in a hurry tries again.
export const send = (hurry = true) => later && !hurry ? true : navigator.locks.request("outbox", { ifAvailable: true }, (lock) => lock ? sendAll() : false);

async function sendAll() {
  clearTimeout(later);
  later = 0;
  if (!(await entries()).some((e) => e.state === "waiting")) return false;
  let person = Date.now() - (await heard() ?? 0) < fresh ? (await desk())?.person : await refresh(true);
  if (!person) return person === null && wait();
  for (let list = []; ; ) {
    if (!list.length) list = await ready(person);
    const next = list.shift();
    if (!next) break;
    const outcome = await post(next);
    if (outcome?.signedOut && !(person = await refresh(true))) return person === null && wait();
    if (!outcome || outcome.signedOut) return wait();
    tries = 0;
    if (outcome.ok) await remove(next.n);
    else if (outcome.broken) {
      const failed = (next.failed ?? 0) + 1;
      await keep(failed < patience ? { ...next, failed } : { ...next, state: "refused", refusal: outcome.broken });
      if (failed < patience) return wait();
    } else if (outcome.refusal.kind === "forbidden" && await stale()) return wait();
    else {
      await keep({ ...next, state: "refused", refusal: outcome.refusal });
      list = list.filter((e) => e.hold !== next.hold);
    }
  }
  await refresh(true);
  return false;
}

// ready are the entries to be sent, in order: not those behind one that was refused.
async function ready(person) {
  const mine = (await entries()).filter((e) => e.person === person.code);
  const held = new Set(mine.filter((e) => e.state === "refused").map((e) => e.hold));
  return mine.filter((e) => e.state === "waiting" && !held.has(e.hold));
}

// stale says whether a form was refused because its token was another session's.
async function stale() {
  const before = await token();
  await refresh(true);
  return before !== await token();
}

// wait tries again, each time later, up to five minutes; sooner when the network is back.
function wait() {
  clearTimeout(later);
  if (globalThis.document) later = setTimeout(send, Math.min(300e3, 1000 * 2 ** tries++) * (0.75 + Math.random() / 2));
  return true;
}
