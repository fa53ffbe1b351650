"""Engines and sessions, and rows in bulk: in (insert .. on conflict) and out (NumPy arrays).

Knows no Flask, RQ or Scrapy. Two databases are supported: SQLite (WAL) and PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    literal,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.schema import ScalarElementColumnDefault

BUSY_SECONDS = 15
"""How long a writer of SQLite waits for another one."""

CHUNK_ROWS = 20_000
"""Rows of one bulk statement: short enough that a SQLite writer never holds the lock a second."""

FEW_ROWS = 100
"""Up to so many rows a plain INSERT is cheaper on PostgreSQL than a temporary table."""

_COUNTED = {"preserve_rowcount": True}

WATCHER = "bulk_write_watcher"
"""Key of `Session.info`: a `Watcher` that is told of bulk writes before they happen."""

Watcher = Callable[[Session, Table, Sequence[dict[str, Any]], bool], None]
"""Gets the session, the table, the rows, and whether rows that are there are overwritten."""

Query = Select[*tuple[Any, ...]]
"""A select of any columns."""

_PG_HEADER = 19
"""Bytes before the first row of PostgreSQL's binary COPY format (no OIDs, no extension)."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and the two ways to use it."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one snapshot and is rolled back at the end."""
        with self.reader() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when the block raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a reader that turns writer in
        the middle of a transaction fails whatever the timeout (measured).
        """
        with self.writer.begin() as session:
            yield session

    @property
    def reader(self) -> sessionmaker[Session]:
        """Factory of sessions that read: all statements of one see the same state of the database,
        so that the figures of one page belong together."""
        return sessionmaker(reading(self.engine), expire_on_commit=False)

    @property
    def writer(self) -> sessionmaker[Session]:
        """Factory of sessions that write."""
        return sessionmaker(writing(self.engine), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect(
    url: str, *, pool_size: int = 8, synced: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Database:
    """The database at an SQLAlchemy address; made per process, since an engine must not be forked.

    Nothing is opened until the first statement.

    Args:
        synced: a commit to SQLite returns when it is on the disk, and outlives a power cut: for
            who gives up the only other copy after it. PostgreSQL does so always.
        busy_seconds: how long a writer of SQLite waits for another one before it gives up.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": busy_seconds}, pool_size=pool_size)
        event.listen(engine, "connect", _prepare_sqlite)
        if synced:
            event.listen(engine, "connect", _sync_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Database(engine)
    return Database(create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True))


def writing(engine: Engine) -> Engine:
    """The same engine and pool, whose transactions take SQLite's write lock at once."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def reading(engine: Engine) -> Engine:
    """The same engine and pool, whose transactions see one snapshot. SQLite's do anyway."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _sync_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL").close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


# --- rows in bulk ---------------------------------------------------------------------------------


def insert_new(
    session: Session,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str] = (),
) -> int:
    """Insert rows whose natural key is not there yet; the others are left as they are.

    Args:
        rows: one mapping a row, all with the same columns, in the columns' Python types; columns
            with a scalar default may be left out.
        key: columns of the unique constraint that decides; empty: any constraint.

    Returns:
        the number of rows inserted.
    """

    def ignore(insert: postgresql.Insert) -> postgresql.Insert:
        return insert.on_conflict_do_nothing(index_elements=list(key) or None)

    _tell(session, table, rows, overwrites=False)
    return _write(session, table, rows, ignore)


def upsert(
    session: Session,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    update: Sequence[str] = (),
    *,
    newer: str | None = None,
) -> int:
    """Insert rows, or update those whose natural key is there.

    Args:
        rows: one mapping a row, all with the same columns; a key stands once in them at most.
        key: columns of the unique constraint.
        update: columns to set on a row that is there; empty: all but the key.
        newer: a column; a row that is there is only updated when the new value is greater or equal.

    Returns:
        the number of rows inserted or updated.
    """
    if not rows:
        return 0
    columns = list(update) or [name for name in rows[0] if name not in key]

    def replace(insert: postgresql.Insert) -> postgresql.Insert:
        return insert.on_conflict_do_update(
            index_elements=list(key),
            set_={name: insert.excluded[name] for name in columns},
            where=None if newer is None else insert.excluded[newer] >= table.c[newer],
        )

    _tell(session, table, rows, overwrites=True)
    return _write(session, table, rows, replace)


def _tell(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], *, overwrites: bool
) -> None:
    watcher: Watcher | None = session.info.get(WATCHER)
    if watcher is not None and rows:
        watcher(session, table, rows, overwrites)


_OnConflict = Callable[[postgresql.Insert], postgresql.Insert]


