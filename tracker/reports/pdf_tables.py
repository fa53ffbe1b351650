"""Tables of reports as blocks of a PDF: columns of the files, figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker import i18n
from tracker.domain.metrics import MICRO
from tracker.reports import format as formats
from tracker.reports.columns import Column, TableSpec
from tracker.reports.csv_files import path_text
from tracker.reports.pdf import Head, Table
from tracker.reports.state import ReportState

_RETURNS = ("roi", "deal_roi")
"""How columns begin whose ratio is a share also above 1: an ROI of 2.4 is 240 %."""

_LEFT = ("text", "code", "date", "instant", "path")


def table_block(
    spec: TableSpec,
    rows: Sequence[Any],
    state: ReportState,
    locale: str,
    *,
    keys: Sequence[str] = (),
    total: Any = None,
) -> Table:
    """A table of a report.

    Args:
        keys: the columns to show, in this order; empty: all.
        total: an object with the columns' figures, for the last row; what it has not is empty.
    """
    by_key = {column.key: column for column in spec.columns}
    columns = [by_key[key] for key in keys] if keys else list(spec.columns)
    return Table(
        heads=tuple(
            Head(i18n.gettext(locale, c.heading), "left" if c.form in _LEFT else "right")
            for c in columns
        ),
        rows=tuple(tuple(cell_text(c, row, state, locale) for c in columns) for row in rows),
        total=() if total is None else _total(columns, total, state, locale),
    )


def cell_text(column: Column, row: Any, state: ReportState, locale: str) -> str:
    """One cell as people read it; "—" is what cannot be said."""
    value = column.read(row)
    if value is None:
        return formats.DASH
    match column.form:
        case "money":
            currency = column.currency(row) if column.currency else state.base_currency
            return formats.money(value, currency, locale, compact=False)
        case "orders":
            return formats.count(value / MICRO, locale, compact=False)
        case "count":
            return formats.count(value, locale, compact=False)
        case "ratio":
            is_share = abs(value) < 1 or column.key.startswith(_RETURNS)
            return formats.percent(value, locale) if is_share else f"{value:,.2f}"
        case "path":
            return path_text(value, locale)
        case "code":
            return i18n.label(locale, column.group, str(value)) if value else ""
        case _:
            return _text(value, state)


def _text(value: Any, state: ReportState) -> str:
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(state.time_zone)).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _total(
    columns: Sequence[Column], total: Any, state: ReportState, locale: str
) -> tuple[str, ...]:
    cells = []
    for column in columns:
        try:
            cells.append(cell_text(column, total, state, locale))
        except AttributeError:  # a total has no name, no day, no code
            cells.append("")
    cells[0] = cells[0] or i18n.gettext(locale, i18n.mark("Total"))
    return tuple(cells)
