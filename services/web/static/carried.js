// The phone's copy of the register: brought up to date by what changed since the last
// time, looked up where there is no network, and wiped when its owner is signed out.
import { get, put, within } from "./db.js";
import { codeIn, fold, tagOf } from "./tags.js";

const longest = 7 * 24 * 3600e3; // ms that it is kept without any word of the server
const often = 30e3; // ms between two looks at what changed

export const desk = () => get("things", "desk");
export const token = () => get("things", "token");

// wipe forgets everything but the outbox, whose entries wait for who made them.
export const wipe = () => within(["lines", "things"], "readwrite", (lines, things) => { lines.clear(); things.clear(); });

// asked says whether somebody may be signed in; on the page of the sign-in nobody is.
const asked = () => !globalThis.document || Boolean(document.querySelector("header.top"));

// refresh brings the copy up to date. It returns whose it is; null when the server
// cannot be reached, and undefined when nobody is signed in.
export async function refresh(now = false) {
  const heard = await get("things", "heard") ?? 0;
  const known = await desk();
  if (!known && !asked()) return undefined;
  if (!navigator.onLine) return known ? null : undefined;
  if (!now && known && Math.abs(Date.now() - heard) < often) return known.person;
  const answer = await fetch("/phone/desk", { cache: "no-store" }).catch(() => null);
  if (answer?.status === 401) return refused(await answer.json().catch(() => ({})));
  if (!answer?.ok) {
    if (known && Date.now() - heard > longest) await wipe();
    return known && !answer ? null : undefined;
  }
  const fresh = await answer.json();
  if (known && known.person.code !== fresh.person.code) await wipe();
  const secret = answer.headers.get("Form-Token");
  await within("things", "readwrite", (things) => {
    things.put(fresh, "desk");
    things.put(secret, "token");
    things.put(Date.now(), "heard");
  });
  await navigator.locks.request("carried", { ifAvailable: true }, (lock) => lock && read());
  return fresh.person;
}

// refused wipes the copy of whose sign-in was ended. One that has only lasted its time
// keeps it, so that a post without a network can go on.
async function refused(problem) {
  if (problem.field !== "session") await wipe();
  return undefined;
}

// read asks for one part of the register after the other.
async function read() {
  let since = await get("things", "since") ?? "";
  for (;;) {
    const answer = await fetch("/phone/register?since=" + encodeURIComponent(since), { cache: "no-store" }).catch(() => null);
    if (answer?.status === 422 && since) { // it sees another part of the book now
      await within("things", "readwrite", (things) => things.delete("since"));
      since = "";
      continue;
    }
    if (!answer?.ok) return;
    const part = await answer.json();
    await take(part, since === "");
    since = part.next || part.since;
    if (!part.next) return;
  }
}

// take enters a part, together with where the next begins.
function take(part, first) {
  return within(["lines", "things"], "readwrite", (lines, things) => {
    if (part.whole && first) lines.clear();
    for (const line of part.items) lines.put({ ...line, codes: [line.tag, ...line.aliases ?? []], folded: line.serial ? fold(line.serial) : undefined });
    for (const id of part.removed ?? []) lines.delete(id);
    things.put(part.next || part.since, "since");
  });
}

// find looks for what was scanned or typed: its lines, or that a tag is mistyped.
export async function find(text) {
  const code = codeIn(text), tag = tagOf(code);
  const by = (index, key) => within("lines", "readonly", (lines) => lines.index(index).getAll(key, 20));
  let lines = await by("codes", fold(code));
  if (!lines.length && tag && !tag.wrong) lines = await by("codes", tag.tag);
  if (!lines.length) lines = await by("serial", fold(code));
  return { lines, code: tag && !tag.wrong ? tag.tag : code, mistyped: !lines.length && Boolean(tag?.wrong) };
}

export const size = () => within("lines", "readonly", (lines) => lines.count());
export const heard = () => get("things", "heard");
export const remember = (what, value) => put("things", value, what);
