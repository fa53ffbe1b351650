"""Tables of figures on pages: which columns, which rows of many, and where figures lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import Flask

from tracker.reports.columns import Column, TableSpec, shown_columns
from tracker.reports.state import ReportState
from tracker.reports.tables import FIGURE_COLUMNS
from tracker.web import drill

PAGE_ROWS = 100
"""Rows of a page: what a browser draws at once, however many there are."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one page. most: the largest net revenue of all rows, for bars, so that bars of
    two pages can be compared."""

    rows: tuple[Any, ...]
    page: int
    n_pages: int
    n: int
    most: int

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1."""
        return (self.page - 1) * PAGE_ROWS + 1

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class Table:
    """A report's table as a page shows it. choice: every column with whether it is shown."""

    columns: tuple[Column, ...]
    choice: tuple[tuple[Column, bool], ...]
    part: Part


def register(app: Flask) -> None:
    """What templates of tables ask for."""
    app.add_template_global(drill.behind, "behind")
    app.add_template_global(drill.deeper, "deeper")
    app.jinja_env.globals["figure_keys"] = frozenset(column.key for column in FIGURE_COLUMNS)


def page_of(rows: Sequence[Any], state: ReportState) -> Part:
    """The state's page of rows; one beyond the last is the last."""
    n_pages = max(1, ceil(len(rows) / PAGE_ROWS))
    page = min(state.page, n_pages)
    start = (page - 1) * PAGE_ROWS
    figures = (getattr(row, "figures", None) for row in rows)
    most = max((f.net_revenue_minor for f in figures if f is not None), default=0)
    return Part(tuple(rows[start : start + PAGE_ROWS]), page, n_pages, len(rows), most)


def slice_of(rows: Sequence[Any], n: int, most: int, state: ReportState) -> Part:
    """The state's page where no more than its rows were read; n, most: of all rows."""
    return Part(tuple(rows), state.page, max(1, ceil(n / PAGE_ROWS)), n, most)


def make_table(
    spec: TableSpec, rows: Sequence[Any], state: ReportState, part: Part | None = None
) -> Table:
    """A table of figures for a page; part: its rows where they are cut already."""
    shown = shown_columns(spec, state)
    keys = {column.key for column in shown}
    choosable = (column for column in spec.columns if column.key in spec.choosable)
    return Table(
        columns=shown,
        choice=tuple((column, column.key in keys) for column in choosable),
        part=part or page_of(rows, state),
    )
