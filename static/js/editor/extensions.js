// Extensions for django-prose-editor. EXTENSIONS in pages/richtext.py enables them by their exported names; one with the
// name of a built-in extension replaces it.
import {
  BulletList as EditorBulletList,
  Link as EditorLink,
  OrderedList as EditorOrderedList,
  Table as EditorTable,
  Extension,
  Plugin,
} from "django-prose-editor/editor";
import { askForFact, askForLink } from "./link-dialog.js";
import { describeLink, targets } from "./link-targets.js";
import { cleaned } from "./paste.js";
import { hasLayout, insertPassage, leftOut } from "./paste-text.js";
import { makeItems } from "./typed-items.js";

const PICTURES = "Pictures cannot be pasted into a text. Add them with the Picture block.";

/** Show a note below the text, which screen readers announce when it changes; there is one note of each kind. */
function showNote(editor, kind, message) {
  const frame = editor.view.dom.parentElement;
  let note = frame.querySelector(`.prose-note-${kind}`);
  if (!note) {
    note = document.createElement("p");
    note.className = `prose-note prose-note-${kind}`;
    note.setAttribute("role", "status");
    frame.append(note);
  }
  if (note.textContent !== message) note.textContent = message;
}

const hasOnlyPictures = (data) => data?.files.length > 0 && !data.types.includes("text/html");

export const Pasting = Extension.create({
  name: "pasting",

  onCreate() {
    showNote(this.editor, "pictures", ""); // only later changes are announced
    showNote(this.editor, "passage", "");
  },

  transformPastedHTML(html) {
    const { html: clean, pictures, losses } = cleaned(html);
    showNote(this.editor, "pictures", pictures ? PICTURES : "");
    showNote(this.editor, "passage", leftOut(losses));
    return clean;
  },

  addProseMirrorPlugins() {
    const refusePictures = (data) => {
      if (!hasOnlyPictures(data)) return false;
      showNote(this.editor, "pictures", PICTURES);
      return true;
    };
    const pastePassage = (data) => {
      if (data?.types.includes("text/html")) return false; // transformPastedHTML has shown its note
      showNote(this.editor, "passage", ""); // what was left out of an earlier one
      if (!data || !hasLayout(data.getData("text/plain"))) return false;
      insertPassage(this.editor, data.getData("text/plain")).then((words) => showNote(this.editor, "passage", words));
      return true;
    };
    return [
      new Plugin({
        props: {
          handlePaste: (_view, event) => refusePictures(event.clipboardData) || pastePassage(event.clipboardData),
          handleDrop: (_view, event) => refusePictures(event.dataTransfer),
        },
      }),
    ];
  },
});

/** The Tab key indents list items and moves between table cells; after Escape it leaves the text. */
export const Leaving = Extension.create({
  name: "leaving",

  addProseMirrorPlugins() {
    let isLeaving = false;
    const keydown = (_view, event) => {
      const leaves = isLeaving && event.key === "Tab";
      isLeaving = event.key === "Escape" || (isLeaving && event.key === "Shift");
      return leaves; // the editor ignores the key, so the browser moves the focus
    };
    return [new Plugin({ props: { handleDOMEvents: { keydown } } })];
  },
});

/** A list button that takes the place of bullets and numbers that were typed. */
const withItems = (List, command) =>
  List.extend({
    addCommands() {
      const commands = this.parent();
      const toggle = () => (props) => {
        if (props.dispatch && !this.editor.isActive(this.name)) makeItems(props.tr);
        return commands[command]()(props);
      };
      return { ...commands, [command]: toggle };
    },
  });

export const BulletList = withItems(EditorBulletList, "toggleBulletList");
export const OrderedList = withItems(EditorOrderedList, "toggleOrderedList");

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
    return { ...this.parent?.(), Tab: () => this.editor.commands.goToNextCell() }; // without adding a row at the end
  },
});

const hrefOf = (editor) => editor.getAttributes("link").href ?? "";

/** Show where the link at the caret leads. */
async function explain(editor) {
  const href = hrefOf(editor);
  const isOurs = /^(page|fact):/.test(href);
  const words = href && describeLink(href, isOurs ? ((await targets()) ?? {}) : {});
  if (!editor.isDestroyed && hrefOf(editor) === href) showNote(editor, "link", words);
}

/** Set a link on the selected words, or insert one with its own words if nothing is selected. */
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
    // The parent's onCreate is left out: it registers our link schemes for addresses that are typed, which nobody does.
    showNote(this.editor, "link", "");
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
