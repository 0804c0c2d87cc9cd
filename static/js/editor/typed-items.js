// Make list items of paragraphs with bullets or numbers that were typed.
import { pm } from "django-prose-editor/editor";

const MARKER = /^\s*(?:[·•●○◦▪‣*–—-]|\(?(?:\d{1,3}|[a-z])[.)])[\s\u00a0]+(?=\S)/;

/** Divide the selected paragraphs at lines that begin with a bullet or a number, and remove these. */
export function makeItems(tr) {
  const { $from, $to } = tr.selection;
  const [from, to] = [$from.start(), $to.end()];
  const marks = [];
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isTextblock) return true;
    marks.push(...markersIn(node, position + 1));
    return false;
  });
  if (!marks.length) return;
  const start = tr.mapping.maps.length;
  for (const { begin, end, hasBreak } of marks.reverse()) {
    tr.delete(begin, end);
    if (hasBreak) tr.split(begin);
  }
  const mapping = tr.mapping.slice(start);
  const [first, last] = [tr.doc.resolve(mapping.map(from, -1)), tr.doc.resolve(mapping.map(to))];
  tr.setSelection(pm.state.TextSelection.between(first, last));
}

/** Where a textblock's lines begin with a marker; a line break before it goes too. */
function markersIn(block, begin) {
  const found = [];
  let lineStart = 0;
  let line = "";
  const endLine = () => {
    const marker = MARKER.exec(line)?.[0];
    const hasBreak = lineStart > 0;
    if (marker) found.push({ begin: begin + lineStart - hasBreak, end: begin + lineStart + marker.length, hasBreak });
  };
  block.forEach((child, offset) => {
    if (child.type.name === "hardBreak") {
      endLine();
      lineStart = offset + 1;
      line = "";
    } else line += child.isText ? child.text : "\ufffc".repeat(child.nodeSize);
  });
  endLine();
  return found;
}
