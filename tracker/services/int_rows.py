"""Rows of whole numbers in bulk: NumPy columns straight into a table, without a mapping a row.

The counterpart of `tracker.db.read_int_columns`. Derived tables hold integers only; through
per-row mappings and type conversion their rows would cost ten times as much (measured).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Integer, SmallInteger, Table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

_PG_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""Start of PostgreSQL's binary COPY format: signature, no flags, no extension."""


def insert_int_rows(
    session: Session, table: Table, columns: Mapping[str, NDArray[np.int64]]
) -> int:
    """Insert rows given as int64 arrays of equal length, one a column; gives their number.

    Instants are microseconds and days are day numbers, as stored. Runs in the session's own
    transaction: one executemany on SQLite, one binary COPY on PostgreSQL. A row whose key is there
    already is an error of the database.
    """
    names = list(columns)
    n = int(columns[names[0]].size)
    if n == 0:
        return 0
    if any(column.size != n for column in columns.values()):
        raise ValueError("columns have different lengths")
    connection = session.connection()
    driver = cast(Any, connection.connection.driver_connection)
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)
    target = connection.dialect.identifier_preparer.format_table(table)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        block = np.stack([columns[name] for name in names], axis=1)
        # Rows are made as they are bound: a list of millions of numbers costs as much again.
        rows = struct.iter_unpack(f"{len(names)}q", block.tobytes())
        statement = f"INSERT INTO {target} ({quoted}) VALUES ({marks})"
        cast(sqlite3.Connection, driver).executemany(statement, rows)
        return n
    body = _pg_binary(table, columns)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {target} ({quoted}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(body)
    return n


def _pg_binary(table: Table, columns: Mapping[str, NDArray[np.int64]]) -> bytes:
    """The rows in binary COPY format: field count, then length and big-endian value a field."""
    widths = {name: _width(table, name) for name in columns}
    fields: list[tuple[str, str]] = [("n", ">i2")]
    for i, name in enumerate(columns):
        fields += [(f"l{i}", ">i4"), (f"v{i}", f">i{widths[name]}")]
    rows = np.empty(next(iter(columns.values())).size, np.dtype(fields))
    rows["n"] = len(columns)
    for i, (name, values) in enumerate(columns.items()):
        limit = 1 << (8 * widths[name] - 1)
        if values.size and not (-limit <= int(values.min()) and int(values.max()) < limit):
            raise OverflowError(f"a value of {table.name}.{name} is too large for its column")
        rows[f"l{i}"] = widths[name]
        rows[f"v{i}"] = values
    return _PG_SIGNATURE + rows.tobytes() + b"\xff\xff"


def _width(table: Table, name: str) -> int:
    """Bytes of a column on PostgreSQL."""
    kind = table.c[name].type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, BigInteger):
        return 8
    if isinstance(kind, SmallInteger):
        return 2
    if isinstance(kind, Integer):
        return 4
    raise TypeError(f"{table.name}.{name} does not hold whole numbers")
