// Add buttons to each block to collapse, move, copy and delete it.
// The order is kept as django-content-editor does: in a hidden field of each block, and as its CSS `order`.

const BLOCK = ".inline-related:not(.empty-form)";

export function addBlockTools(machine) {
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  machine.before(status);
  const announce = (message) => {
    status.textContent = message;
  };

  for (const block of machine.querySelectorAll(BLOCK)) addTools(block, announce);
  arrange(machine);
  document.addEventListener("formset:added", ({ target }) => {
    if (!target.matches(`.order-machine ${BLOCK}`)) return;
    addTools(target, announce);
    arrange(machine);
    focusFirstField(target);
  });
  machine.addEventListener("drop", () => setTimeout(() => arrange(machine)));
}

const ordering = (block) => block.querySelector(".order-machine-ordering");
const kindOf = (block) => block.querySelector(":scope > h3 > b")?.textContent.replace(/:\s*$/, "") ?? "";

function inOrder(machine) {
  const blocks = [...machine.querySelectorAll(`:scope > ${BLOCK}`)];
  return blocks.sort((first, second) => first.style.order - second.style.order);
}

/** Put the blocks into visual order, for screen readers and the tab key; new ones go before the empty forms. */
function arrange(machine) {
  const blocks = inOrder(machine);
  const present = [...machine.querySelectorAll(`:scope > ${BLOCK}`)];
  if (blocks.every((block, index) => block === present[index])) return;
  const focused = document.activeElement;
  const end = machine.querySelector(":scope > .empty-form");
  for (const block of blocks) machine.insertBefore(block, end);
  if (machine.contains(focused)) focused.focus({ preventScroll: true });
}

function number(blocks) {
  blocks.forEach((block, index) => {
    ordering(block).value = block.style.order = 10 * (index + 1);
  });
}

function move(block, step, announce) {
  const machine = block.parentElement;
  const blocks = inOrder(machine);
  const from = blocks.indexOf(block);
  const to = from + step;
  if (to < 0 || to >= blocks.length)
    return announce(step < 0 ? "This is already the first block." : "This is already the last block.");
  blocks.splice(from, 1);
  blocks.splice(to, 0, block);
  number(blocks);
  arrange(machine);
  block.scrollIntoView({ block: "nearest" });
  announce(`${kindOf(block)} moved: now ${to + 1} of ${blocks.length}.`);
}

function addTools(block, announce) {
  if (!window.ContentEditor?.allowChange || block.querySelector(":scope > .block-tools")) return;
  for (const icon of block.querySelectorAll(":scope > h3 .material-icons")) icon.setAttribute("aria-hidden", "true");
  const tools = document.createElement("div");
  tools.className = "block-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", `This block: ${kindOf(block)}`);
  const remove = button("Delete", () => toggleDeletion(block, remove, announce));
  const others = [
    button("Up", () => move(block, -1, announce)),
    button("Down", () => move(block, 1, announce)),
    ...(canBeAdded(block) ? [button("Copy", () => copy(block, announce))] : []),
  ];
  tools.append(collapseButton(block), ...others, remove);
  block.querySelector(":scope > h3").after(tools);
}

function button(label, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", onClick);
  return element;
}

/** A button that collapses the block, because its heading does so only for the mouse. */
function collapseButton(block) {
  const collapse = button("Collapse", () => block.querySelector(":scope > h3 > b").click());
  const show = () => collapse.setAttribute("aria-expanded", String(!block.classList.contains("collapsed")));
  new MutationObserver(show).observe(block, { attributeFilter: ["class"] });
  show();
  return collapse;
}

/** Mark the block for deletion, which happens when the page is saved, or undo that. */
function toggleDeletion(block, remove, announce) {
  const mark = block.querySelector(':scope > h3 .delete > input[type="checkbox"]');
  if (mark) mark.click();
  else toggleMark(block);
  const isDeleted = block.classList.contains("for-deletion");
  remove.textContent = isDeleted ? "Undo" : "Delete";
  announce(
    isDeleted
      ? `${kindOf(block)} will be deleted when you save. Undo keeps it.`
      : `${kindOf(block)} will not be deleted.`,
  );
  remove.focus();
}

/** A new block has no checkbox for deletion, but the server accepts the field. */
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

function copy(block, announce) {
  const machine = block.parentElement;
  let newBlock;
  document.addEventListener(
    "formset:added",
    ({ target }) => {
      newBlock = target;
    },
    { once: true, capture: true },
  );
  window.ContentEditor.addContent(prefixOf(block));
  if (!newBlock) return;
  for (const field of block.querySelectorAll("[name]")) copyField(field, block, newBlock);
  const blocks = inOrder(machine).filter((other) => other !== newBlock);
  blocks.splice(blocks.indexOf(block) + 1, 0, newBlock);
  number(blocks);
  arrange(machine);
  newBlock.scrollIntoView({ block: "nearest" });
  announce(`${kindOf(block)} copied: the copy is below it.`);
}

/** Copy the content of a field, but not the block's identity or position. */
function copyField(field, block, newBlock) {
  const name = field.name.slice(block.id.length + 1);
  if (field.type === "file" || ["id", "parent", "region", "ordering", "DELETE"].includes(name)) return;
  const ticks = field.type === "checkbox" || field.type === "radio";
  const candidates = [...newBlock.querySelectorAll(`[name="${newBlock.id}-${name}"]`)];
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
