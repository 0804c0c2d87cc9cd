import { makeAddingOperable } from "./editor/adding.js"
import { makeBlocksOperable } from "./editor/blocks.js"
import { showPictures } from "./editor/focus.js"
import { keepWhatIsTyped } from "./editor/keeping.js"

// The editor gives its writing area no name, which a screen reader needs.
function nameWritingAreas() {
  for (const area of document.querySelectorAll(".tiptap.ProseMirror:not([aria-label])")) {
    const label = area.closest(".prose-editor")?.querySelector("textarea")?.labels[0]
    area.setAttribute("aria-label", label?.textContent.replace(/:\s*$/, "").trim() || "Text")
  }
}

function begin(form) {
  const machine = form.querySelector(".order-machine")
  if (machine) {
    makeBlocksOperable(machine)
    makeAddingOperable(machine.parentElement)
    showPictures(machine)
  }
  keepWhatIsTyped(form)
}

const form = document.querySelector("#page_form")
if (form) {
  new MutationObserver(nameWritingAreas).observe(form, { childList: true, subtree: true })
  nameWritingAreas()
  document.addEventListener("content-editor:ready", () => begin(form)) // when the blocks have been put in order
}
