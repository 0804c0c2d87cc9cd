// Read a plain text that is pasted: the server recognises its headings, lists and Markdown, as in an imported document.
import { pm } from "django-prose-editor/editor";

const ADDRESS = "/admin/pages/page/read-passage/";
const MARKDOWN = /\*\*\S|\[[^\]\n]+\]\(\S+\)|^#{1,6} \S|~~\S/;
const UNREAD =
  "The text was pasted as plain paragraphs, because the server could not read it. Are you still signed in?";

/** Whether a text may have more than one paragraph or some formatting; anything else is pasted at once. */
export const hasLayout = (text) => text.trim().includes("\n") || MARKDOWN.test(text);

export const leftOut = (losses) => (losses.length ? `Left out or changed: ${losses.join("; ")}.` : "");

/** Insert a text where the caret was, as one step that can be undone. Resolves to a note on what was left out. */
export async function insertPassage(editor, text) {
  let { from, to } = editor.state.selection;
  const follow = ({ transaction }) => {
    from = transaction.mapping.map(from);
    to = transaction.mapping.map(to);
  };
  const form = editor.view.dom.closest("form");
  const wait = waitWithSending(form);
  editor.on("transaction", follow);
  const passage = await read(text, form);
  editor.off("transaction", follow);
  if (!editor.isDestroyed) insert(editor, { from, to }, passage, text);
  wait.end();
  return passage.error ?? leftOut(passage.dropped);
}

/** Hold back the form until the text is in its place. */
function waitWithSending(form) {
  let held = null;
  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    held = event;
  };
  form?.addEventListener("submit", hold, { capture: true });
  return {
    end() {
      form?.removeEventListener("submit", hold, { capture: true });
      if (held) form.requestSubmit(held.submitter);
    },
  };
}

async function read(text, form) {
  try {
    const body = new URLSearchParams({ text, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    const response = await fetch(ADDRESS, { method: "POST", body, headers: { Accept: "application/json" } });
    if ((response.ok && !response.redirected) || response.status === 422) return await response.json();
  } catch {
    // as for any other failure
  }
  return { error: UNREAD };
}

function insert(editor, { from, to }, { html }, text) {
  const { view } = editor;
  const selection = pm.state.TextSelection.between(view.state.doc.resolve(from), view.state.doc.resolve(to));
  view.dispatch(pm.history.closeHistory(view.state.tr.setSelection(selection)));
  if (html) view.pasteHTML(html);
  else view.pasteText(text);
  view.dispatch(pm.history.closeHistory(view.state.tr));
}
