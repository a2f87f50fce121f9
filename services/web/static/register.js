// Shows the register's matches while somebody types, by asking for the same page
// as the form would. Without this the form's button does it.
const form = document.querySelector("form.filters");
const results = () => document.querySelector("#results");
let asked = 0;
let waiting;

async function show(address, push) {
  const mine = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (mine !== asked) return; // a later question was asked meanwhile
  if (!answer || answer.redirected) { location.assign(address); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#results");
  if (!fresh) { location.assign(address); return; }
  results().replaceWith(fresh);
  if (push) history.replaceState(null, "", address);
}

function address() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.set(name, value);
  return "/assets?" + query;
}

form?.addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => show(address(), true), event.target.name === "q" ? 180 : 0);
});
form?.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); show(address(), true); });
form?.querySelector(".apply")?.setAttribute("hidden", "");

document.addEventListener("change", (event) => {
  if (event.target.id !== "all") return;
  for (const box of document.querySelectorAll("#results input[name=tag]")) box.checked = event.target.checked;
});
