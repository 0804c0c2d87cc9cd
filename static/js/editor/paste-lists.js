// Word writes lists as paragraphs that look like items; other programs write real lists, but nested wrongly.

import { numberOf } from "./paste-losses.js";

const WORD = /mso-list:\s*l\d+\s+level(\d+)/;
const BULLET = /^\s*[·•●○◦▪‣][\s\u00a0]+/;
const NUMBER = /^\s*\(?(\d+|[a-z]|[ivxlcdm]+)[.)]/i;

/** Turn consecutive paragraphs that look like items into lists, nested by level. Return the labels that are lost. */
export function makeLists(body) {
  const labels = { items: [], headings: [] };
  let lists = []; // the open lists, innermost last
  for (const paragraph of body.querySelectorAll("p, h2, h3")) {
    const item = takeItem(paragraph, labels);
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
    if (lists.length === depth && !continues(lists.at(-1), item)) lists.pop();
    if (lists.length < depth) lists.push(openList(item, lists.at(-1), paragraph));
    const entry = body.ownerDocument.createElement("li");
    lists.at(-1).append(entry);
    entry.append(paragraph);
  }
  return labels;
}

function openList(item, outer, paragraph) {
  const list = paragraph.ownerDocument.createElement(item.list);
  if (item.list === "ol" && item.number !== 1) list.setAttribute("start", item.number);
  if (outer) outer.lastElementChild.append(list);
  else paragraph.before(list);
  return list;
}

function continues(list, item) {
  if (list.localName !== item.list) return false;
  const isCounted = item.list === "ol" && /\d/.test(item.label); // “i” may come after “h” as well as begin a list
  return !isCounted || item.number === Number(list.getAttribute("start") ?? 1) + list.childElementCount;
}

const follows = (paragraph, list) => paragraph.previousElementSibling === list;

/** Remove a paragraph's bullet or number and return its level and list type; null if it is not an item. */
function takeItem(paragraph, labels) {
  const level = WORD.exec(paragraph.getAttribute("data-style") ?? "")?.[1];
  const marker = paragraph.querySelector('[data-style*="mso-list:Ignore"], [data-style*="mso-list: Ignore"]');
  const label = (marker?.textContent ?? "").replace(/[\s\u00a0]+/g, "");
  marker?.remove();
  if (paragraph.localName !== "p") {
    if (label) labels.headings.push(label);
    return null;
  }
  if (level && NUMBER.test(label)) {
    if (!/^\(?\d+[.)]$/.test(label)) labels.items.push(label);
    return { level: Number(level), list: "ol", label, number: numberOf(label) };
  }
  if (level) return { level: Number(level), list: "ul" };
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

/** Join the lists of Word on the web, which writes each item as a list of its own and its level as an attribute. */
export function joinWebLists(body) {
  let lists = []; // the open lists, innermost last
  let before = null;
  for (const frame of body.querySelectorAll(".ListContainerWrapper")) {
    if (!before || frame.previousElementSibling !== before) lists = [];
    for (const list of [...frame.children].filter((child) => child.matches("ul, ol"))) {
      let number = Number(list.getAttribute("start") ?? 1);
      for (const item of [...list.children]) addWebItem(lists, item, { frame, name: list.localName, number: number++ });
      if (!list.children.length) list.remove();
    }
    const isMerged = !frame.childElementCount;
    if (isMerged) frame.remove();
    else before = frame;
  }
}

function addWebItem(lists, item, { frame, name, number }) {
  const level = Number(item.getAttribute("data-aria-level") ?? item.getAttribute("aria-level") ?? 1) || 1;
  const depth = Math.min(level, lists.length + 1);
  lists.length = Math.min(lists.length, depth);
  const open = lists[depth - 1];
  const continues = open?.list.localName === name && (name === "ul" || number === open.last + 1);
  if (!continues) {
    lists.length = depth - 1;
    const list = item.ownerDocument.createElement(name);
    if (name === "ol" && number !== 1) list.setAttribute("start", number);
    if (depth > 1) lists[depth - 2].list.lastElementChild.append(list);
    else frame.append(list);
    lists.push({ list, last: number });
  }
  lists[depth - 1].list.append(item);
  lists[depth - 1].last = number;
}

/** Make paragraphs of lines in one paragraph that begin with a bullet, such as "• one<br>• two". */
export function splitTypedItems(body) {
  if (!body.querySelector("p, div, h1, h2, h3, ul, ol, table, blockquote")) {
    const paragraph = body.ownerDocument.createElement("p");
    paragraph.append(...body.childNodes);
    body.append(paragraph);
  }
  for (const holder of body.querySelectorAll("p, div")) {
    if (holder.closest("li") || holder.querySelector("p, div, ul, ol, table, blockquote, h1, h2, h3")) continue;
    const lines = linesOf(holder);
    if (!lines.some((line) => BULLET.test(line.textContent))) continue;
    if (lines.length === 1 && holder.localName === "p") continue; // with its own style, such as that of Word
    holder.replaceWith(...lines.filter((line) => line.textContent.trim()));
  }
}

/** Copies of a paragraph's lines, each in a paragraph of its own and within the same formatting. */
function linesOf(holder) {
  const breaks = [...holder.querySelectorAll("br")];
  const range = holder.ownerDocument.createRange();
  return [null, ...breaks].map((start, number) => {
    range.selectNodeContents(holder);
    if (start) range.setStartAfter(start);
    if (breaks[number]) range.setEndBefore(breaks[number]);
    const paragraph = holder.ownerDocument.createElement("p");
    paragraph.append(range.cloneContents());
    return paragraph;
  });
}
