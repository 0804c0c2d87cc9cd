// Simplify tables to rows of cells; the first row becomes headings if it is bold.

export function tidyTables(body) {
  for (const table of body.querySelectorAll("table")) {
    const cells = [...table.querySelectorAll("td, th")];
    if (cells.length < 2 || table.parentElement.closest("table")) dissolve(table);
    else tidy(table);
  }
}

/** Replace a table by its text, because it only frames the text or is nested in another table. */
function dissolve(table) {
  for (const cell of table.querySelectorAll("td, th")) table.before(...paragraphs(cell));
  table.remove();
}

function paragraphs(cell) {
  if (cell.querySelector("p, h2, h3, ul, ol, table, div")) return [...cell.childNodes];
  const paragraph = cell.ownerDocument.createElement("p");
  paragraph.append(...cell.childNodes);
  return [paragraph];
}

function tidy(table) {
  for (const caption of table.querySelectorAll("caption")) {
    const paragraph = caption.ownerDocument.createElement("p");
    paragraph.append(...caption.childNodes);
    table.before(paragraph);
    caption.remove();
  }
  const rows = [...table.rows];
  for (const row of rows) for (const cell of [...row.cells]) spreadOverColumns(cell);
  for (const [number, row] of rows.entries()) {
    for (const [column, cell] of [...row.cells].entries()) spreadOverRows(cell, column, rows[number + 1]);
  }
  const [first] = rows;
  if (first && [...first.cells].every((cell) => cell.closest("thead") || isAllBold(cell))) {
    for (const cell of [...first.cells]) makeHeading(cell);
  }
}

function spreadOverColumns(cell) {
  for (let columns = Math.min(cell.colSpan, 20); columns > 1; columns--) {
    const empty = cell.ownerDocument.createElement("td");
    empty.rowSpan = cell.rowSpan;
    cell.after(empty);
  }
  cell.removeAttribute("colspan");
}

function spreadOverRows(cell, column, below) {
  if (cell.rowSpan > 1 && below) {
    const empty = cell.ownerDocument.createElement("td");
    empty.rowSpan = cell.rowSpan - 1;
    below.insertBefore(empty, below.cells[column] ?? null);
  }
  cell.removeAttribute("rowspan");
}

function isAllBold(cell) {
  const bold = [...cell.querySelectorAll("strong")].map((part) => part.textContent).join("");
  return cell.localName === "th" || (bold.trim() !== "" && bold.trim() === cell.textContent.trim());
}

function makeHeading(cell) {
  for (const bold of cell.querySelectorAll("strong")) bold.replaceWith(...bold.childNodes);
  const heading = cell.ownerDocument.createElement("th");
  heading.append(...cell.childNodes);
  cell.replaceWith(heading);
}
