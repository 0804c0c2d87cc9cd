// Word writes lists as paragraphs that look like items; other programs write real lists, but nested wrongly.

const WORD = /mso-list:\s*l\d+\s+level(\d+)/;
const BULLET = /^\s*[·•●○◦▪‣][\s\u00a0]+/;
const NUMBER = /^\s*\(?(\d+|[a-z]|[ivxlcdm]+)[.)]/i;

/** Turn consecutive paragraphs that look like items into lists, nested by level. */
export function makeLists(body) {
  let lists = []; // the open lists, innermost last
  for (const paragraph of body.querySelectorAll("p, h2, h3")) {
    const item = takeItem(paragraph);
    if (!item) {
      const isContinuation =
        /CxSp(Middle|Last)/.test(paragraph.className) && lists.length && follows(paragraph, lists[0]);
      if (isContinuation) lists.at(-1).lastElementChild.append(paragraph);
      else lists = [];
      continue;
    }
    if (lists.length && !follows(paragraph, lists[0])) lists = [];
    const depth = Math.min(item.level, lists.length + 1); // a skipped level is not added
    lists.length = Math.min(lists.length, depth);
    if (lists.length === depth && lists.at(-1).localName !== item.list) lists.pop();
    if (lists.length < depth) lists.push(openList(item.list, lists.at(-1), paragraph));
    const entry = body.ownerDocument.createElement("li");
    lists.at(-1).append(entry);
    entry.append(paragraph);
  }
}

function openList(name, outer, paragraph) {
  const list = paragraph.ownerDocument.createElement(name);
  if (outer) outer.lastElementChild.append(list);
  else paragraph.before(list);
  return list;
}

const follows = (paragraph, list) => paragraph.previousElementSibling === list;

/** Remove a paragraph's bullet or number and return its level and list type; null if it is not an item. */
function takeItem(paragraph) {
  const level = WORD.exec(paragraph.getAttribute("data-style") ?? "")?.[1];
  const marker = paragraph.querySelector('[data-style*="mso-list:Ignore"], [data-style*="mso-list: Ignore"]');
  const markerText = marker?.textContent ?? "";
  marker?.remove();
  if (paragraph.localName !== "p") return null; // a numbered heading
  if (level) return { level: Number(level), list: NUMBER.test(markerText) ? "ol" : "ul" };
  if (!BULLET.test(paragraph.textContent) || paragraph.closest("li")) return null;
  dropBullet(paragraph);
  return { level: 1, list: "ul" };
}

function dropBullet(paragraph) {
  let remaining = BULLET.exec(paragraph.textContent)[0].length;
  const texts = paragraph.ownerDocument.createNodeIterator(paragraph, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text && remaining; text = texts.nextNode()) {
    const removed = Math.min(remaining, text.data.length);
    text.data = text.data.slice(removed);
    remaining -= removed;
  }
}

/** Move a list that is a direct child of a list into the item before it. */
export function nestLists(body) {
  for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    const before = list.previousElementSibling;
    if (before?.localName === "li") before.append(list);
    else list.replaceWith(...list.children);
  }
}
