"""Tables that are not lines of text: sheets of workbooks, and tables of web pages named .xls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from tracker.imports.container import check_archive
from tracker.imports.encoding import encoding_of, open_text
from tracker.imports.errors import FileError
from tracker.imports.rows import BrokenRow
from tracker.imports.xlsx import open_xlsx
from tracker.imports.xlsx_rows import MAX_COLUMNS, XlsxSheet, float_text

MAX_MARKUP = 64 * 1024**2
"""Characters of a web page that are read; its tree takes several times as much memory."""

MAX_ELEMENTS = 2_500_000
"""Elements of a web page: 65,536 rows, which is where such files end, of 38 columns."""

Cells = tuple[int, list[str]]
"""A row's number from 1, and its cells as text."""


class Grid(Protocol):
    """A table that is no text; its rows can be gone through many times."""

    def rows(self) -> Iterator[Cells | BrokenRow]:
        """Rows that are not blank, all equally wide."""
        ...


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """A sheet of an xls, xlsb or ods."""

    sheet: Any

    def rows(self) -> Iterator[Cells]:
        """Rows that are not blank: cells as their text, dates as ISO, numbers as decimals."""
        for number, cells in enumerate(self.sheet.iter_rows(), 1):
            texts = [cell if isinstance(cell, str) else _text(cell) for cell in cells]
            if any(texts):
                yield number, texts


@dataclass(frozen=True, slots=True)
class HtmlGrid:
    """A table of a web page."""

    cells: list[list[str]] = field(default_factory=list)

    def rows(self) -> Iterator[Cells]:
        """Rows that are not blank, padded to the widest."""
        width = max(map(len, self.cells), default=0)
        for number, texts in enumerate(self.cells, 1):
            if any(texts):
                yield number, texts + [""] * (width - len(texts))


def _text(value: object) -> str:
    """A cell of a workbook as text; a number of 16 digits shows that digits are gone."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return float_text(value)
    if isinstance(value, datetime):
        text = value.isoformat(" ", "seconds")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def open_workbook(path: Path, container: str) -> list[tuple[str, Grid]]:
    """The sheets of an xlsx, xls, xlsb or ods, by name. Formulas count as their stored results.

    Raises FileError: broken_archive, unpacked_too_large.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    if container == "xlsx":
        xlsx = open_xlsx(path)
        if xlsx is not None:
            return [(name, XlsxSheet(xlsx, part)) for name, part in xlsx.sheets]
        check_archive(path)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
        return [(name, SheetGrid(book.get_sheet_by_name(name))) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise FileError("broken_archive", str(error)) from error


def open_html(path: Path) -> list[tuple[str, Grid]]:
    """The tables of a web page that hold no further tables.

    Raises FileError: unknown_encoding, unpacked_too_large, not_a_table.
    """
    from lxml import etree, html

    with open_text(path, encoding_of(path)) as file:
        text = file.read(MAX_MARKUP + 1)
    if len(text) > MAX_MARKUP or text.count("<") - text.count("</") > MAX_ELEMENTS:
        raise FileError("unpacked_too_large")
    if text.lstrip().startswith("<?xml"):  # its encoding is that of the bytes, not of this text
        text = text[text.index("?>") + 2 :]
    try:
        page = html.document_fromstring(text)
    except (etree.LxmlError, ValueError) as error:
        raise FileError("not_a_table", str(error)) from error
    etree.strip_elements(page, "script", "style", etree.Comment, with_tail=False)
    tables = [table for table in page.iter("table") if not table.xpath(".//table")]
    return [(f"table {n}", HtmlGrid(_cells_of(table))) for n, table in enumerate(tables, 1)]


def _cells_of(table: Any) -> list[list[str]]:
    found: list[list[str]] = []
    for row in table.iter("tr"):
        texts: list[str] = []
        for cell in row.iter("td", "th"):
            texts.append(" ".join(cell.text_content().split()))
            span = cell.get("colspan", "1")
            is_wide = span.isdecimal() and len(span) <= 4
            texts.extend([""] * (int(span) - 1 if is_wide else 0))
            if len(texts) > MAX_COLUMNS:
                raise FileError("not_a_table", f"more than {MAX_COLUMNS} columns")
        found.append(texts)
    return found
