// Fills a page that came without any data: what it shows is in elements with data-fill,
// data-if, data-href and data-options.
const at = (data, name) => name.split(".").reduce((value, key) => value?.[key], data);

export function fill(root, data) {
  for (const element of root.querySelectorAll("[data-fill]")) {
    const value = at(data, element.dataset.fill) ?? "";
    element.textContent = value;
    const empty = value === "" || value === null;
    if (element.tagName === "DD") element.hidden = element.previousElementSibling.hidden = empty;
  }
  for (const element of root.querySelectorAll("[data-if]")) {
    const [, not, name] = element.dataset.if.match(/^(!?)(.*)$/);
    element.hidden = Boolean(at(data, name)) === Boolean(not);
  }
  for (const element of root.querySelectorAll("[data-href]")) {
    const address = element.dataset.href.replace(/\{([\w.]+)\}/g, (_, name) => encodeURIComponent(at(data, name) ?? ""));
    element.setAttribute(element.tagName === "FORM" ? "action" : "href", address);
  }
}

// options adds the choices of a select or a datalist.
export function options(list, choices) {
  for (const { code, name, level } of choices) {
    const option = document.createElement("option");
    option.value = code;
    option.textContent = " ".repeat(level ?? 0) + name;
    list.append(option);
  }
}

export function choices(root, desk) {
  for (const list of root.querySelectorAll("[data-options]")) options(list, desk[list.dataset.options]);
}

// stamp makes an element of a template.
export function stamp(id, data) {
  const made = document.getElementById(id).content.cloneNode(true);
  fill(made, data);
  for (const element of made.querySelectorAll("[data-fill], [data-if]")) { // it is done; what is around it may be filled later
    delete element.dataset.fill;
    delete element.dataset.if;
  }
  return made.firstElementChild;
}

export const when = (iso) => new Date(iso).toLocaleString(document.documentElement.lang || undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
