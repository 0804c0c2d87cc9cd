"""Simplify tables to what a page can hold: rows of cells and a first row of headings, neither merged nor nested."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from pages.document_import.document import counted

Row = list[Element]
MAX_CELLS = 5_000  # of all tables together, including cells added to fill them up


def simplify(root: Element) -> Iterator[str]:
    """Simplify all tables and yield notes on what was changed."""
    merged = inner = large = 0
    remaining_cells = MAX_CELLS
    for table in list(root.iter("table")):
        if table.tag != "table":
            continue
        for nested in [inner_table for inner_table in table.iter("table") if inner_table is not table]:
            _unwrap(nested)
            inner += 1
        rows = list(table.iter("tr"))
        if len(rows) == 1 and len(rows[0]) == 1:
            _unwrap(table)
            continue
        grid = _grid(rows, remaining_cells)
        if grid is None:
            _unwrap(table)
            large += 1
            continue
        remaining_cells -= sum(map(len, grid))
        merged += any({"colspan", "rowspan"} & set(cell.attrib) for row in rows for cell in row)
        _write(table, grid)
    if merged:
        yield f"the merged cells of {counted(merged, 'table')} (the words are in the first cell of each)"
    if large:
        yield f"{counted(large, 'table')} beyond {MAX_CELLS:,} cells (the words are kept)"
    if inner:
        yield f"{counted(inner, 'table')} inside another (the words are kept)"


def _unwrap(table: Element) -> None:
    """Turn a table into paragraphs, because it only frames a text or is nested in a cell."""
    for element in table.iter():
        if element.tag in ("td", "th"):
            element.tag = "p" if (element.text or "").strip() else "div"
        elif element.tag in ("table", "thead", "tbody", "tr"):
            element.tag = "div"


def _grid(rows: list[Element], max_cells: int) -> list[Row] | None:
    """Return rows of equal length, or None if they would have too many cells."""
    if sum(_span(cell, "colspan") * _span(cell, "rowspan") for row in rows for cell in row) > max_cells:
        return None
    grid: list[dict[int, Element]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in grid[number]:
                column += 1
            wide, high = (_span(cell, name) for name in ("colspan", "rowspan"))
            for y in range(number, min(number + high, len(rows))):
                for x in range(column, column + wide):
                    grid[y][x] = Element("td")
            grid[number][column] = cell
            column += wide
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    if width * len(rows) > max_cells:
        return None
    return [[row.get(column, Element("td")) for column in range(width)] for row in grid]


def _span(cell: Element, name: str) -> int:
    number = cell.get(name, "1")
    return max(1, min(int(number), 100)) if number.isdecimal() else 1


def _write(table: Element, grid: list[Row]) -> None:
    is_headed = bool(grid) and len(grid) > 1 and (_is_header(grid[0]) or all(_is_bold(cell) for cell in grid[0]))
    table.text, table[:] = "", []
    body = SubElement(table, "tbody")
    for number, row in enumerate(grid):
        line = SubElement(body, "tr")
        for cell in row:
            cell.tag = "th" if is_headed and number == 0 else "td"
            if cell.tag == "th":
                for strong in cell.iter("strong"):
                    strong.tag = "span"
            line.append(cell)


def _is_header(row: Row) -> bool:
    return all(cell.tag == "th" for cell in row)


def _is_bold(cell: Element) -> bool:
    words = "".join("".join(cell.itertext()).split())
    bold = "".join("".join("".join(strong.itertext()) for strong in cell.iter("strong")).split())
    return bool(words) and words == bold
