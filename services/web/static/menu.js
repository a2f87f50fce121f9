// The menu closes with Escape, which gives the focus back, and with a press beside it;
// a theme is changed without leaving the page. Without this the menu stays open until
// its button is pressed, and a theme leads back to the page.
const menu = document.querySelector("details.menu");
const button = menu?.querySelector("summary");

menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  button.focus();
});
document.addEventListener("click", (event) => { if (menu?.open && !menu.contains(event.target)) menu.open = false; });
menu?.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });

for (const form of document.querySelectorAll("form.themes")) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { value } = event.submitter;
  const body = new URLSearchParams({ theme: value });
  const kept = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/problem+json" } }).catch(() => null);
  if (!kept?.ok) return;
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  for (const choice of document.querySelectorAll("form.themes button")) choice.setAttribute("aria-pressed", choice.value === value);
  dispatchEvent(new Event("looks"));
});
