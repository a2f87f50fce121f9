// Answers for the network where there is none: with the pages, styles and scripts of
// its version, which hold nothing of the book. All else goes to the server and is not
// kept. The server puts version and parts before this.
/* global version, parts */
import { send } from "./outbox.js";

const keeping = "quartermaster-" + version;
const patient = 5000; // ms after which a page that a phone can fill by itself is not waited for
const shells = [
  [/^\/scan$/, "scan"], [/^\/(assets|t)\/[A-Z]+-\d+-\d$/i, "asset"], [/^\/assets\/[^/]+\/service$/, "service"],
  [/^\/vouchers\/V-[^/]+$/, "voucher"], [/^\/stocktakes\/[^/]+\/count$/, "count"], [/^\/outbox$/, "outbox"],
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(keeping).then((cache) => cache.addAll(parts.map((part) => new Request(part, { credentials: "same-origin" })))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("quartermaster-") && name !== keeping) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url.pathname));
  else if (parts.includes(url.pathname + url.search)) event.respondWith(part(request));
});

async function part(request) {
  return await (await caches.open(keeping)).match(request) ?? fetch(request);
}

// page asks the server, and opens the phone's own page where the server cannot be
// reached, or takes long and the phone can do without.
async function page(event, path) {
  const own = shells.find(([form]) => form.test(path))?.[1];
  const asked = ask(event);
  const answer = own ? await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, patient))]) : await asked;
  if (answer) return answer;
  const cache = await caches.open(keeping);
  return await cache.match("/offline/" + (own ?? "start"), { ignoreSearch: true }) ?? Response.error();
}

async function ask(event) {
  try {
    const answer = await event.preloadResponse ?? await fetch(event.request);
    return [502, 503, 504].includes(answer.status) ? null : answer;
  } catch {
    return null;
  }
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(send().then((waits) => { if (waits) throw new Error("still waiting"); }));
});
