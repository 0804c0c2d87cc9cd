// Show the picture of a picture block, and let its focal point be set by clicking or with the arrow keys. The numeric
// fields are collapsed.

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
  (choice.closest(".form-row") ?? choice).after(frame, collapseFields([x, y]));
  let chosenUrl = ""; // of a file that is not uploaded yet

  function show() {
    const url = chosenUrl || choice.selectedOptions[0]?.dataset.src;
    frame.hidden = !url;
    if (url) picture.src = url;
    marker.style.left = `${x.value}%`;
    marker.style.top = `${y.value}%`;
    const position = `${x.value || 0}% from the left, ${y.value || 0}% from the top`;
    frame.setAttribute("aria-label", `Focal point: ${position}. Use the arrow keys to move it.`);
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
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!direction) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 2;
    set(Number(x.value) + direction[0] * step, Number(y.value) + direction[1] * step);
  });
  choice.addEventListener("change", show);
  file?.addEventListener("change", () => {
    URL.revokeObjectURL(chosenUrl);
    chosenUrl = file.files[0] ? URL.createObjectURL(file.files[0]) : "";
    show();
  });
  picture.addEventListener("error", () => {
    frame.hidden = true;
  }); // the server will report what is wrong with it
  for (const field of [x, y]) field.addEventListener("input", show);
  show();
}

function collapseFields(fields) {
  const rows = fields.map((field) => field.closest(".form-row"));
  const details = document.createElement("details");
  details.className = "focus-numbers";
  details.open = rows.some((row) => row.querySelector(".errorlist"));
  const summary = document.createElement("summary");
  summary.textContent = "Focal point in numbers";
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
