// What the therapist's editor has beyond django-prose-editor. Whatever is exported here is found by its name in
// EXTENSIONS (pages/richtext.py); where the editor has one of the same name, this one takes its place.
import { Link as EditorLink, Table as EditorTable, Extension, Plugin } from "django-prose-editor/editor";
import { askForFact, askForLink } from "./link-dialog.js";
import { inWords, targets } from "./link-targets.js";
import { cleaned } from "./paste.js";

const PICTURES = "Pictures cannot be pasted into a text. Add them with the Picture block.";

/** A line below the text, read out by a screen reader when it changes; each kind of note has its own. */
function say(editor, kind, words) {
  const frame = editor.view.dom.parentElement;
  let note = frame.querySelector(`.prose-note-${kind}`);
  if (!note) {
    note = document.createElement("p");
    note.className = `prose-note prose-note-${kind}`;
    note.setAttribute("role", "status");
    frame.append(note);
  }
  if (note.textContent !== words) note.textContent = words;
}

const hasOnlyPictures = (data) => data?.files.length > 0 && !data.types.includes("text/html");

export const Pasting = Extension.create({
  name: "pasting",

  onCreate() {
    say(this.editor, "pictures", ""); // a change is read out, an arrival is not
  },

  transformPastedHTML(html) {
    const { html: clean, pictures } = cleaned(html);
    say(this.editor, "pictures", pictures ? PICTURES : "");
    return clean;
  },

  addProseMirrorPlugins() {
    const refusePictures = (data) => {
      if (!hasOnlyPictures(data)) return false;
      say(this.editor, "pictures", PICTURES);
      return true;
    };
    return [
      new Plugin({
        props: {
          handlePaste: (_view, event) => refusePictures(event.clipboardData),
          handleDrop: (_view, event) => refusePictures(event.dataTransfer),
        },
      }),
    ];
  },
});

/** The Tab key indents in a list and goes on in a table; after Escape it leaves the text, as everywhere else. */
export const Leaving = Extension.create({
  name: "leaving",

  addProseMirrorPlugins() {
    let isLeaving = false;
    const keydown = (_view, event) => {
      const leaves = isLeaving && event.key === "Tab";
      isLeaving = event.key === "Escape" || (isLeaving && event.key === "Shift");
      return leaves; // the editor does nothing, so the browser does
    };
    return [new Plugin({ props: { handleDOMEvents: { keydown } } })];
  },
});

export const Table = EditorTable.extend({
  addCommands() {
    return {
      ...this.parent?.(),
      insertTableWithOptions:
        () =>
        ({ commands }) =>
          commands.insertTable({ rows: 3, cols: 2, withHeaderRow: true }),
    };
  },

  addKeyboardShortcuts() {
    return { ...this.parent?.(), Tab: () => this.editor.commands.goToNextCell() }; // and makes no new row at the end
  },
});

const hrefOf = (editor) => editor.getAttributes("link").href ?? "";

/** Where the link leads that the caret is in. */
async function explain(editor) {
  const href = hrefOf(editor);
  const isOurs = /^(page|fact):/.test(href);
  const words = href && inWords(href, isOurs ? ((await targets()) ?? {}) : {});
  if (!editor.isDestroyed && hrefOf(editor) === href) say(editor, "link", words);
}

/** Around the selected words; where none are, with words of its own. */
function setLink(editor, { href, words }) {
  const change = editor.chain().focus().extendMarkRange("link");
  if (!href) change.unsetLink().run();
  else if (hrefOf(editor) || !editor.state.selection.empty) change.setLink({ href }).run();
  else insert(editor, { href, words });
}

function insert(editor, { href, words }) {
  const text = { type: "text", text: words, marks: [{ type: "link", attrs: { href } }] };
  const change = editor.chain().focus();
  if (hrefOf(editor).startsWith("fact:")) change.extendMarkRange("link");
  change.insertContent(text).unsetMark("link").run();
}

export const Link = EditorLink.extend({
  onCreate() {
    // Without the parent's: it tells what finds addresses in typed words of our schemes, which nobody types.
    say(this.editor, "link", "");
    this.editor.on("selectionUpdate", () => explain(this.editor));
    this.editor.on("update", () => explain(this.editor));
  },

  addMenuItems({ menu, buttons }) {
    const items = {
      link: [buttons.material("insert_link", "insert link"), (editor) => editor.commands.addLink()],
      fact: [buttons.material("currency_pound", "insert a fact"), (editor) => editor.commands.addFact()],
      unlink: [buttons.material("link_off", "remove link"), (editor) => editor.chain().focus().unsetLink().run()],
    };
    for (const [name, [button, command]] of Object.entries(items)) {
      const hidden = (editor) => name === "unlink" && !editor.isActive("link");
      const active = (editor) => name === "link" && editor.isActive("link");
      menu.defineItem({ name, groups: "link", button, command, hidden, active });
    }
  },

  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          if (hrefOf(editor).startsWith("fact:")) return editor.commands.addFact();
          askForLink(hrefOf(editor)).then((answer) => (answer ? setLink(editor, answer) : editor.commands.focus()));
          return true;
        },
      addFact:
        () =>
        ({ editor }) => {
          askForFact(hrefOf(editor)).then((answer) => (answer ? insert(editor, answer) : editor.commands.focus()));
          return true;
        },
    };
  },
});
