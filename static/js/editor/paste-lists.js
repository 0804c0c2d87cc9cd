// Lists of Word are paragraphs that look like items; lists of other programs are real, but nested in the wrong place.

const WORD = /mso-list:\s*l\d+\s+level(\d+)/;
const BULLET = /^\s*[·•●○◦▪‣][\s\u00a0]+/;
const NUMBER = /^\s*\(?(\d+|[a-z]|[ivxlcdm]+)[.)]/i;

/** Paragraphs in a row that look like items become lists, nested by their level. */
export function makeLists(body) {
  let lists = []; // those that are open, the innermost last
  for (const paragraph of body.querySelectorAll("p, h2, h3")) {
    const item = takeItem(paragraph);
    if (!item) {
      const goesOn = /CxSp(Middle|Last)/.test(paragraph.className) && lists.length && follows(paragraph, lists[0]);
      if (goesOn) lists.at(-1).lastElementChild.append(paragraph);
      else lists = [];
      continue;
    }
    if (lists.length && !follows(paragraph, lists[0])) lists = [];
    const depth = Math.min(item.level, lists.length + 1); // a level that was left out is not made up
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

/** What kind of list the paragraph is an item of, and how deep; its bullet or number goes. Null if it is none. */
function takeItem(paragraph) {
  const level = WORD.exec(paragraph.getAttribute("data-style") ?? "")?.[1];
  const marker = paragraph.querySelector('[data-style*="mso-list:Ignore"], [data-style*="mso-list: Ignore"]');
  const written = marker?.textContent ?? "";
  marker?.remove();
  if (paragraph.localName !== "p") return null; // a numbered heading
  if (level) return { level: Number(level), list: NUMBER.test(written) ? "ol" : "ul" };
  if (!BULLET.test(paragraph.textContent) || paragraph.closest("li")) return null;
  dropBullet(paragraph);
  return { level: 1, list: "ul" };
}

function dropBullet(paragraph) {
  let left = BULLET.exec(paragraph.textContent)[0].length;
  const texts = paragraph.ownerDocument.createNodeIterator(paragraph, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text && left; text = texts.nextNode()) {
    const taken = Math.min(left, text.data.length);
    text.data = text.data.slice(taken);
    left -= taken;
  }
}

/** A list right within a list belongs to the item before it. */
export function nestLists(body) {
  for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    const before = list.previousElementSibling;
    if (before?.localName === "li") before.append(list);
    else list.replaceWith(...list.children);
  }
}
