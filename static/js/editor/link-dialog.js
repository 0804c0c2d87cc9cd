// Two questions: where should the link lead, and which fact should stand here.
import { addressOf, targets } from "./link-targets.js";

let number = 0; // of fields, for their labels

const UNREAD = "The list could not be read. Are you still signed in?";
const LIVE = "Pages always show it as it is on your desk, also after it has changed.";
const NOTHING = "Nothing is filled in yet. Fees and the telephone number are on your desk, under Practice.";

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

/** Resolves to what `answer()` returned when it was sent, or null; an answer of undefined keeps it open. */
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

/** Resolves to {href, words}; {href: ""} takes the link away; null changes nothing. */
export async function askForLink(present) {
  const found = await targets({ anew: true });
  const pages = found?.pages ?? [];
  const list = element("select", { size: 8 }, ...pages.map(pageOption));
  const filter = element("input", { type: "search", autocomplete: "off" });
  const elsewhere = element("input", { type: "text", autocomplete: "off", inputMode: "url" });
  const error = element("p", { className: "errornote", hidden: true, role: "alert" });
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    list.replaceChildren(...pages.filter(({ title }) => title.toLowerCase().includes(wanted)).map(pageOption));
    if (wanted && list.options.length) list.selectedIndex = 0;
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
      ...(found ? [] : [element("p", { role: "status" }, UNREAD)]),
      labelled("Or another website, an email address or a phone number", elsewhere),
      error,
    ],
    send: "Set the link",
    others: present ? [["Take the link away", { href: "" }]] : [],
    answer,
  });
}

/** Resolves to {href, words}, or null. */
export async function askForFact(present) {
  const found = await targets({ anew: true });
  const facts = found?.facts ?? [];
  const option = ({ token, label, words }) => element("option", { value: `fact:${token}` }, `${label}: ${words}`);
  const list = element("select", { size: Math.max(2, Math.min(8, facts.length)) }, ...facts.map(option));
  list.value = present;
  if (list.selectedIndex < 0) list.selectedIndex = 0;
  return ask({
    title: "Which fact should stand here?",
    parts: facts.length
      ? [element("p", {}, LIVE), labelled("Facts", list)]
      : [element("p", { role: "status" }, found ? NOTHING : UNREAD)],
    send: facts.length ? "Insert" : "Close",
    answer() {
      const fact = facts.find(({ token }) => `fact:${token}` === list.value);
      return fact ? { href: list.value, words: fact.words } : null;
    },
  });
}
