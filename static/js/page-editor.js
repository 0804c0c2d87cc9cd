import { makeAddingOperable } from "./editor/adding.js";
import { makeBlocksOperable } from "./editor/blocks.js";
import { showPictures } from "./editor/focus.js";
import { keepWhatIsTyped } from "./editor/keeping.js";

// The editor gives its writing area no name, which a screen reader needs.
function nameWritingAreas() {
  for (const area of document.querySelectorAll(".tiptap.ProseMirror:not([aria-label])")) {
    const label = area.closest(".prose-editor")?.querySelector("textarea")?.labels[0];
    area.setAttribute("aria-label", label?.textContent.replace(/:\s*$/, "").trim() || "Text");
  }
}

/** The editor's words, before it reads them. */
function sayItOurWay() {
  const context = document.getElementById("content-editor-context");
  if (!context) return;
  const said = JSON.parse(context.textContent);
  Object.assign(said.messages, {
    empty: "No blocks yet.",
    newItem: "New",
    collapseAll: "Fold every block",
    uncollapseAll: "Unfold every block",
  });
  context.textContent = JSON.stringify(said);
}

/** The editor writes how far one has scrolled into the address, and the screens after it would open there: too low. */
function beginEachScreenAtItsTop() {
  for (const form of document.forms) {
    form.addEventListener("submit", () => {
      form.action = form.action.split("#")[0];
    });
  }
}

function begin(form) {
  beginEachScreenAtItsTop();
  const machine = form.querySelector(".order-machine");
  if (machine) {
    makeBlocksOperable(machine);
    makeAddingOperable(machine.parentElement);
    showPictures(machine);
  }
  keepWhatIsTyped(form);
}

const form = document.querySelector("#page_form");
if (form) {
  new MutationObserver(nameWritingAreas).observe(form, { childList: true, subtree: true });
  nameWritingAreas();
  sayItOurWay();
  document.addEventListener("content-editor:ready", () => begin(form)); // when the blocks have been put in order
}
