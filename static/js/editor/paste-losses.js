// Say what a pasted text loses here, in the words of the import of documents (pages/document_import).

const MAX_EXAMPLES = 3;
const MAX_EXAMPLE_CHARS = 60;
const KEPT = "the words are kept without this formatting";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const ROMAN = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
const FORMS = {
  a: "a",
  A: "A",
  i: "i",
  I: "I",
  "lower-alpha": "a",
  "lower-latin": "a",
  "upper-alpha": "A",
  "upper-latin": "A",
  "lower-roman": "i",
  "upper-roman": "I",
};

const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim();
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function examples(passages) {
  const shortened = passages
    .slice(0, MAX_EXAMPLES)
    .map((words) => (words.length > MAX_EXAMPLE_CHARS ? `${words.slice(0, MAX_EXAMPLE_CHARS)}…` : words));
  return shortened.map((words) => `“${words}”`).join(", ") + (passages.length > MAX_EXAMPLES ? " …" : "");
}

/** Remove what Word has tracked as deleted. */
export function dropDeletions(body) {
  const passages = [];
  for (const deletion of body.querySelectorAll("del[cite], del[datetime], .msoDel")) {
    if (body.contains(deletion) && wordsOf(deletion)) passages.push(wordsOf(deletion));
    deletion.remove();
  }
  return passages.length ? [`${counted(passages.length, "passage")} deleted in Word (${examples(passages)})`] : [];
}

/** Passages that are crossed out by an element, a style of their own or a class. */
export function crossedOut(body, sheets) {
  const rules = sheets.matchAll(/\.([\w-]+)\s*{[^}]*text-decoration[^:}]*:[^;}]*line-through[^}]*}/gi);
  const classes = new Set([...rules].map(([, name]) => name));
  const isStruck = (element) =>
    element.matches("s, strike, del") ||
    /text-decoration(-line)?\s*:[^;]*line-through/i.test(element.getAttribute("data-style") ?? "") ||
    [...element.classList].some((name) => classes.has(name));
  const struck = [...body.querySelectorAll("*")].filter((element) => isStruck(element) && wordsOf(element));
  const passages = struck.filter((element) => !struck.some((other) => other !== element && other.contains(element)));
  if (!passages.length) return [];
  return [`${counted(passages.length, "passage")} crossed out (${examples(passages.map(wordsOf))}): ${KEPT}`];
}

/** The numbers of lists in letters or Roman numerals, as they were shown. */
export function lettersOfLists(body) {
  return [...body.querySelectorAll("ol")].flatMap((list) => {
    const items = [...list.children].filter((item) => item.localName === "li");
    const start = Number(list.getAttribute("start") ?? 1);
    return items.flatMap((item, index) => labelOf(formOf(item) ?? formOf(list), start + index));
  });
}

function formOf(element) {
  const named = /list-style(?:-type)?\s*:[^;]*?([\w-]+-(?:alpha|latin|roman))/i.exec(
    element.getAttribute("data-style") ?? "",
  );
  return FORMS[named?.[1].toLowerCase() ?? element.getAttribute("type")];
}

function labelOf(form, number) {
  if (!form) return [];
  const words = (form.toLowerCase() === "a" ? LETTERS[number - 1] : ROMAN[number]) || String(number);
  return [`${form === form.toUpperCase() ? words.toUpperCase() : words}.`];
}

/** The number that a label such as “4.”, “1.2” or “(b)” stands for; “i”, “v” and “x” are Roman numerals. */
export function numberOf(label) {
  const digits = label.match(/\d+/g)?.at(-1);
  if (digits) return Number(digits);
  const word = /[a-z]+/i.exec(label)?.[0].toLowerCase() ?? "";
  return Math.max(ROMAN.indexOf(word), 0) || LETTERS.indexOf(word[0]) + 1 || 1;
}

/** A note on numbers such as “a)”, which become ordinary numbers. */
export function otherForms(labels) {
  if (!labels.length) return [];
  const different = [...new Set(labels)];
  const become = different.length === 1 ? "is an ordinary number" : "are ordinary numbers";
  return [`the form of ${counted(labels.length, "list number")}: ${examples(different)} ${become} here`];
}

export const numbersOfHeadings = (labels) =>
  labels.length ? [`the automatic numbers of ${counted(labels.length, "heading")}: ${examples(labels)}`] : [];
