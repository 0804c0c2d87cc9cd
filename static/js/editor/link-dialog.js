// The dialogs that ask for the target of a link and for a fact to insert.
import { addressOf, targets } from "./link-targets.js";

let number = 0; // of fields, for their labels

const LOAD_ERROR = "The list could not be loaded. Are you still signed in?";
const LIVE = "Pages always show the current value from your desk.";
const NO_FACTS = "No facts have been entered yet. Fees and the phone number are on your desk, under Practice.";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function labelled(words, field) {
  field.id = `link-field-${++number}`;
  return element("p", {}, element("label", { htmlFor: field.id }, words), field);
}

/** Resolves to what `answer()` returns on submit, or null on cancel; undefined keeps the dialog open. */
function ask({ title, parts, send, others = [], answer }) {
  const form = element("form", { method: "dialog", noValidate: true });
  const heading = element("h2", { id: `link-field-${++number}` }, title);
  const names = { className: "prose-editor-dialog link-dialog", "aria-labelledby": heading.id };
  const dialog = element("dialog", names, form);
  const buttons = element("p", { className: "link-dialog-buttons" }, element("button", { type: "submit" }, send));
  for (const [words, value] of [...others, ["Cancel", null]]) {
    buttons.append(element("button", { type: "button", onclick: () => finish(value) }, words));
  }
  form.append(heading, ...parts, buttons);
  document.body.append(dialog);
  let finish;
  const answered = new Promise((resolve) => {
    finish = (value) => {
      resolve(value);
      dialog.close();
    };
    dialog.addEventListener("close", () => {
      resolve(null);
      dialog.remove();
    });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = answer();
    if (value !== undefined) finish(value);
  });
  dialog.showModal();
  return answered;
}

function pageOption({ id, title, depth, state }) {
  const words = `${"\u00a0\u00a0\u00a0".repeat(depth)}${title}${state ? ` (${state})` : ""}`;
  return element("option", { value: `page:${id}` }, words);
}

/** Resolves to {href, words}; {href: ""} removes the link; null changes nothing. */
export async function askForLink(present) {
  const choices = await targets({ reload: true });
  const pages = choices?.pages ?? [];
  const list = element("select", { size: 8 }, ...pages.map(pageOption));
  const filter = element("input", { type: "search", autocomplete: "off" });
  const elsewhere = element("input", { type: "text", autocomplete: "off", inputMode: "url" });
  const error = element("p", { className: "errornote", hidden: true, role: "alert" });
  filter.addEventListener("input", () => {
    const query = filter.value.trim().toLowerCase();
    list.replaceChildren(...pages.filter(({ title }) => title.toLowerCase().includes(query)).map(pageOption));
    if (query && list.options.length) list.selectedIndex = 0;
  });
  if (present.startsWith("page:")) list.value = present;
  else elsewhere.value = present.replace(/^(mailto|tel):/, "");
  list.addEventListener("change", () => {
    elsewhere.value = "";
  });
  list.addEventListener("dblclick", () => list.form.requestSubmit());

  function refuse(words) {
    error.textContent = words;
    error.hidden = false;
  }

  function answer() {
    const typed = elsewhere.value.trim();
    if (typed) {
      const href = addressOf(typed);
      if (href) return { href, words: typed };
      return refuse("Enter an address such as www.nhs.uk, name@example.org or 020 7946 0000.");
    }
    const page = pages.find(({ id }) => `page:${id}` === list.value);
    return page ? { href: list.value, words: page.title } : refuse("Choose a page, or enter an address.");
  }

  return ask({
    title: "Where should the link lead?",
    parts: [
      labelled("Find a page of this site", filter),
      labelled("Pages", list),
      ...(choices ? [] : [element("p", { role: "status" }, LOAD_ERROR)]),
      labelled("Or another website, an email address or a phone number", elsewhere),
      error,
    ],
    send: "Set link",
    others: present ? [["Remove link", { href: "" }]] : [],
    answer,
  });
}

/** Resolves to {href, words}, or null. */
export async function askForFact(present) {
  const choices = await targets({ reload: true });
  const facts = choices?.facts ?? [];
  const option = ({ token, label, words }) => element("option", { value: `fact:${token}` }, `${label}: ${words}`);
  const list = element("select", { size: Math.max(2, Math.min(8, facts.length)) }, ...facts.map(option));
  list.value = present;
  if (list.selectedIndex < 0) list.selectedIndex = 0;
  return ask({
    title: "Which fact should be shown here?",
    parts: facts.length
      ? [element("p", {}, LIVE), labelled("Facts", list)]
      : [element("p", { role: "status" }, choices ? NO_FACTS : LOAD_ERROR)],
    send: facts.length ? "Insert" : "Close",
    answer() {
      const fact = facts.find(({ token }) => `fact:${token}` === list.value);
      return fact ? { href: list.value, words: fact.words } : null;
    },
  });
}
