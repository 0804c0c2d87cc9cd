import { makeAddButtonsAccessible } from "./editor/add-block.js";
import { addBlockTools } from "./editor/blocks.js";
import { showPictures } from "./editor/picture-focus.js";
import { keepUnsavedDraft } from "./editor/unsaved-drafts.js";

// django-prose-editor does not label its editing area, which screen readers need.
function labelEditingAreas() {
  for (const area of document.querySelectorAll(".tiptap.ProseMirror:not([aria-label])")) {
    const label = area.closest(".prose-editor")?.querySelector("textarea")?.labels[0];
    area.setAttribute("aria-label", label?.textContent.replace(/:\s*$/, "").trim() || "Text");
  }
}

/** Replace messages of django-content-editor before it reads them. */
function replaceMessages() {
  const context = document.getElementById("content-editor-context");
  if (!context) return;
  const settings = JSON.parse(context.textContent);
  Object.assign(settings.messages, {
    empty: "No blocks yet.",
    newItem: "New",
    collapseAll: "Collapse all blocks",
    uncollapseAll: "Expand all blocks",
  });
  context.textContent = JSON.stringify(settings);
}

/** The editor puts the scroll position into the form's URL; without it, the next page opens at its top. */
function removeScrollPosition() {
  for (const form of document.forms) {
    form.addEventListener("submit", () => {
      form.action = form.action.split("#")[0];
    });
  }
}

function enhance(form) {
  removeScrollPosition();
  const machine = form.querySelector(".order-machine");
  if (machine) {
    addBlockTools(machine);
    makeAddButtonsAccessible(machine.parentElement);
    showPictures(machine);
  }
  keepUnsavedDraft(form);
}

const form = document.querySelector("#page_form");
if (form) {
  new MutationObserver(labelEditingAreas).observe(form, { childList: true, subtree: true });
  labelEditingAreas();
  replaceMessages();
  document.addEventListener("content-editor:ready", () => enhance(form)); // once the blocks are in order
}
