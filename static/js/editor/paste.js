// Convert what Word, Google Docs, Pages and web pages put on the clipboard to what a text may contain:
// headings, bold, italic, lists, links and simple tables. These are plain functions on a parsed document.
import { joinWebLists, makeLists, nestLists, splitTypedItems } from "./paste-lists.js";
import { crossedOut, dropDeletions, lettersOfLists, numbersOfHeadings, otherForms } from "./paste-losses.js";
import { tidyTables } from "./paste-tables.js";

const DROPPED = `script, xmp, link, meta, title, template, iframe, object, embed, svg, math, noscript, canvas, video,
  audio, button, input, select, textarea, dialog, nav, [hidden], [data-style*="display:none"],
  [data-style*="display: none"], [data-style*="mso-hide:all"], [data-style*="mso-element:comment"],
  .msocomanchor, .MsoCommentReference, .Apple-interchange-newline`;
const SPACES = '[data-style*="mso-spacerun"], [data-style*="mso-tab-count"], .Apple-converted-space, .Apple-tab-span';
const HEADINGS = "h1, h2, h3, h4, h5, h6";
const FRAMES = `section, article, header, footer, main, aside, figure, figcaption, details, summary, center, pre,
  dl, dt, dd, hr`;
const BLOCKS = `p, div, ${HEADINGS}, ul, ol, li, table, blockquote`;
const ALLOWED = `${BLOCKS}, thead, tbody, tfoot, tr, td, th, caption, a[href], strong, em, br`;
const MIN_TITLE_POINTS = 20; // Google Docs writes titles from this size

/** Returns the HTML to insert, how many pictures were left out, and notes on what else is lost. */
export function cleaned(html) {
  if (isOurs(html)) return { html, pictures: 0, losses: [] };
  const page = new DOMParser().parseFromString(inert(html), "text/html");
  const body = page.body;
  const sizes = sizesOfParagraphs(page);
  dropComments(page);
  const sheets = [...page.querySelectorAll("xmp")].map((sheet) => sheet.textContent).join("\n");
  for (const element of body.querySelectorAll(DROPPED)) element.remove();
  const losses = [...dropDeletions(body), ...crossedOut(body, sheets)];
  const pictures = dropPictures(body);
  for (const frame of body.querySelectorAll(FRAMES)) rename(frame, "div");
  for (const span of body.querySelectorAll(SPACES)) span.textContent = " "; // instead of non-breaking spaces
  makeHeadings(body, sizes);
  for (const element of body.querySelectorAll(`p, ${HEADINGS}`)) if (isBlank(element)) element.remove();
  const letters = lettersOfLists(body);
  joinWebLists(body);
  splitTypedItems(body);
  const labels = makeLists(body);
  losses.push(...otherForms([...letters, ...labels.items]), ...numbersOfHeadings(labels.headings));
  nestLists(body);
  tidyLinks(body);
  makeMarks(body);
  splitAtEmptyLines(body);
  tidyTables(body);
  return { html: body.innerHTML, pictures, losses };
}

/** Whether it was copied in this editor; other ProseMirror editors write more elements and attributes. */
const isOurs = (html) => html.includes("data-pm-slice") && !/<(h1|img)\b|<[^>]*\s(style|class)=/i.test(html);

/** Rename styles and handlers to data attributes, because the CSP reports them even in a parsed document. */
function inert(html) {
  return html.replace(/<[a-z/][^>]*>/gi, (tag) =>
    tag.replace(/^<(\/?)style\b/i, "<$1xmp").replace(/\s(style|on[a-z]+)\s*=/gi, " data-$1="),
  );
}

