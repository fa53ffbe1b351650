"""The rows of an .xlsx sheet, one after the other: memory does not grow with their number."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tracker.imports.errors import FileError
from tracker.imports.xlsx import (
    BLOCK,
    MAX_CELL,
    Workbook,
    local,
    reading,
    unescaped,
    xml_parser,
)

MAX_ROWS = 1_048_576
"""That is how far a sheet reaches."""

MAX_COLUMNS = 1_000
"""Wider ones are refused: a row with a single cell in the last of 16,384 columns is one."""

EXACT = 1e15
"""A workbook keeps 15 digits of a number: larger ones have lost the others."""

_LAST_DAY = 2_958_466
"""9999-12-31, and one."""
_DAY_0 = date(1899, 12, 30).toordinal()
_DAYS_TO_1904 = date(1904, 1, 1).toordinal() - _DAY_0
_MILLIS = 86_400_000

Cells = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class XlsxSheet:
    """A sheet of a workbook that is read when it is gone through."""

    book: Workbook
    part: str

    def rows(self) -> Iterator[Cells]:
        """Rows that are not blank, with their number from 1; not all are equally wide.

        Raises FileError: broken_archive, not_a_table (too wide), unpacked_too_large.
        """
        done: list[Cells] = []
        parser = xml_parser()
        handlers = _Handlers(self.book, done)
        parser.StartElementHandler = handlers.start
        parser.EndElementHandler = handlers.end
        parser.CharacterDataHandler = handlers.data
        with (
            reading(),
            zipfile.ZipFile(self.book.path) as archive,
            archive.open(self.part) as file,
        ):
            while block := file.read(BLOCK):
                parser.Parse(block, False)
                yield from done
                done.clear()
            parser.Parse(b"", True)
        yield from done


class _Handlers:
    """What the parser calls, with the state of the row that is being read."""

    __slots__ = ("data", "end", "start")

    # closures in one function: attributes and small methods would double the time a cell takes
    def __init__(self, book: Workbook, done: list[Cells]) -> None:  # noqa: C901
        value_of, columns, names = _values(book), _Columns(), _Names()
        pieces: list[str] = []
        cells: list[str] = []
        number, length, column = 0, 0, 0
        kind = style = ""
        is_text = is_phonetic = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal kind, style, is_text, is_phonetic, column, number
            name = names[name]
            if name == "c":
                given = attributes.get
                place = given("r")
                column = columns[place.rstrip("0123456789")] if place else _next(cells)
                kind, style = given("t", ""), given("s", "")
            elif name == "v" or name == "t":
                is_text = not is_phonetic
            elif name == "row":
                number = _row_number(attributes.get("r"), number)
                cells.clear()
            elif name == "rPh":
                is_phonetic = True

        def end(name: str) -> None:
            nonlocal is_text, is_phonetic, length
            name = names[name]
            if name == "v" or name == "t":
                is_text = False
            elif name == "c":
                if pieces:
                    text = value_of(kind, style, "".join(pieces))
                    pieces.clear()
                    length = 0
                    if column == len(cells):
                        cells.append(text)
                    else:
                        _put(cells, column, text)
            elif name == "row":
                if any(cells):
                    done.append((number, cells.copy()))
            elif name == "rPh":
                is_phonetic = False

        def data(text: str) -> None:
            nonlocal length
            if is_text:
                length += len(text)
                if length > MAX_CELL:
                    raise FileError("not_a_table", f"a cell of more than {MAX_CELL} characters")
                pieces.append(text)

        self.start, self.end, self.data = start, end, data


def _row_number(told: str | None, before: int) -> int:
    if told is None:
        return before + 1
    if not told.isdigit() or not before < int(told) <= MAX_ROWS:
        raise FileError("broken_archive", f"row {told[:20]} after row {before}")
    return int(told)


def _next(cells: list[str]) -> int:
    if len(cells) >= MAX_COLUMNS:
        raise FileError("not_a_table", f"more than {MAX_COLUMNS} columns")
    return len(cells)


def _put(cells: list[str], column: int, text: str) -> None:
    gap = column - len(cells)
    if gap > 0:
        cells.extend([""] * gap)
        cells.append(text)
    else:
        cells[column] = text


class _Names(dict[str, str]):
    """Name of an element -> the same without its prefix; a call for each would take a third of the
    time."""

    def __missing__(self, name: str) -> str:
        self[name] = local(name)
        return self[name]


class _Columns(dict[str, int]):
    """Letters of a column -> its place from 0."""

    def __missing__(self, letters: str) -> int:
        place = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z" or place > MAX_COLUMNS:
                place = MAX_COLUMNS + 1
                break
            place = place * 26 + ord(letter) - 64
        if not 1 <= place <= MAX_COLUMNS:
            raise FileError("not_a_table", f"column {letters[:10]}")
        self[letters] = place - 1
        return place - 1


def _values(book: Workbook) -> Callable[[str, str, str], str]:
    """How a cell's type, style and content are read as text."""
    strings = book.strings
    is_1904 = book.is_1904

    def value(kind: str, style: str, text: str) -> str:
        if kind == "s":
            if not text.isdigit():
                raise FileError("broken_archive", f"shared string {text[:20]}")
            return strings.get(int(text))
        if kind == "" or kind == "n":
            if style:
                styles = book.styles
                if style in styles.dates:
                    return date_text(text, is_1904)
                if style in styles.durations:
                    return duration_text(text)
            return number_text(text)
        if kind == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind == "d":
            return text.strip().replace("T", " ").removesuffix(" 00:00:00")
        return unescaped(text)

    return value


def number_text(text: str) -> str:
    """A number as the program shows it: 15 digits; one of more shows that digits are gone.

    What is no number is left as it is.
    """
    if text.isdigit() and text.isascii() and len(text) <= 15 and (text[0] != "0" or text == "0"):
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return float_text(value)


def float_text(value: float) -> str:
    """As `number_text`."""
    if abs(value) >= EXACT:
        return f"{value:.14E}"
    return f"{Decimal(f'{value:.15g}'):f}"


def date_text(text: str, is_1904: bool) -> str:
    """A day number as ISO text: a day, a day with its time, or (below 1) a time of day.

    Numbers that are no dates stay numbers.
    """
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial < _LAST_DAY - (_DAYS_TO_1904 if is_1904 else 0):
        return number_text(text)
    days, millis = divmod(round(serial * _MILLIS), _MILLIS)
    minutes, seconds = divmod(millis // 1_000, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if not days and not is_1904:
        return clock
    if is_1904:
        days += _DAYS_TO_1904
    elif days < 60:  # spreadsheets have a 29 February 1900
        days += 1
    day = date.fromordinal(_DAY_0 + days).isoformat()
    return day if clock == "00:00:00" else f"{day} {clock}"


def duration_text(text: str) -> str:
    """A length of time, such as "25:00:00" as "1 day, 1:00:00"."""
    try:
        return str(timedelta(milliseconds=round(float(text) * _MILLIS)))
    except (ValueError, OverflowError):
        return text
