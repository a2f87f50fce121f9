// On every page: has the browser keep the pages for where there is no network, brings
// the phone's copy up to date, sends what waits, and tells how much that is.
import { desk, heard, refresh, wipe } from "./carried.js";
import { entries, onChange, send } from "./outbox.js";
import { when } from "./fill.js";
import "./later.js";

const signedOut = !document.querySelector("header.top");

// keepPages has the browser keep the pages in the language and the theme of this one.
function keepPages() {
  const { lang, dataset } = document.documentElement;
  const kept = new URLSearchParams({ language: lang, theme: dataset.theme ?? "" });
  navigator.serviceWorker.register("/sw.js?" + kept, { type: "module", updateViaCache: "none" }).catch(() => null);
}

async function count() {
  const all = await entries(), badge = document.querySelector("#waits");
  if (!badge) return all;
  badge.hidden = !all.length;
  badge.classList.toggle("asks", all.some((e) => e.state === "refused"));
  badge.querySelector("b").textContent = all.length;
  return all;
}

async function update() {
  if (await refresh().catch(() => null)) await send();
  const since = document.querySelector("[data-heard]");
  if (since && await heard()) {
    since.querySelector("time").textContent = when(await heard());
    since.classList.remove("unheard");
  }
}

// back opens the server's page where the phone's was shown, once the server is back.
async function back(pressed) {
  const there = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) }).then((a) => a.ok, () => false);
  if (!there) return;
  await send().catch(() => null);
  if (pressed) location.reload();
}

// Signing out wipes the phone, and first says what would have to wait for who signs out.
document.addEventListener("submit", async (event) => {
  if (event.target.getAttribute("action") !== "/sign-out" || event.defaultPrevented) return;
  event.preventDefault();
  await send().catch(() => null);
  const owner = (await desk())?.person.code;
  const mine = (await entries().catch(() => [])).filter((e) => e.person === owner);
  const dialog = document.querySelector("#leave");
  if (mine.length && dialog) {
    dialog.querySelector("[data-count]").textContent = mine.length;
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue !== "leave") return;
  }
  await wipe().catch(() => null);
  event.target.submit();
});

if ("serviceWorker" in navigator && "indexedDB" in window && navigator.locks) {
  if (!signedOut) keepPages();
  addEventListener("looks", keepPages);
  onChange(count);
  addEventListener("online", () => update().catch(() => null));
  document.querySelector(".offline-bar .again")?.addEventListener("click", () => back(true));
  if ("offline" in document.body.dataset) setInterval(back, 15e3);
  await count().catch(() => null);
  await update().catch(() => null);
}
