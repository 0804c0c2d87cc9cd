// Keeps what was typed into the form, so that a reload, a lost connection or the browser's own error page loses nothing.
// It stays in this tab only, until the form has arrived, the visitor leaves the site, or half an hour has passed.
// Without JavaScript, browsers bring most of it back by themselves.
const KEY = "answers";
const HALF_AN_HOUR = 30 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
const UNKEPT = ["csrfmiddlewaretoken", "token", "nothing"];
const form = document.querySelector("form[data-keep]");
let expiry;

function read() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (kept && Date.now() - kept.at < HALF_AN_HOUR) return kept;
  sessionStorage.removeItem(KEY);
  return null;
}

function forgetLater(at) {
  clearTimeout(expiry);
  expiry = setTimeout(read, Math.max(0, at + HALF_AN_HOUR - Date.now()) + 1000);
}

function isChoice({ type }) {
  return type === "radio" || type === "checkbox";
}

// Yields each field with a name of its own: a choice by its value, and others by their place among those of their name.
function* fields() {
  const counts = {};
  for (const field of form.elements) {
    const { name, value } = field;
    if (!name || UNKEPT.includes(name)) continue;
    counts[name] = (counts[name] ?? 0) + 1;
    yield [isChoice(field) ? `${name}=${value}` : `${name}#${counts[name]}`, field];
  }
}

function keep() {
  const answers = {};
  for (const [name, field] of fields()) answers[name] = isChoice(field) ? field.checked : field.value;
  const at = Date.now();
  sessionStorage.setItem(KEY, JSON.stringify({ at, form: form.dataset.keep, answers }));
  forgetLater(at);
}

function restore({ answers }) {
  for (const [name, field] of fields()) {
    if (answers[name] === undefined) continue;
    if (isChoice(field)) field.checked = answers[name];
    else field.value = answers[name];
    if (field.localName === "select") field.dispatchEvent(new Event("change"));
  }
}

// Back and a reload bring a new form. It goes on as the one that this entry of the history had before, so that what is
// sent again is added to what was sent, and nobody who comes back has to be slow again.
function continueForm() {
  const token = form.elements.token;
  const { token: former, since } = history.state ?? {};
  if (former && Date.now() - since < DAY) token.value = former;
  else history.replaceState({ token: token.value, since: Date.now() }, "");
}

function tellOffline() {
  const problem = document.createElement("p");
  problem.role = "alert";
  problem.className = "error";
  problem.textContent =
    "You’re offline, so nothing was sent. What you typed stays here: send it once you’re connected again.";
  const field = document.createElement("div");
  field.className = "field offline";
  field.append(problem);
  form.querySelector(".offline")?.remove();
  form.querySelector("div:has(> button[type=submit])").before(field);
}

if (form) {
  const kept = read();
  // A form that came back with errors holds what was sent.
  if (kept?.form === form.dataset.keep && !document.querySelector(".error-summary")) restore(kept);
  continueForm();
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => {
    keep();
    if (navigator.onLine) return;
    event.preventDefault();
    tellOffline();
  });
}
if (document.querySelector("[data-arrived]")) sessionStorage.removeItem(KEY);
const kept = read();
if (kept) forgetLater(kept.at);