/** The value of a property in an element's own style, or an empty string. */
function style(element, property) {
  const rule = new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`, "i");
  return rule.exec(element.getAttribute("data-style") ?? "")?.[1].trim() ?? "";
}

const isBlank = (element) => !element.textContent.trim();

function rename(element, name) {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

const unwrap = (element) => element.replaceWith(...element.childNodes);

function dropComments(page) {
  const comments = page.createNodeIterator(page, NodeFilter.SHOW_COMMENT);
  for (let comment = comments.nextNode(); comment; comment = comments.nextNode()) comment.remove();
}

/** Removes pictures and returns how many there were, not counting tracking pixels. */
function dropPictures(body) {
  const pictures = [...body.querySelectorAll("img")];
  for (const picture of pictures) picture.remove();
  return pictures.filter((picture) => Number(picture.getAttribute("width") ?? 100) > 2).length;
}

/** Font sizes by class, from Pages on a Mac, which writes paragraphs of several sizes but no headings. */
function sizesOfParagraphs(page) {
  if (!page.querySelector('meta[name="Generator" i][content^="Cocoa HTML Writer"]')) return new Map();
  const rules = [...page.querySelectorAll("xmp")].map((sheet) => sheet.textContent).join("\n");
  const fonts = rules.matchAll(/p\.(p\d+)\s*{[^}]*?font:[^;}]*?([\d.]+)px/g);
  return new Map([...fonts].map(([, name, size]) => [name, Number(size)]));
}

function makeHeadings(body, sizes) {
  for (const title of body.querySelectorAll("p.MsoTitle")) rename(title, "h1");
  for (const paragraph of body.querySelectorAll("p"))
    if (pointsOf(paragraph) >= MIN_TITLE_POINTS) rename(paragraph, "h1");
  const usual = usualSize(body, sizes);
  const bigger = [...new Set(sizes.values())]
    .filter((size) => size >= usual * 1.15)
    .sort((first, second) => second - first);
  for (const paragraph of body.querySelectorAll("p[class]")) {
    const rank = bigger.indexOf(sizes.get(paragraph.className));
    if (rank >= 0 && !isBlank(paragraph)) rename(paragraph, rank ? "h3" : "h2");
  }
  // A single h1 is the title, and the h2s are its sections; several h1s are the sections themselves.
  const areSections = body.querySelectorAll("h1").length > 1;
  for (const heading of body.querySelectorAll(HEADINGS)) {
    const level = Number(heading.localName[1]);
    rename(heading, level === 1 || (level === 2 && !areSections) ? "h2" : "h3");
  }
}

/** The smallest font size in a paragraph, in points; 0 if it has none. */
function pointsOf(paragraph) {
  const spans = [...paragraph.querySelectorAll('span[data-style*="font-size"]')].filter((span) => !isBlank(span));
  const sizes = spans.map((span) => /^([\d.]+)pt$/.exec(style(span, "font-size"))?.[1] ?? 0);
  return sizes.length ? Math.min(...sizes) : 0;
}

/** The font size of most of the text. */
function usualSize(body, sizes) {
  const length = new Map();
  for (const paragraph of body.querySelectorAll("p[class]")) {
    const size = sizes.get(paragraph.className);
    length.set(size, (length.get(size) ?? 0) + paragraph.textContent.length);
  }
  return [...length].sort(([, first], [, second]) => second - first)[0]?.[0] ?? Infinity;
}

function tidyLinks(body) {
  for (const link of body.querySelectorAll("a")) {
    const address = addressOf(link.getAttribute("href") ?? "");
    if (address) link.setAttribute("href", address);
    else unwrap(link);
  }
}

/** Empty if it cannot be followed from here: an anchor in a document, a file or a script. */
function addressOf(href) {
  if (/^(mailto|tel):/i.test(href)) return href;
  if (!/^https?:\/\//i.test(href) || !URL.canParse(href)) return "";
  const url = new URL(href);
  if (url.origin === location.origin) return url.pathname;
  url.protocol = "https:";
  return url.href;
}

/** Keep bold and italic, however they are written, and remove all other formatting. */
function makeMarks(body) {
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    const [weight, slant] = [style(element, "font-weight"), style(element, "font-style")];
    const isBold = weight ? /bold|[6-9]00/.test(weight) : element.matches("b, strong");
    const isItalic = slant ? /italic|oblique/.test(slant) : element.matches("i, em, cite");
    if (isItalic) enclose(element, "em");
    if (isBold && !element.closest(`${HEADINGS}, th`)) enclose(element, "strong");
    if (!element.matches(ALLOWED) || (element.matches("strong, em") && !element.hasAttribute("data-mark")))
      unwrap(element);
  }
  for (const element of body.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) {
      if (!["href", "start", "colspan", "rowspan"].includes(name)) element.removeAttribute(name);
    }
  }
}

function enclose(element, name) {
  if (isBlank(element)) return;
  const mark = element.ownerDocument.createElement(name);
  mark.setAttribute("data-mark", "");
  mark.append(...element.childNodes);
  element.append(mark);
}

/** Two line breaks in a row end a paragraph; one at the edge of a block is removed. */
function splitAtEmptyLines(body) {
  for (const holder of [body, ...body.querySelectorAll("p, div, li, td, th, blockquote")]) {
    const holdsBlocks = holder.querySelector(BLOCKS);
    if (!holdsBlocks && holder.querySelector("br + br")) splitIntoParagraphs(holder);
    for (const line of holder.querySelectorAll(":scope > br")) {
      if (isEdge(neighbour(line, "previousSibling")) || isEdge(neighbour(line, "nextSibling"))) line.remove();
    }
  }
}

function neighbour(node, side) {
  do node = node[side];
  while (isSpace(node));
  return node;
}

const isSpace = (node) => node?.nodeType === Node.TEXT_NODE && !node.data.trim();
const isEdge = (node) => !node || (node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS));

function splitIntoParagraphs(holder) {
  const newParagraph = () => holder.ownerDocument.createElement("p");
  const parts = [newParagraph()];
  for (const node of [...holder.childNodes]) {
    const last = parts.at(-1).lastChild;
    if (last?.nodeName === "BR" && node.nodeName === "BR") {
      last.remove();
      parts.push(newParagraph());
    } else if (!isSpace(node) || last?.nodeName !== "BR") parts.at(-1).append(node);
  }
  const nonBlank = parts.filter((part) => !isBlank(part));
  if (holder.localName === "p") holder.replaceWith(...nonBlank);
  else holder.replaceChildren(...nonBlank);
}
