// The editor gives its writing area no name, which a screen reader needs.
function nameWritingAreas() {
  for (const area of document.querySelectorAll(".tiptap.ProseMirror:not([aria-label])")) {
    area.setAttribute("aria-label", "Text")
  }
}

new MutationObserver(nameWritingAreas).observe(document.body, { childList: true, subtree: true })
nameWritingAreas()
