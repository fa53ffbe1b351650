"""What a table for files is made of: columns, each with a key, a heading and where its value is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy.orm import Session

from tracker.reports.state import ReportState

Form = Literal["text", "code", "date", "instant", "money", "orders", "count", "ratio", "path"]
"""How a value is written. text: of people, so it may be hostile; code: a word of ours (translated
by its `group`); money: minor units; orders: millionths; ratio: a ratio or share, 0.35 = 35 %;
path: the steps of a journey in one cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key for programs, English heading (a message id), and where its value is.

    read: the value of a row, None when it cannot be said. group: of `i18n.LABELS`, for codes.
    currency: of an amount; None: the base currency. sort: what pages sort the rows by; "": they do
    not. formula: key of the sentence that pages show on hover; "": the heading says all. short: the
    heading on pages, where there is little room; "": the same.
    """

    key: str
    heading: str
    form: Form
    read: Callable[[Any], Any]
    group: str = ""
    currency: Callable[[Any], str] | None = None
    sort: str = ""
    formula: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table: its name in commands and file names, its columns, and how its rows are read.

    choosable: keys of the columns that a reader may choose; the others say what a row is about and
    are always there. usual: keys that pages show when nothing is chosen.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Session, ReportState], Iterable[Any]]
    choosable: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()


def shown_columns(spec: TableSpec, state: ReportState) -> tuple[Column, ...]:
    """The columns of figures that a page shows: those chosen in their order, else the usual."""
    known = {column.key: column for column in spec.columns if column.key in spec.choosable}
    chosen = [known[key] for key in state.columns if key in known]
    return tuple(chosen) or tuple(known[key] for key in spec.usual if key in known)


def narrowed(spec: TableSpec, state: ReportState) -> TableSpec:
    """The table as a file of a page with chosen columns: what a row is about, and these."""
    chosen = set(state.columns) & set(spec.choosable)
    if not chosen:
        return spec
    kept = tuple(c for c in spec.columns if c.key in chosen or c.key not in spec.choosable)
    return replace(spec, columns=kept)


def at(name: str) -> Callable[[Any], Any]:
    """Reads a field of a row; with dots, of what is in it. What is in nothing is nothing."""
    path = name.split(".")

    def read(row: Any) -> Any:
        for part in path:
            row = None if row is None else getattr(row, part)
        return row

    return read
