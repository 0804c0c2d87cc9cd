// What was typed is kept in this browser until it is saved, and whoever leaves without saving is asked.

const SECOND = 1000;
const MONTH = 30 * 24 * 3600 * SECOND;
const LARGEST = 4_000_000; // characters; browsers give a site five million
const PREFIX = "kept ";

export function keepWhatIsTyped(form) {
  const who = document.querySelector("#user-tools strong")?.textContent ?? "";
  const key = `${PREFIX}${who} ${location.pathname}`;
  const before = `${key} before`; // found on opening, and not yet decided about
  const writing = crypto.randomUUID?.() ?? String(Math.random()); // the server says which of these has arrived
  // A form that came back from the server with what was typed: nothing of it is saved.
  const isUnsaved = document.querySelector("[data-unsaved], .errornote") !== null;
  const shown = isUnsaved ? null : serialise(form);
  let isLeaving = false;
  let timer;

  const isChanged = () => serialise(form) !== shown;

  function keepNow() {
    clearTimeout(timer);
    if (isChanged()) write(key, { at: Date.now(), writing, fields: fieldsOf(form) });
    else localStorage.removeItem(key);
  }

  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(keepNow, SECOND);
  }

  for (const name of ["input", "change", "click", "drop"]) form.addEventListener(name, keepSoon);
  document.addEventListener("visibilitychange", () => document.hidden && !isLeaving && keepNow());
  form.addEventListener("submit", (event) => {
    const opensTab = event.submitter?.formTarget === "_blank";
    keepNow();
    if (!opensTab) form.append(hidden("_writing", writing));
    isLeaving = !opensTab;
  });
  addEventListener("pageshow", () => {
    isLeaving = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && isChanged()) event.preventDefault();
  });

  forget(key, before);
  if (isUnsaved) {
    keepNow();
    if (read(before)?.isPutBack) localStorage.removeItem(before);
    return;
  }
  const kept = read(key);
  if (kept && JSON.stringify(kept.fields) !== shown) localStorage.setItem(before, JSON.stringify(kept));
  localStorage.removeItem(key);
  const found = read(before);
  if (!found) return;
  offer(form, found, {
    putBack() {
      isLeaving = true;
      write(before, { ...found, isPutBack: true }); // it goes when it has arrived
    },
    letGo: () => localStorage.removeItem(before),
  });
}

/** What has been saved since, and what is too old to be missed. */
function forget(...keys) {
  const arrived = document.getElementById("arrived")?.dataset.writings.split(" ") ?? [];
  for (const key of keys) {
    if (arrived.includes(read(key)?.writing)) localStorage.removeItem(key);
  }
  const from = document.referrer ? new URL(document.referrer) : null;
  if (from?.origin === location.origin && from.pathname.endsWith("/add/") && from.pathname !== location.pathname) {
    localStorage.removeItem(keys[0].replace(location.pathname, from.pathname)); // a new page has got its own address
  }
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && !(read(key)?.at > Date.now() - MONTH)) localStorage.removeItem(key);
  }
}

function offer(form, kept, { putBack, letGo }) {
  const notice = document.createElement("section");
  notice.className = "notice";
  notice.setAttribute("aria-label", "Not saved");
  const words = document.createElement("p");
  words.textContent = `You wrote something here ${when(new Date(kept.at))} that was not saved.`;
  const back = button("Put it back", () => {
    putBack();
    send(form, kept.fields);
  });
  const go = button("Let it go", () => {
    letGo();
    notice.remove();
  });
  notice.append(words, back, go);
  form.before(notice);
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function when(time) {
  const clock = time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (time.toDateString() === new Date().toDateString()) return `at ${clock}`;
  return `on ${time.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" })} at ${clock}`;
}

/** The server answers with the form as it was, and saves nothing. */
function send(form, fields) {
  const carrier = document.createElement("form");
  carrier.method = "post";
  carrier.hidden = true;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...fields, ["csrfmiddlewaretoken", token], ["_put_back", "1"]]) {
    carrier.append(hidden(name, value));
  }
  document.body.append(carrier);
  carrier.submit();
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

/** By name, because blocks are moved about on the page without any change. */
function fieldsOf(form) {
  const isTyped = ([name, value]) =>
    typeof value === "string" && !/^csrfmiddlewaretoken$|^_writing$|__prefix__/.test(name);
  return [...new FormData(form)].filter(isTyped).sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
}

const serialise = (form) => JSON.stringify(fieldsOf(form));

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Nothing is said if there is no room: then only the question on leaving protects the text. */
function write(key, kept) {
  const text = JSON.stringify(kept);
  if (text.length > LARGEST) return;
  try {
    localStorage.setItem(key, text);
  } catch {
    const others = Object.keys(localStorage).filter((other) => other.startsWith(PREFIX) && other !== key);
    const oldest = others.sort((one, other) => read(one)?.at - read(other)?.at)[0];
    if (!oldest) return;
    localStorage.removeItem(oldest);
    write(key, kept);
  }
}
