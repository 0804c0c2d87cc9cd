// The blocks of a page, without a mouse: each has buttons to move it up and down, to copy it and to delete it.
// The order is that of django-content-editor: a hidden number in each block, and its `order` on the screen.

const BLOCK = ".inline-related:not(.empty-form)";

export function makeBlocksOperable(machine) {
  const news = document.createElement("p");
  news.className = "visually-hidden";
  news.setAttribute("role", "status");
  machine.before(news);
  const tell = (words) => {
    news.textContent = words;
  };

  for (const block of machine.querySelectorAll(BLOCK)) addTools(block, tell);
  arrange(machine);
  document.addEventListener("formset:added", ({ target }) => {
    if (!target.matches(`.order-machine ${BLOCK}`)) return;
    addTools(target, tell);
    arrange(machine);
    focusFirstField(target);
  });
  machine.addEventListener("drop", () => setTimeout(() => arrange(machine)));
}

const ordering = (block) => block.querySelector(".order-machine-ordering");
const kindOf = (block) => block.querySelector(":scope > h3 > b")?.textContent.replace(/:\s*$/, "") ?? "";

function inOrder(machine) {
  const blocks = [...machine.querySelectorAll(`:scope > ${BLOCK}`)];
  return blocks.sort((one, other) => one.style.order - other.style.order);
}

/** What is read and tabbed through in turn is what is seen in turn; new blocks are made before the empty ones. */
function arrange(machine) {
  const blocks = inOrder(machine);
  const present = [...machine.querySelectorAll(`:scope > ${BLOCK}`)];
  if (blocks.every((block, place) => block === present[place])) return;
  const focused = document.activeElement;
  const end = machine.querySelector(":scope > .empty-form");
  for (const block of blocks) machine.insertBefore(block, end);
  if (machine.contains(focused)) focused.focus({ preventScroll: true });
}

function number(blocks) {
  blocks.forEach((block, place) => {
    ordering(block).value = block.style.order = 10 * (place + 1);
  });
}

function move(block, step, tell) {
  const machine = block.parentElement;
  const blocks = inOrder(machine);
  const from = blocks.indexOf(block);
  const to = from + step;
  if (to < 0 || to >= blocks.length) return tell(step < 0 ? "It is the first already." : "It is the last already.");
  blocks.splice(from, 1);
  blocks.splice(to, 0, block);
  number(blocks);
  arrange(machine);
  block.scrollIntoView({ block: "nearest" });
  tell(`${kindOf(block)} moved: now ${to + 1} of ${blocks.length}.`);
}

function addTools(block, tell) {
  if (!window.ContentEditor?.allowChange || block.querySelector(":scope > .block-tools")) return;
  for (const icon of block.querySelectorAll(":scope > h3 .material-icons")) icon.setAttribute("aria-hidden", "true");
  const tools = document.createElement("div");
  tools.className = "block-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", `This block: ${kindOf(block)}`);
  const remove = button("Delete", () => toggleDeletion(block, remove, tell));
  const others = [
    button("Up", () => move(block, -1, tell)),
    button("Down", () => move(block, 1, tell)),
    ...(canBeAdded(block) ? [button("Copy", () => copy(block, tell))] : []),
  ];
  tools.append(foldButton(block), ...others, remove);
  block.querySelector(":scope > h3").after(tools);
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

/** The heading folds a block for a mouse; this one for everybody. */
function foldButton(block) {
  const fold = button("Fold", () => block.querySelector(":scope > h3 > b").click());
  const show = () => fold.setAttribute("aria-expanded", String(!block.classList.contains("collapsed")));
  new MutationObserver(show).observe(block, { attributeFilter: ["class"] });
  show();
  return fold;
}

/** It goes when the page is saved; until then one press brings it back. */
function toggleDeletion(block, remove, tell) {
  const mark = block.querySelector(':scope > h3 .delete > input[type="checkbox"]');
  if (mark) mark.click();
  else toggleMark(block);
  const isDeleted = block.classList.contains("for-deletion");
  remove.textContent = isDeleted ? "Undo" : "Delete";
  tell(isDeleted ? `${kindOf(block)} goes when you save. Undo brings it back.` : `${kindOf(block)} stays.`);
  remove.focus();
}

/** A block that was never saved has no tick for it, but the server understands one. */
function toggleMark(block) {
  const name = `${block.id}-DELETE`;
  const present = block.querySelector(`input[name="${name}"]`);
  block.classList.toggle("for-deletion", !present);
  if (present) return present.remove();
  const mark = document.createElement("input");
  mark.type = "hidden";
  mark.name = name;
  mark.value = "on";
  block.append(mark);
}

const prefixOf = (block) => block.id.replace(/-\d+$/, "");
const canBeAdded = (block) =>
  document.querySelector(`#${prefixOf(block)}-group .add-row:not([style*="none"]) a`) !== null;

function copy(block, tell) {
  const machine = block.parentElement;
  let made;
  document.addEventListener(
    "formset:added",
    ({ target }) => {
      made = target;
    },
    { once: true, capture: true },
  );
  window.ContentEditor.addContent(prefixOf(block));
  if (!made) return;
  for (const field of block.querySelectorAll("[name]")) copyField(field, block, made);
  const blocks = inOrder(machine).filter((other) => other !== made);
  blocks.splice(blocks.indexOf(block) + 1, 0, made);
  number(blocks);
  arrange(machine);
  made.scrollIntoView({ block: "nearest" });
  tell(`${kindOf(block)} copied: the copy is below it.`);
}

/** All that was typed or chosen; not what says which block it is and where. */
function copyField(field, block, made) {
  const name = field.name.slice(block.id.length + 1);
  if (field.type === "file" || ["id", "parent", "region", "ordering", "DELETE"].includes(name)) return;
  const ticks = field.type === "checkbox" || field.type === "radio";
  const candidates = [...made.querySelectorAll(`[name="${made.id}-${name}"]`)];
  const same = candidates.find((other) => !ticks || other.value === field.value);
  if (!same) return;
  if (ticks) same.checked = field.checked;
  else same.value = field.value;
  same.dispatchEvent(new Event("change", { bubbles: true }));
}

function focusFirstField(block) {
  const field = block.querySelector('input:not([type="hidden"]), select, textarea');
  if (!field?.hasAttribute("data-django-prose-editor-configurable")) return field?.focus();
  block.addEventListener("prose-editor:ready", ({ detail }) => detail.editor.commands.focus(), { once: true });
}