def _write(
    session: Session, table: Table, rows: Sequence[dict[str, Any]], on_conflict: _OnConflict
) -> int:
    connection = session.connection()
    affected = 0
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = rows[start : start + CHUNK_ROWS]
        if connection.dialect.name == "sqlite":
            # both dialects' inserts have the same methods, but no common type
            statement = on_conflict(cast(postgresql.Insert, sqlite.insert(table)))
            affected += connection.execute(
                statement, list(chunk), execution_options=_COUNTED
            ).rowcount
        elif len(chunk) <= FEW_ROWS:
            statement = on_conflict(postgresql.insert(table).values(list(chunk)))
            affected += connection.execute(statement, execution_options=_COUNTED).rowcount
        else:
            affected += _copy_and_insert(connection, table, chunk, on_conflict)
    return affected


def _copy_and_insert(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], on_conflict: _OnConflict
) -> int:
    """PostgreSQL: COPY into a temporary table, then one INSERT .. SELECT .. ON CONFLICT."""
    columns = [table.c[name] for name in rows[0]]
    defaults = {
        c: c.default.arg
        for c in table.c
        if c.name not in rows[0] and isinstance(c.default, ScalarElementColumnDefault)
    }
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(c.name) for c in columns)
    incoming = f"incoming_{table.name}"
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {incoming}")
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE {incoming} ON COMMIT DROP AS "
        f"SELECT {names} FROM {quote(table.name)} WITH NO DATA"
    )
    dialect = connection.dialect
    processors = [c.type.dialect_impl(dialect).bind_processor(dialect) for c in columns]
    driver = cast(Any, connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {incoming} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    process(row[c.name]) if process else row[c.name]
                    for c, process in zip(columns, processors, strict=True)
                ]
            )
    source = sql_table(incoming, *(sql_column(c.name, c.type) for c in columns))
    chosen = select(*source.c, *(literal(value, c.type) for c, value in defaults.items()))
    targets = [c.name for c in (*columns, *defaults)]
    insert = postgresql.insert(table).from_select(targets, chosen)
    return connection.execute(on_conflict(insert), execution_options=_COUNTED).rowcount


# --- arrays out -----------------------------------------------------------------------------------


def read_int_columns(session: Session, statement: Query) -> dict[str, NDArray[np.int64]]:
    """The rows of a query of whole numbers as one int64 array a column, in the query's order.

    Instants arrive as microseconds and days as day numbers. The query must not give NULL (use
    coalesce) and its parameters must be numbers. It reads in the session's own transaction.

    On PostgreSQL this is one binary COPY, which NumPy reads in place (every row has the same
    width); on SQLite the driver's own cursor.

    Raises:
        ValueError: a column was NULL.
    """
    names = [str(column.key) for column in statement.selected_columns]
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        flat = _read_sqlite(connection, statement, len(names))
    else:
        flat = _read_postgresql(connection, statement, len(names))
    return {name: np.ascontiguousarray(flat[:, i]) for i, name in enumerate(names)}


def _read_sqlite(connection: Connection, statement: Query, width: int) -> NDArray[np.int64]:
    sql = statement.compile(connection.engine, compile_kwargs={"literal_binds": True}).string
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    cursor = driver.execute(sql)
    blocks: list[NDArray[np.int64]] = []
    while rows := cursor.fetchmany(50_000):
        try:
            blocks.append(np.array(rows, dtype=np.int64))
        except TypeError as error:
            raise ValueError("a column of the query was NULL") from error
    return np.concatenate(blocks) if blocks else np.empty((0, width), np.int64)


def _read_postgresql(connection: Connection, statement: Query, width: int) -> NDArray[np.int64]:
    inner = statement.subquery()
    query = select(*(sql_cast(c, BigInteger).label(f"c{i}") for i, c in enumerate(inner.c)))
    sql = query.compile(connection.engine, compile_kwargs={"literal_binds": True}).string
    driver = cast(Any, connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)") as copy:
        raw = b"".join(bytes(block) for block in copy)
    row = np.dtype([("n", ">i2")] + [(f"{kind}{i}", ">i4" if kind == "l" else ">i8")
                   for i in range(width) for kind in ("l", "v")])  # fmt: skip
    body = len(raw) - _PG_HEADER - 2  # the trailer is an int16 of -1
    if body % row.itemsize:
        raise ValueError("a column of the query was NULL")
    table = np.frombuffer(raw, row, count=body // row.itemsize, offset=_PG_HEADER)
    if any((table[f"l{i}"] != 8).any() for i in range(width)):
        raise ValueError("a column of the query was NULL")
    flat = np.empty((len(table), width), np.int64)
    for i in range(width):
        flat[:, i] = table[f"v{i}"]
    return flat
