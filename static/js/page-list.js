// Reorder sibling pages by dragging; the arrow buttons beside the handle do the same without a mouse.
const rows = [...document.querySelectorAll("#result_list tbody tr")].filter((row) => row.querySelector("[data-page]"));
const dataOf = (row) => row.querySelector("[data-page]").dataset;
let dragged = null;

const siblings = () => rows.filter((row) => dataOf(row).parent === dataOf(dragged).parent);

function drop(target) {
  const order = siblings().filter((row) => row !== dragged);
  order.splice(order.indexOf(target), 0, dragged);
  const form = document.getElementById("changelist-form");
  for (const row of order) {
    const field = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: "page",
      value: dataOf(row).page,
    });
    form.append(field);
  }
  form.action = dataOf(dragged).order;
  form.submit();
}

// After the page has reloaded with its rows in another order, focus the button that was pressed again.
const PRESSED = "button pressed in the page list";

function restoreFocus() {
  const address = sessionStorage.getItem(PRESSED);
  sessionStorage.removeItem(PRESSED);
  if (address) document.querySelector(`#result_list button[formaction="${address}"]`)?.focus();
}

document.getElementById("changelist-form")?.addEventListener("submit", ({ submitter }) => {
  const address = submitter?.getAttribute("formaction");
  if (address) sessionStorage.setItem(PRESSED, address);
});
addEventListener("load", restoreFocus); // not earlier: the browser first jumps to the row, which removes the focus

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
    for (const other of rows) other.classList.remove("dragged", "over");
    dragged = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged || row === dragged || !siblings().includes(row)) return;
    event.preventDefault();
    for (const other of rows) other.classList.toggle("over", other === row);
  });
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    if (dragged) drop(row);
  });
}
