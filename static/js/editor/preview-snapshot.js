// Disable links inside a preview, because they lead to pages that may not be framed.
for (const frame of document.querySelectorAll(".preview-frames iframe")) {
  frame.addEventListener("load", () => {
    frame.contentDocument?.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
    });
  });
}
