// Make the insert targets of django-content-editor, which are spans for the mouse, work with the keyboard.

const INSERT_TARGET = ".order-machine-insert-target";
const BLOCK_TYPE = ".plugin-buttons .plugin-button";

export function makeAddButtonsAccessible(wrapper) {
  for (const insertTarget of wrapper.querySelectorAll(`${INSERT_TARGET}:not(.empty-form > *)`))
    makeTargetAccessible(insertTarget);
  for (const type of wrapper.querySelectorAll(BLOCK_TYPE)) makeTypeAccessible(type);
  document.addEventListener("formset:added", ({ target }) => {
    for (const insertTarget of target.querySelectorAll(`:scope > ${INSERT_TARGET}`)) makeTargetAccessible(insertTarget);
  });
  wrapper.addEventListener("keydown", (event) => {
    const target = event.target.closest(`${INSERT_TARGET}, ${BLOCK_TYPE}`);
    if (target && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      target.click();
    }
  });
  wrapper.addEventListener("click", (event) => {
    const insertTarget = event.target.closest(INSERT_TARGET);
    if (insertTarget) setTimeout(() => focusBlockTypes(wrapper, insertTarget));
  });
  wrapper.addEventListener("keydown", (event) => {
    if (event.key === "Escape") wrapper.querySelector(`${INSERT_TARGET}.selected`)?.focus();
  });
  wrapper.addEventListener("keydown", (event) => moveFocus(wrapper, event));
}

function makeTargetAccessible(insertTarget) {
  insertTarget.setAttribute("role", "button");
  insertTarget.tabIndex = 0;
  const isLast = insertTarget.classList.contains("last");
  insertTarget.setAttribute("aria-label", isLast ? "Add a block at the end" : "Add a block before this one");
  const block = insertTarget.closest(".inline-related");
  if (block) block.prepend(insertTarget); // the tab order follows the visual order
}

function makeTypeAccessible(type) {
  type.tabIndex = 0;
  type.querySelector(".plugin-button-icon")?.setAttribute("aria-hidden", "true");
}

/** Move the focus to the block types once an insert target is chosen. */
function focusBlockTypes(wrapper, insertTarget) {
  if (insertTarget.classList.contains("selected"))
    wrapper.querySelector(`${BLOCK_TYPE}:not(.content-editor-hide)`)?.focus();
}

function moveFocus(wrapper, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches(BLOCK_TYPE)) return;
  event.preventDefault();
  const types = [...wrapper.querySelectorAll(`${BLOCK_TYPE}:not(.content-editor-hide)`)];
  types.at((types.indexOf(event.target) + step) % types.length)?.focus();
}
