"""What bulk loaders share: rows looked up by thousands of keys, and one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Table,
    Text,
    any_,
    false,
    func,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.records import Outcome
from tracker.models import Base

T = TypeVar("T")


def among(
    session: Session,
    column: InstrumentedAttribute[Any] | Column[Any],
    values: Iterable[str] | Iterable[int],
) -> ColumnElement[bool]:
    """The condition "column is one of these", with one parameter however many values there are.

    A list of bound parameters would hit SQLite's limit of 32,766 and is slow to compile. Instants
    and days are compared as the numbers they are stored as.
    """
    wanted = list(values)
    if not wanted:
        return false()
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(json.dumps(wanted)).table_valued("value")
        return type_coerce(column, _plain(wanted)).in_(select(each.c.value))
    return type_coerce(column, _plain(wanted)) == any_(literal(wanted, ARRAY(_plain(wanted))))


def _plain(values: list[Any]) -> Text | BigInteger:
    return BigInteger() if isinstance(values[0], int) else Text()


def table_of(model: type[Base]) -> Table:
    """The table behind a model, as bulk statements want it."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


def one_loader_at_a_time(session: Session, subject: str, owner_id: int) -> None:
    """Wait until no other transaction loads the same kind of records of the same owner.

    Two files loaded at once would otherwise lock each other's rows in different orders (a
    deadlock), or both count a row as new. On SQLite the write lock already does it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:subject), :owner)"),
            {"subject": f"load {subject}", "owner": owner_id},
        )


def chunks(items: Iterable[T], size: int) -> Iterable[list[T]]:
    """Cut into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


class Merge:
    """Decides for each row of a batch whether it is new, changes something or says nothing new.

    Args:
        key: columns of the natural key.
        compare: columns whose change is a change.
        known: natural key -> values of `compare`, of the rows in the database.
    """

    def __init__(
        self,
        key: tuple[str, ...],
        compare: tuple[str, ...],
        known: dict[tuple[Any, ...], tuple[Any, ...]],
    ) -> None:
        self.key = key
        self._compare = compare
        self._known = known
        self._written: dict[tuple[Any, ...], dict[str, Any]] = {}

    def before(self, row: dict[str, Any]) -> tuple[Any, ...] | None:
        """The values of `compare` that are known under a row's key; None: it is new."""
        return self._known.get(tuple(row[name] for name in self.key))

    def put(self, row: dict[str, Any]) -> Outcome:
        """Take a row; of several with one key the last one stays."""
        key = tuple(row[name] for name in self.key)
        values = tuple(row[name] for name in self._compare)
        before = self._known.get(key)
        if before == values:
            return Outcome.UNCHANGED
        self._known[key] = values
        self._written[key] = row
        return Outcome.LOADED if before is None else Outcome.UPDATED

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows to write, each natural key once."""
        return list(self._written.values())
