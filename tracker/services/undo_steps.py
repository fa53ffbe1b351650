"""The steps of undoing a batch: each is a short transaction of its own, and may be the last before
a kill; what is left to do is what is left in the tables.

1. What the batch overwrote comes back, chunk by chunk, the newest first.
2. Rows that it added to tables with a `batch_id` go.
3. Rows that it added to the others go: people, codes, deals, rates. They are last, because rows of
   the second step refer to them.

Rows that somebody else wrote since (a person in a form, the shop's webhook) are left as they are.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import insert_new, upsert
from tracker.models import Base, ImportBatch, ImportChange, Order
from tracker.services.bulk import among, one_loader_at_a_time
from tracker.services.changes import Entry, rows_of_keys, unpack
from tracker.services.undo_marks import MARKERS
from tracker.services.undo_tables import DERIVED, TRACKED, Raw, Tracked, typed

ROWS_AT_ONCE = 5_000

_REFERRING = frozenset({"spend", "order_decision"})
"""Tables of raw facts that name influencers without a foreign key."""

Key = tuple[Any, ...]


def take_step(session: Session, batch: ImportBatch) -> int | None:
    """Undo a piece.

    Returns:
        how many rows were left as they are, because others wrote them since; None: nothing is left
        to undo.
    """
    one_loader_at_a_time(session, "undo", batch.workspace_id)
    change = _newest(session, batch.id, stage=1)
    if change is not None:
        return _take_back(session, batch.id, change)
    for spec in reversed(TRACKED.values()):
        if spec.has_batch and _remove_some(session, spec, batch):
            return 0
    change = _newest(session, batch.id, stage=2)
    if change is None:
        return None
    kept = _remove_added(session, unpack(change))
    session.delete(change)
    return kept


def _newest(session: Session, batch_id: int, *, stage: int) -> ImportChange | None:
    return session.scalar(
        select(ImportChange)
        .where(ImportChange.batch_id == batch_id, ImportChange.stage == stage)
        .order_by(ImportChange.id.desc())
        .limit(1)
    )


def _take_back(session: Session, batch_id: int, change: ImportChange) -> int:
    entries = unpack(change)
    kept = 0
    runs = groupby(reversed(entries), key=lambda entry: (entry[0], entry[1]))
    for (table, operation), run in runs:
        if operation == "i":
            continue
        if operation == "p":
            for entry in run:
                _take_back_parts(session, batch_id, entry)
        else:
            kept += _BACK[operation](session, TRACKED[table], list(run), batch_id)
    added = [entry for entry in entries if entry[1] == "i"]
    if added:
        change.entries = zlib.compress(json.dumps(added, separators=(",", ":")).encode(), 1)
        change.stage, change.n_entries = 2, len(added)
    else:
        session.delete(change)
    session.flush()
    return kept


def _restore(session: Session, spec: Tracked, entries: list[Entry], batch_id: int) -> int:
    """Columns of rows get their values of before; entries come the newest first."""
    before: dict[Key, Raw] = {}
    after: dict[Key, Raw] = {}
    for _, _, key, was, now in entries:
        before[tuple(key)] = before.get(tuple(key), {}) | was
        after.setdefault(tuple(key), now)
    current = rows_of_keys(session, spec, before)
    mine = {
        key: row for key, row in current.items()
        if (row["batch_id"] == batch_id if spec.has_batch else _is(row, after[key]))
    }  # fmt: skip
    _write(session, spec, mine, {key: before[key] for key in mine})
    return len(before) - len(mine)


def _restore_touched(session: Session, spec: Tracked, entries: list[Entry], batch_id: int) -> int:
    """The same for columns of rows of another batch, while they are still its rows."""
    before: dict[Key, Raw] = {}
    owner: dict[Key, int] = {}
    for _, _, key, was, of_batch in entries:
        before[tuple(key)] = was
        owner[tuple(key)] = of_batch
    current = rows_of_keys(session, spec, before)
    mine = {key: row for key, row in current.items() if row["batch_id"] == owner[key]}
    _write(session, spec, mine, {key: before[key] for key in mine})
    return 0


def _write(
    session: Session, spec: Tracked, current: Mapping[Key, Raw], before: Mapping[Key, Raw]
) -> None:
    if not current:
        return
    now = [typed(spec.table, row) for row in current.values()]
    then = [typed(spec.table, row | before[key]) for key, row in current.items()]
    mark = MARKERS[spec.table.name]
    mark(session, now)
    rows = [{name: value for name, value in row.items() if name != "id"} for row in then]
    upsert(session, spec.table, rows, spec.key)
    mark(session, then)


def _put_back(session: Session, spec: Tracked, entries: list[Entry], batch_id: int) -> int:
    """Deleted rows come back, unless somebody wrote them again."""
    rows: dict[Key, dict[str, Any]] = {}
    for _, _, key, was in entries:
        rows[tuple(key)] = typed(spec.table, was)
    there = rows_of_keys(session, spec, rows)
    missing = [row for key, row in rows.items() if key not in there]
    insert_new(session, spec.table, missing, spec.key)
    MARKERS[spec.table.name](session, missing)
    return len(there)


_BACK = {"u": _restore, "t": _restore_touched, "d": _put_back}


def _take_back_parts(session: Session, batch_id: int, entry: Entry) -> None:
    """Lines, coupons or marks of orders that are still the batch's; the orders' days are marked
    when the orders themselves are restored."""
    name, _, order_ids, columns, said = entry
    table = Base.metadata.tables[name]
    mine = set(
        session.scalars(
            select(Order.id).where(among(session, Order.id, order_ids), Order.batch_id == batch_id)
        )
    )
    rows = [typed(table, dict(zip(columns, values, strict=True))) for values in said]
    session.execute(delete(table).where(among(session, table.c.order_id, sorted(mine))))
    insert_new(session, table, [row for row in rows if row["order_id"] in mine])


def _remove_some(session: Session, spec: Tracked, batch: ImportBatch) -> bool:
    """Some rows that the batch added to a table go; False: there are none (any more).

    The table is gone through once by row id: where it was left is kept with the batch.
    """
    cursor = "id" if "id" in spec.table.c else spec.lookup
    column = spec.table.c[cursor]
    query = select(*spec.table.c).where(spec.table.c.batch_id == batch.id)
    if spec.key[0] == "shop_id" and batch.shop_id:
        query = query.where(spec.table.c.shop_id == batch.shop_id)
    reached = (batch.resume or {}).get(spec.table.name)
    if reached is not None:
        query = query.where(column >= reached)
    rows = session.execute(query.order_by(column).limit(ROWS_AT_ONCE)).mappings().all()
    if not rows:
        return False
    found = [dict(row) for row in rows]
    mark = MARKERS[spec.table.name]
    mark(session, found)
    gone = delete(spec.table).where(spec.table.c.batch_id == batch.id)
    if cursor == "id":
        gone = gone.where(among(session, column, [row["id"] for row in found]))
    else:  # all rows of these orders: marking is by order
        gone = gone.where(among(session, column, {row[cursor] for row in found}))
    session.execute(gone)
    mark(session, found)
    batch.resume = {**(batch.resume or {}), spec.table.name: found[-1][cursor]}
    session.flush()
    return True


def _remove_added(session: Session, entries: list[Entry]) -> int:
    """Rows of tables without a batch go, if they are as the batch left them."""
    kept = 0
    for table, run in groupby(reversed(entries), key=lambda entry: entry[0]):
        spec = TRACKED[table]
        after = {tuple(entry[2]): entry[3] for entry in run}
        current = rows_of_keys(session, spec, after)
        mine = {key: row for key, row in current.items() if _is(row, after[key])}
        used = _used(session, spec, mine)
        mine = {key: row for key, row in mine.items() if row.get("id") not in used}
        kept += len(current) - len(mine)
        _delete(session, spec, mine)
    return kept


def _delete(session: Session, spec: Tracked, rows: Mapping[Key, Raw]) -> None:
    if not rows:
        return
    gone = [typed(spec.table, row) for row in rows.values()]
    mark = MARKERS[spec.table.name]
    if spec.table.name != "fx_rate":  # rates are looked up anew once they are gone
        mark(session, gone)
    if "id" in spec.table.c:
        ids = [row["id"] for row in gone]
        session.execute(delete(spec.table).where(among(session, spec.table.c.id, ids)))
    else:
        for row in gone:
            same = [spec.table.c[name] == row[name] for name in spec.key]
            session.execute(delete(spec.table).where(*same))
    if spec.table.name in ("fx_rate", "influencer", "social_account", "metric_point"):
        mark(session, gone)


def _used(session: Session, spec: Tracked, rows: Mapping[Key, Raw]) -> set[int]:
    return in_use(session, spec.table.name, [row["id"] for row in rows.values() if "id" in row])


def in_use(session: Session, table: str, ids: Sequence[int]) -> set[int]:
    """Those of some influencers, codes or campaigns (row ids) that other rows refer to."""
    column = f"{table}_id"
    used: set[int] = set()
    for other in Base.metadata.sorted_tables:
        if not ids or column not in other.c or table not in ("influencer", "coupon", "campaign"):
            continue
        is_fact = bool(other.c[column].foreign_keys) or other.name in _REFERRING
        is_derived = other.name == "credit" or "_day" in other.name
        if is_fact or (table == "campaign" and not is_derived):
            reference = other.c[column]
            query = select(reference).where(among(session, reference, ids)).distinct()
            used |= set(session.scalars(query))
    return used


def _is(row: Raw, said: Mapping[str, Any]) -> bool:
    """Whether a row still says what it was made to say, what is derived aside."""
    return all(row.get(name) == value for name, value in said.items() if name not in DERIVED)
