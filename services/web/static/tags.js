// Reads what a scanner or a person gives, as labels/tag.go does: the table is H. Michael
// Damm's, which finds every wrong digit and every exchange of two neighbours.
const damm = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];
const form = /^([A-Z]{1,6})[-‐‑–— ]*([0-9]{6,18})[-‐‑–— ]*([0-9])$/;
const label = /^https?:\/\/[^/\s]+(?:\/[^?#]*)?\/[tl]\/([^/?#\s]+)/i;
const paper = /^https?:\/\/[^/\s]+(?:\/[^?#]*)?\/vouchers\/([^/?#\s]+)/i;

const western = (text) => text.replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 15));

export const fold = (text) => western(text).replace(/\s/g, "").toUpperCase();

// codeIn is the code in the text of a label, or else the text itself.
export function codeIn(text) {
  text = text.trim();
  const found = text.match(label) ?? text.match(paper);
  return found ? found[1].toUpperCase() : text;
}

const check = (digits) => [...digits].reduce((state, digit) => damm[state][digit], 0);

// tagOf writes a tag as the book does; wrong says that its last digit does not fit
// the others. It is null of what has not the form of a tag.
export function tagOf(text) {
  const parts = fold(text).match(form) ?? western(text).trim().toUpperCase().match(form);
  if (!parts) return null;
  const digits = parts[2].replace(/^0+(?=\d{6})/, "");
  return { tag: parts[1] + "-" + digits + "-" + parts[3], wrong: String(check(digits)) !== parts[3] };
}
