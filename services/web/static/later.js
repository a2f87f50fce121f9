// Sends forms with data-later (issue, return, accept, service) so that nothing is lost
// where the network ends: what cannot be sent goes into the outbox and is sent later,
// under the same key.
import { add, entries, newKey, post, send } from "./outbox.js";
import { desk } from "./carried.js";

const offline = () => "offline" in document.body.dataset;

// keyOf is the key under which a form takes effect once: the server's own where it made one.
const keyOf = (form) => form.elements._once?.value || newKey();

// entryOf is a form as the outbox keeps it.
export function entryOf(form, more) {
  const fields = [...new FormData(form)].filter(([name, value]) => name[0] !== "_" && !(value instanceof File && !value.size));
  const path = new URL(form.action).pathname;
  return { what: form.dataset.later, of: decodeURIComponent(path.split("/")[2]), about: document.querySelector("h1 + p [data-fill=name], h1[data-fill=name]")?.textContent || form.dataset.about || "", path, fields, key: keyOf(form), ...more };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset?.later || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button.main");
  if (button) button.disabled = true;
  try {
    await submit(form);
  } finally {
    if (button) button.disabled = false;
  }
});

async function submit(form) {
  const owner = (await desk().catch(() => null))?.person.code;
  if (!owner) { form.submit(); return; } // the phone carries nothing yet
  const entry = entryOf(form);
  if (!offline()) {
    const before = await Promise.resolve(send(false)).catch(() => true) || (await entries()).some((e) => e.person === owner && e.hold === entry.of);
    const outcome = before ? null : await post(entry);
    if (outcome?.ok) { location.assign(outcome.location); return; }
    if (outcome) { form.submit(); return; } // the server says on its page what is wrong
  }
  await add(entry);
  if (offline()) Promise.resolve(send(false)).catch(() => null);
  location.assign(entry.what === "service" ? "/assets/" + entry.of : location.pathname);
}
