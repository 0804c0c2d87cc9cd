// "Leave this site" works as a plain link. With JavaScript it also empties the form and takes this page out of
// the browser's history, so that Back does not bring it up again.
document.querySelector(".leave")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const form of document.forms) form.reset();
  for (const field of document.querySelectorAll("input:not([type=hidden]), textarea")) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  document.documentElement.hidden = true;
  location.replace(event.currentTarget.href);
});
