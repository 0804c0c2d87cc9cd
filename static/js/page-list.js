// Pages beside each other are put in order by dragging; the arrows beside the handle do the same without.
const rows = [...document.querySelectorAll("#result_list tbody tr")].filter((row) => row.querySelector("[data-page]"));
const about = (row) => row.querySelector("[data-page]").dataset;
let dragged = null;

const siblings = () => rows.filter((row) => about(row).parent === about(dragged).parent);

function drop(target) {
  const order = siblings().filter((row) => row !== dragged);
  order.splice(order.indexOf(target), 0, dragged);
  const form = document.getElementById("changelist-form");
  for (const row of order) {
    const field = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: "page",
      value: about(row).page,
    });
    form.append(field);
  }
  form.action = about(dragged).order;
  form.submit();
}

// The page comes back with its rows in another order; the focus comes back to the button that was pressed.
const PRESSED = "pressed in the list of pages";

function focusAgain() {
  const address = sessionStorage.getItem(PRESSED);
  sessionStorage.removeItem(PRESSED);
  if (address) document.querySelector(`#result_list button[formaction="${address}"]`)?.focus();
}

document.getElementById("changelist-form")?.addEventListener("submit", ({ submitter }) => {
  const address = submitter?.getAttribute("formaction");
  if (address) sessionStorage.setItem(PRESSED, address);
});
addEventListener("load", focusAgain); // no sooner: the browser goes to the row first, and takes the focus away

for (const row of rows) {
  const handle = Object.assign(document.createElement("span"), {
    className: "drag",
    textContent: "⠿",
    draggable: true,
  });
  handle.setAttribute("aria-hidden", "true");
  row.querySelector(".place").prepend(handle);
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    row.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => {
    for (const one of rows) one.classList.remove("dragged", "over");
    dragged = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged || row === dragged || !siblings().includes(row)) return;
    event.preventDefault();
    for (const one of rows) one.classList.toggle("over", one === row);
  });
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    if (dragged) drop(row);
  });
}
