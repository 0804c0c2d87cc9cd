// The picture that a block shows or is about to, and what matters in it when it is cropped: a click on it, or the
// arrow keys. The same in numbers is folded away.

export function showPictures(machine) {
  for (const block of machine.querySelectorAll(".inline-related:not(.empty-form)")) showPicture(block);
  document.addEventListener("formset:added", ({ target }) => showPicture(target));
}

function showPicture(block) {
  const choice = block.querySelector('select[name$="-picture"]');
  const [x, y] = ["focus_x", "focus_y"].map((name) => block.querySelector(`input[name$="-${name}"]`));
  if (!choice || !x || !y) return;
  const file = block.querySelector('input[type="file"]');
  const { frame, picture, marker } = makeFrame();
  (choice.closest(".form-row") ?? choice).after(frame, foldAway([x, y]));
  let chosen = ""; // the address of a file that is not sent yet

  function show() {
    const address = chosen || choice.selectedOptions[0]?.dataset.src;
    frame.hidden = !address;
    if (address) picture.src = address;
    marker.style.left = `${x.value}%`;
    marker.style.top = `${y.value}%`;
    const where = `${x.value || 0}% from the left, ${y.value || 0}% from the top`;
    frame.setAttribute("aria-label", `What matters: ${where}. Arrow keys move it.`);
  }

  function set(left, top) {
    for (const [field, value] of [
      [x, left],
      [y, top],
    ]) {
      field.value = Math.round(Math.min(100, Math.max(0, value)));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  frame.addEventListener("click", (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    set(((event.clientX - left) / width) * 100, ((event.clientY - top) / height) * 100);
  });
  frame.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 2;
    set(Number(x.value) + way[0] * step, Number(y.value) + way[1] * step);
  });
  choice.addEventListener("change", show);
  file?.addEventListener("change", () => {
    URL.revokeObjectURL(chosen);
    chosen = file.files[0] ? URL.createObjectURL(file.files[0]) : "";
    show();
  });
  picture.addEventListener("error", () => {
    frame.hidden = true;
  }); // the server will say what is wrong with it
  for (const field of [x, y]) field.addEventListener("input", show);
  show();
}

function foldAway(fields) {
  const rows = fields.map((field) => field.closest(".form-row"));
  const details = document.createElement("details");
  details.className = "focus-numbers";
  details.open = rows.some((row) => row.querySelector(".errorlist"));
  const summary = document.createElement("summary");
  summary.textContent = "What matters in it, in numbers";
  details.append(summary, ...rows);
  return details;
}

function makeFrame() {
  const frame = document.createElement("div");
  frame.className = "focus-picker";
  frame.tabIndex = 0;
  frame.setAttribute("role", "application");
  const picture = document.createElement("img");
  picture.alt = "";
  picture.draggable = false;
  const marker = document.createElement("span");
  marker.className = "focus-picker-marker";
  frame.append(picture, marker);
  return { frame, picture, marker };
}
