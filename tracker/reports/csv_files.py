"""CSV for spreadsheets and programs: a stream, every field quoted, no text that starts a formula.

Amounts are decimal text in full, shares and ratios plain numbers, days ISO; unknown is empty.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker import i18n
from tracker.domain.metrics import MICRO
from tracker.domain.money import format_minor
from tracker.reports.columns import Column, TableSpec
from tracker.reports.journeys import Step
from tracker.reports.state import UNATTRIBUTED, ReportState

BOM = "\ufeff"
"""Without it, Excel reads Chinese as the machine's old encoding."""

CHUNK_ROWS = 200
_FORMULA = "=+-@"
_CONTROLS = "\t\r\n\x00"


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one that starts like
    one, also after blanks and invisible characters, and in full width.

    Source: OWASP CSV injection; ASVS V1.2.10. Only for text of people: numbers stay numbers.
    """
    seen = text.lstrip("".join(c for c in set(text) if _is_blank(c)))
    first = unicodedata.normalize("NFKC", seen[:1])
    if (first and first[0] in _FORMULA) or (text and text[0] in _CONTROLS):
        return f"'{text}"
    return text


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def csv_stream(
    spec: TableSpec, rows: Iterable[Any], state: ReportState, locale: str | None = None
) -> Iterator[bytes]:
    """A table as UTF-8 with a byte order mark, in pieces of some rows.

    locale: headings and words for people; None: keys and codes for programs. The last column is the
    currency of all amounts that name none of their own.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([*(_heading(c, locale) for c in spec.columns), _currency_heading(locale)])
    for n, row in enumerate(rows, 1):
        writer.writerow(
            [*(cell(column, row, state, locale) for column in spec.columns), state.base_currency]
        )
        if n % CHUNK_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    # a lone surrogate has no UTF-8; it comes from broken input and stands for no character
    return text.encode(errors="replace")


def _heading(column: Column, locale: str | None) -> str:
    return column.key if locale is None else i18n.gettext(locale, column.heading)


def _currency_heading(locale: str | None) -> str:
    return "currency" if locale is None else i18n.gettext(locale, i18n.mark("Currency"))


def cell(column: Column, row: Any, state: ReportState, locale: str | None) -> str:
    """The text of one cell."""
    value = json_value(column, row, state)
    if value is None or value == "":
        return ""
    if column.form == "path":
        return neutral(path_text(column.read(row), locale))
    if column.form == "text":
        return neutral(str(value))
    if column.form == "code":
        code = str(value)  # a platform may be a word of a file
        return neutral(code if locale is None else i18n.label(locale, column.group, code))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if value else "0"
    return str(value)


def json_value(column: Column, row: Any, state: ReportState) -> str | int | float | None:
    """The value of one cell for JSON: amounts as decimal text, unknown None."""
    value = column.read(row)
    if value is None:
        return None
    if column.form == "money":
        return format_minor(value, column.currency(row) if column.currency else state.base_currency)
    if column.form == "path":
        return path_text(value, None)
    if column.form == "orders":
        return float(value / MICRO) if value % MICRO else int(value // MICRO)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(state.time_zone)).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return round(value, 6)
    return str(value)


def path_text(steps: Sequence[Step], locale: str | None) -> str:
    """A journey in one line: "organic_search > 林小满 ×2"; locale None: codes of channels."""
    texts = []
    for step in steps:
        if step.influencer_id:
            name = step.name or f"#{step.influencer_id}"
        else:
            code = str(step.channel or UNATTRIBUTED)
            name = code if locale is None else i18n.label(locale, "channel", code)
        texts.append(name if step.times == 1 else f"{name} ×{step.times}")
    return " > ".join(texts)


def json_rows(
    spec: TableSpec, rows: Sequence[Any], state: ReportState
) -> list[dict[str, str | int | float | None]]:
    """Rows as objects with every key present."""
    return [{column.key: _json_cell(column, row, state) for column in spec.columns} for row in rows]


def _json_cell(column: Column, row: Any, state: ReportState) -> str | int | float | None:
    value = json_value(column, row, state)
    return None if column.form == "code" and value == "" else value
