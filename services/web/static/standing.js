// Brings the figures of an open stocktake up to date while somebody looks at them,
// by asking for the same page again.
const every = 5000; // ms

async function refresh() {
  const here = document.querySelector("#standing[data-live]");
  if (!here) return;
  if (!document.hidden) {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#standing");
      if (fresh && fresh.innerHTML !== here.innerHTML) here.replaceWith(fresh);
    }
  }
  setTimeout(refresh, every);
}
setTimeout(refresh, every);
