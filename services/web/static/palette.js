// Searches from any page: "/" or Ctrl+K opens a box over it, which shows the menu's
// pages and what the search page finds. Without this the magnifying glass leads there.
const dialog = document.querySelector("dialog.palette");
const box = dialog?.querySelector("input");
const list = dialog?.querySelector(".palette-hits");
const pages = [...document.querySelectorAll("details.menu section a")];
let asked = 0;
let waiting;

function open(event) {
  event.preventDefault();
  if (dialog.open) return;
  dialog.showModal();
  box.select();
  show();
}

// menu returns a section of the menu's entries that have all words.
function menu(words) {
  const fitting = pages.filter((link) => words.every((word) => link.textContent.toLowerCase().includes(word)));
  const ul = document.createElement("ul");
  for (const link of fitting.slice(0, words.length ? 4 : 40)) {
    const item = document.createElement("li");
    const copy = document.createElement("a");
    copy.href = link.href;
    copy.textContent = link.textContent;
    item.append(copy);
    ul.append(item);
  }
  const section = document.createElement("section");
  section.className = "hits pages";
  section.append(ul);
  return fitting.length ? [section] : [];
}

async function show() {
  const mine = ++asked;
  const text = box.value.trim();
  const first = menu(text.toLowerCase().split(/\s+/).filter(Boolean));
  if (!/[\p{L}\p{N}]/u.test(text)) {
    list.replaceChildren(...first);
    return;
  }
  const answer = await fetch("/search?q=" + encodeURIComponent(text), { headers: { Accept: "text/html" } }).catch(() => null);
  if (mine !== asked) return; // a later question was asked meanwhile
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  list.replaceChildren(...first, ...(page?.querySelector("#hits")?.children ?? []));
}

function move(step) {
  const links = [box, ...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[(at + step + links.length) % links.length].focus();
}

function typing(element) {
  return element?.matches?.("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target);
  if (slash || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) open(event);
});
document.querySelector("[data-palette]")?.addEventListener("click", open);
dialog?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  }
});
dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog?.querySelector("form").addEventListener("submit", (event) => {
  const first = list.querySelector("a");
  if (!first || !box.value.trim()) return;
  event.preventDefault();
  location.assign(first.href);
});
box?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 120);
});
