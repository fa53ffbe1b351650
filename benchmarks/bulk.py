"""Millions of rows into a database: integers by bulk load, text made of them by SQL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Column, MetaData, Table

from tracker.db import Database
from tracker.services.int_rows import insert_int_rows

Ints = NDArray[np.int64]

CHUNK = 1_000_000
"""Rows of one load: memory stays small."""


def text_sql(database: Database, prefix: str, column: str, digits: int = 9) -> str:
    """A text made of a number, as SQL; of equal length, so that keys come in rising order."""
    if database.is_sqlite:
        return f"printf('{prefix}%0{digits}d', {column})" if digits else f"'{prefix}' || {column}"
    return f"'{prefix}' || " + (f"lpad({column}::text, {digits}, '0')" if digits else column)


def load(database: Database, statement: str, *columns: Ints) -> None:
    """Run an INSERT .. SELECT .. FROM staged, whose columns a, b, c … are the given arrays."""
    names = "abcdefgh"[: len(columns)]
    columns_of = (Column(name, BigInteger) for name in names)
    staged = Table("staged", MetaData(), *columns_of, prefixes=["TEMPORARY"])
    for start in range(0, columns[0].size, CHUNK):
        with database.write() as session:
            connection = session.connection()
            if not database.is_sqlite:  # the keys are right: no look-up of each shop
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            staged.create(connection)
            part = (column[start : start + CHUNK] for column in columns)
            insert_int_rows(session, staged, dict(zip(names, part, strict=True)))
            connection.exec_driver_sql(statement)
            staged.drop(connection)


def run_sql(database: Database, statement: str) -> None:
    """One statement in a transaction of its own."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
