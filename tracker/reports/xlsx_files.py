"""Workbooks for people: the rows of a table with real numbers, dates and text, by pandas.

A number is a number (no text that looks like one), an unknown is an empty cell, and text is text:
nothing in it becomes a formula or a link.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pandas as pd

from tracker import i18n
from tracker.domain.metrics import MICRO
from tracker.domain.money import exponent
from tracker.reports.columns import Column, TableSpec
from tracker.reports.csv_files import path_text
from tracker.reports.state import ReportState

MAX_ROWS = 1_048_575
"""Rows of a sheet below its heading."""

SHEET_NAME_LENGTH = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 13)}
"""Characters that XML, of which a workbook is made, cannot hold."""

_WIDTHS = {"text": 24, "code": 16, "path": 60, "instant": 19}
_FORMATS = {"count": "#,##0", "orders": "#,##0.##", "ratio": "0.00", "date": "yyyy-mm-dd",
            "instant": "yyyy-mm-dd hh:mm:ss"}  # fmt: skip
_TYPES = {"money": "Float64", "orders": "Float64", "ratio": "Float64", "count": "Int64",
          "date": "datetime64[s]", "instant": "datetime64[s]"}  # fmt: skip


class TooManyRowsError(Exception):
    """A sheet holds no more than MAX_ROWS rows; a CSV file does."""


def write_xlsx(
    spec: TableSpec,
    rows: Iterable[Any],
    state: ReportState,
    out: BinaryIO,
    locale: str | None = None,
) -> int:
    """Write a table as a workbook of one sheet; the number of rows written.

    Args:
        locale: headings and words for people; None: keys and codes for programs.
        out: where the file goes; it must be able to seek.

    Raises:
        TooManyRowsError: the table does not fit a sheet; nothing was written.
    """
    frame = table_frame(spec, list(rows), state, locale)
    if len(frame) > MAX_ROWS:
        raise TooManyRowsError(f"{len(frame):,} rows; a sheet holds {MAX_ROWS:,}")
    sheet = spec.name.translate(_FORBIDDEN)[:SHEET_NAME_LENGTH]
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        frame.to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 0))
        worksheet = writer.sheets[sheet]
        for number, column in enumerate(spec.columns):
            shape = writer.book.add_format({"num_format": _number_format(column, state)})
            worksheet.set_column(number, number, _WIDTHS.get(column.form, 14), shape)
        worksheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
    return len(frame)


def table_frame(
    spec: TableSpec, rows: list[Any], state: ReportState, locale: str | None = None
) -> pd.DataFrame:
    """A table as typed columns: amounts in major units, days and local instants as dates, unknown
    as NA. The last column is the currency of amounts that name none of their own."""
    data: dict[str, Any] = {}
    for column in spec.columns:
        heading = column.key if locale is None else i18n.gettext(locale, column.heading)
        values = [_value(column, row, state, locale) for row in rows]
        data[heading] = pd.Series(values, dtype=_TYPES.get(column.form, "string"))
    currency = "currency" if locale is None else i18n.gettext(locale, i18n.mark("Currency"))
    data[currency] = pd.Series([state.base_currency] * len(rows), dtype="string")
    return pd.DataFrame(data)


def _value(column: Column, row: Any, state: ReportState, locale: str | None) -> Any:
    value = column.read(row)
    if value is None:
        return None
    if column.form == "money":
        return value / 10 ** exponent(_currency(column, row, state))
    if column.form == "orders":
        return value / MICRO
    if column.form == "path":
        return _text(path_text(value, locale))
    if column.form == "code":
        code = str(value)
        return _text(code if locale is None else i18n.label(locale, column.group, code)) or None
    if isinstance(value, datetime):  # a workbook knows no zones: the clock of the seller's wall
        return value.astimezone(ZoneInfo(state.time_zone)).replace(tzinfo=None, microsecond=0)
    return _text(value) if column.form == "text" else value


def _text(value: Any) -> str:
    return str(value).translate(_CONTROLS).encode(errors="replace").decode()


def _currency(column: Column, row: Any, state: ReportState) -> str:
    return column.currency(row) if column.currency else state.base_currency


def _number_format(column: Column, state: ReportState) -> str:
    if column.form != "money":
        return _FORMATS.get(column.form, "General")
    places = exponent(state.base_currency)
    return "#,##0" + (f".{'0' * places}" if places else "")
