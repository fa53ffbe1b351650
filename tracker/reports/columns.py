"""What a table for files is made of: columns, each with a key, a heading and where its value is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
    currency: of an amount; None: the base currency.
    """

    key: str
    heading: str
    form: Form
    read: Callable[[Any], Any]
    group: str = ""
    currency: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table: its name in commands and file names, its columns, and how its rows are read."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Session, ReportState], Iterable[Any]]


def at(name: str) -> Callable[[Any], Any]:
    """Reads a field of a row; with dots, of what is in it. What is in nothing is nothing."""
    path = name.split(".")

    def read(row: Any) -> Any:
        for part in path:
            row = None if row is None else getattr(row, part)
        return row

    return read
