"""Sorting rows by a column that a reader clicked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

R = TypeVar("R")


def sort_rows(
    rows: Iterable[R],
    sort: str,
    usual: Callable[[R], Any],
    value_of: Callable[[R, str], Any] | None = None,
) -> list[R]:
    """Rows in the order asked for.

    Args:
        sort: a key, with "-" before it for falling; "" or an unknown key: the usual order.
        usual: sort key of the usual order, which also breaks ties.
        value_of: value of a row under a key; None is unknown and comes last in both directions.
            Default: the field or ratio of that name of `row.figures`, else of the row.
    """
    ordered = sorted(rows, key=usual)
    key = sort.removeprefix("-")
    if not key:
        return ordered
    read = value_of or _value
    values = [(read(row, key), row) for row in ordered]
    known = [(value, row) for value, row in values if value is not None]
    try:
        known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    except TypeError:  # rows whose values cannot be compared have no such order
        return ordered
    return [row for _value, row in known] + [row for value, row in values if value is None]


def _value(row: Any, key: str) -> Any:
    if key.startswith("_"):
        return None
    value = getattr(getattr(row, "figures", None), key, None)
    if value is None:
        value = getattr(row, key, None)
    return None if callable(value) else value
