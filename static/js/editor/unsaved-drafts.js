// Keep unsaved changes in this browser until they are saved, and ask before the page is left without saving.

const SECOND = 1000;
const MONTH = 30 * 24 * 3600 * SECOND;
const MAX_DRAFT_CHARS = 4_000_000; // browsers allow a site about five million
const PREFIX = "unsaved draft ";

export function keepUnsavedDraft(form) {
  const user = document.querySelector("#user-tools strong")?.textContent ?? "";
  const key = `${PREFIX}${user} ${location.pathname}`;
  const offeredKey = `${key} offered`; // the draft that the notice offers to restore
  const draftId = crypto.randomUUID?.() ?? String(Math.random()); // the server confirms the ids that it has saved
  // The server has returned the form with errors, so its content is not saved.
  const isUnsaved = document.querySelector("[data-unsaved], .errornote") !== null;
  const savedFields = isUnsaved ? null : serialise(form);
  let isLeaving = false;
  let timer;

  const isChanged = () => serialise(form) !== savedFields;

  function saveNow() {
    clearTimeout(timer);
    if (isChanged()) write(key, { at: Date.now(), draftId, fields: fieldsOf(form) });
    else localStorage.removeItem(key);
  }

  function saveSoon() {
    clearTimeout(timer);
    timer = setTimeout(saveNow, SECOND);
  }

  for (const name of ["input", "change", "click", "drop"]) form.addEventListener(name, saveSoon);
  document.addEventListener("visibilitychange", () => document.hidden && !isLeaving && saveNow());
  form.addEventListener("submit", (event) => {
    const opensTab = event.submitter?.formTarget === "_blank";
    saveNow();
    if (!opensTab) form.append(hidden("_draft_id", draftId));
    isLeaving = !opensTab;
  });
  addEventListener("pageshow", () => {
    isLeaving = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && isChanged()) event.preventDefault();
  });

  removeSavedDrafts(key, offeredKey);
  if (isUnsaved) {
    saveNow();
    if (read(offeredKey)?.isRestored) localStorage.removeItem(offeredKey);
    return;
  }
  const draft = read(key);
  if (draft && JSON.stringify(draft.fields) !== savedFields) localStorage.setItem(offeredKey, JSON.stringify(draft));
  localStorage.removeItem(key);
  const offered = read(offeredKey);
  if (!offered) return;
  offer(form, offered, {
    restore() {
      isLeaving = true;
      write(offeredKey, { ...offered, isRestored: true }); // removed once the server has returned it
    },
    discard: () => localStorage.removeItem(offeredKey),
  });
}

/** Remove drafts that the server has saved since, and those that are too old. */
function removeSavedDrafts(...keys) {
  const savedIds = document.getElementById("saved-drafts")?.dataset.savedDraftIds.split(" ") ?? [];
  for (const key of keys) {
    if (savedIds.includes(read(key)?.draftId)) localStorage.removeItem(key);
  }
  const from = document.referrer ? new URL(document.referrer) : null;
  if (from?.origin === location.origin && from.pathname.endsWith("/add/") && from.pathname !== location.pathname) {
    localStorage.removeItem(keys[0].replace(location.pathname, from.pathname)); // the new page has its own URL now
  }
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && !(read(key)?.at > Date.now() - MONTH)) localStorage.removeItem(key);
  }
}

function offer(form, draft, { restore, discard }) {
  const notice = document.createElement("section");
  notice.className = "notice";
  notice.setAttribute("aria-label", "Unsaved draft");
  const message = document.createElement("p");
  message.textContent = `You have unsaved changes from ${formatTime(new Date(draft.at))}.`;
  const restoreButton = button("Restore", () => {
    restore();
    send(form, draft.fields);
  });
  const discardButton = button("Discard", () => {
    discard();
    notice.remove();
  });
  notice.append(message, restoreButton, discardButton);
  form.before(notice);
}

function button(label, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", onClick);
  return element;
}

function formatTime(time) {
  const clock = time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (time.toDateString() === new Date().toDateString()) return `${clock} today`;
  return `${clock} on ${time.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" })}`;
}

/** Post the draft to the server, which returns the form with it and saves nothing. */
function send(form, fields) {
  const carrier = document.createElement("form");
  carrier.method = "post";
  carrier.hidden = true;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...fields, ["csrfmiddlewaretoken", token], ["_restore_draft", "1"]]) {
    carrier.append(hidden(name, value));
  }
  document.body.append(carrier);
  carrier.submit();
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

/** Return the fields sorted by name, because moving blocks about in the document is no change. */
function fieldsOf(form) {
  const isTyped = ([name, value]) =>
    typeof value === "string" && !/^csrfmiddlewaretoken$|^_draft_id$|__prefix__/.test(name);
  return [...new FormData(form)]
    .filter(isTyped)
    .sort(([first], [second]) => (first < second ? -1 : Number(first > second)));
}

const serialise = (form) => JSON.stringify(fieldsOf(form));

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Store a draft. If there is no space even without the oldest others, only the question on leaving protects it. */
function write(key, draft) {
  const text = JSON.stringify(draft);
  if (text.length > MAX_DRAFT_CHARS) return;
  try {
    localStorage.setItem(key, text);
  } catch {
    const others = Object.keys(localStorage).filter((other) => other.startsWith(PREFIX) && other !== key);
    const oldest = others.sort((first, second) => read(first)?.at - read(second)?.at)[0];
    if (!oldest) return;
    localStorage.removeItem(oldest);
    write(key, draft);
  }
}
