// The places where a block can be added are spans that only a mouse finds; here they become buttons.

const PLACE = ".order-machine-insert-target";
const KIND = ".plugin-buttons .plugin-button";

export function makeAddingOperable(wrapper) {
  for (const place of wrapper.querySelectorAll(`${PLACE}:not(.empty-form > *)`)) makePlace(place);
  for (const kind of wrapper.querySelectorAll(KIND)) makeKind(kind);
  document.addEventListener("formset:added", ({ target }) => {
    for (const place of target.querySelectorAll(`:scope > ${PLACE}`)) makePlace(place);
  });
  wrapper.addEventListener("keydown", (event) => {
    const target = event.target.closest(`${PLACE}, ${KIND}`);
    if (target && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      target.click();
    }
  });
  wrapper.addEventListener("click", (event) => {
    const place = event.target.closest(PLACE);
    if (place) setTimeout(() => follow(wrapper, place));
  });
  wrapper.addEventListener("keydown", (event) => {
    if (event.key === "Escape") wrapper.querySelector(`${PLACE}.selected`)?.focus();
  });
  wrapper.addEventListener("keydown", (event) => walk(wrapper, event));
}

function makePlace(place) {
  place.setAttribute("role", "button");
  place.tabIndex = 0;
  const isLast = place.classList.contains("last");
  place.setAttribute("aria-label", isLast ? "Add a block at the end" : "Add a block before this one");
  const block = place.closest(".inline-related");
  if (block) block.prepend(place); // where it is seen is where it is tabbed to
}

function makeKind(kind) {
  kind.tabIndex = 0;
  kind.querySelector(".plugin-button-icon")?.setAttribute("aria-hidden", "true");
}

/** After a place was chosen, the kinds of blocks are next. */
function follow(wrapper, place) {
  if (place.classList.contains("selected")) wrapper.querySelector(`${KIND}:not(.content-editor-hide)`)?.focus();
}

function walk(wrapper, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches(KIND)) return;
  event.preventDefault();
  const kinds = [...wrapper.querySelectorAll(`${KIND}:not(.content-editor-hide)`)];
  kinds.at((kinds.indexOf(event.target) + step) % kinds.length)?.focus();
}
