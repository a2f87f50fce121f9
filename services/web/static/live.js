// Follows changes while a page is kept open: the server says that something changed,
// the same page is asked for again, and its parts that are marked data-live take the
// place of those that are there. Without this the page shows what was so when it was
// opened.
const main = document.querySelector("main[data-live]");
const soonest = 1500; // ms between two refreshes
const share = 20; // and so many times as long as the last one took: a server that is busy is asked less
let source;
let last = 0;
let rest = soonest;
let waiting;

// busy says whether somebody is about to use a part.
function busy(part) {
  return part.matches(":has(dialog[open], details[open] form)") || part.querySelector("input:focus, select:focus, textarea:focus");
}

async function refresh() {
  waiting = undefined;
  if (document.hidden) return; // it is asked for when somebody looks again
  last = Date.now();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.innerHTML || busy(part)) continue;
    const focus = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
    part.replaceWith(fresh);
    if (focus) fresh.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus();
  }
  rest = Math.max(soonest, share * (Date.now() - last));
  again(page);
}

// again asks later for what a page says was not counted anew yet.
function again(page) {
  const after = page.querySelector("[data-again]")?.dataset.again;
  if (after) setTimeout(changed, Number(after));
}

function changed() {
  waiting ??= setTimeout(refresh, Math.max(0, last + rest - Date.now()));
}

function follow() {
  source?.close();
  source = new EventSource("/live/" + main.dataset.live);
  source.addEventListener("changed", changed);
}

if (main) {
  follow();
  again(document);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) changed(); });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { follow(); changed(); } });
}
