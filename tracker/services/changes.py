"""What an import changes, noted while it happens: to undo it later, and to tell its effect now.

The recorder travels with the session, as transactions do: loaders call each other several levels
deep, and all that one writes in bulk is seen. Entries of a chunk are one row of `import_change`,
deflated; they are lists:

    [table, "i", key, {column: after}]                      a row was added (to a table of no batch)
    [table, "u", key, {column: before}, {column: after}]    columns of a row were changed
    [table, "t", key, {column: before}, batch]              the same, the row staying its batch's
    [table, "d", key, {column: before}]                     a row was deleted
    [table, "p", order ids, columns, rows]                  what hung on orders before they changed

Values are as they are stored. Rows that were added to a table with a `batch_id` need no entry.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from tracker.db import WATCHER
from tracker.models import ImportChange, Order, OrderCoupon, OrderLine, OrderMark, Shop, Workspace
from tracker.services.bulk import among, table_of
from tracker.services.effects import Effect
from tracker.services.undo_tables import TRACKED, Raw, Tracked, to_raw

Entry = list[Any]

_PARTS = (OrderLine, OrderCoupon, OrderMark)


class Recorder:
    """Notes what is written in bulk while it is set (see `recording`)."""

    def __init__(self, batch_id: int, workspace_id: int) -> None:
        self.batch_id = batch_id
        self.effect = Effect()
        self._workspace_id = workspace_id
        self._entries: list[Entry] = []
        self._taken: Counter[str] = Counter()
        self._base = ""

    def __call__(
        self, session: Session, table: Table, rows: Sequence[dict[str, Any]], overwrites: bool
    ) -> None:
        """Look at rows before they are written."""
        spec = TRACKED.get(table.name)
        if spec is None or (spec.has_batch and not overwrites):
            return
        currencies = self._currencies(session, spec, rows)
        known = _known(session, spec, rows)
        added: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for place, row in enumerate(rows):
            before = known.get(tuple(to_raw(row[name]) for name in spec.key)) if known else None
            if before is None:
                added[currencies[place]].append(row)
            elif overwrites:
                self._changed(spec, spec.key_of(before), before, row, currencies[place])
        for currency, new in added.items():
            self._added(spec, new, currency)

    def _added(self, spec: Tracked, rows: Sequence[Mapping[str, Any]], currency: str) -> None:
        """Rows are new: by far the most of a first import, so this has to be quick."""
        if not spec.has_batch:
            for row in rows:
                raw = {name: to_raw(value) for name, value in row.items()}
                self._entries.append([spec.table.name, "i", spec.key_of(raw), raw])
        sums = {
            name: sum(row[name] for row in rows if row[name] is not None)
            for name in spec.sums
            if name in rows[0]
        }
        self.effect.add(spec.table.name, currency, {}, sums, n_rows=len(rows))

    def _changed(
        self,
        spec: Tracked,
        key: tuple[Any, ...],
        before: Raw,
        row: Mapping[str, Any],
        currency: str,
    ) -> None:
        after = {
            name: now
            for name, value in row.items()
            if name != "created_at" and (now := to_raw(value)) != before.get(name)
        }
        if not after.keys() - {"batch_id"}:
            return
        was = {name: before[name] for name in after}
        self._entries.append([spec.table.name, "u", key, was, after])
        self._take(before)
        old, new = _sums(spec, before), _sums(spec, before | after)
        currency_before = before.get(spec.currency, currency) if spec.currency else currency
        if currency_before == currency:
            self.effect.change(spec.table.name, currency, old, new)
        else:
            self.effect.change(spec.table.name, currency_before, old, {})
            self.effect.change(spec.table.name, currency, {}, new, is_another=False)
        before.update(after)

    def _take(self, before: Raw) -> None:
        """A row that another batch wrote last is now ours."""
        if before.get("batch_id", 0) not in (0, self.batch_id):
            self._taken[str(before["batch_id"])] += 1

    def deleting(self, session: Session, spec: Tracked, rows: Sequence[Raw]) -> None:
        """Rows are about to be deleted."""
        currencies = self._currencies(session, spec, rows)
        for row, currency in zip(rows, currencies, strict=True):
            self._entries.append([spec.table.name, "d", spec.key_of(row), _without_id(row)])
            self._take(row)
            self.effect.remove(spec.table.name, currency, _sums(spec, row))

    def touching(self, spec: Tracked, rows: Sequence[Raw], columns: Sequence[str]) -> None:
        """Columns of rows are about to change, though the rows stay their batch's."""
        for row in rows:
            was = {name: row[name] for name in columns}
            self._entries.append([spec.table.name, "t", spec.key_of(row), was, row["batch_id"]])

    def replacing_parts(self, session: Session, order_ids: Sequence[int]) -> None:
        """What hangs on orders is about to be replaced."""
        for model in _PARTS:
            columns = [c for c in table_of(model).c if c.name != "id"]
            rows = session.execute(
                select(*columns).where(among(session, model.order_id, order_ids))
            )
            said = [[to_raw(value) for value in row] for row in rows]
            names = [column.name for column in columns]
            self._entries.append([table_of(model).name, "p", list(order_ids), names, said])

    def flush(self, session: Session) -> None:
        """Keep the entries, in the transaction of what they tell of. Nothing without a batch."""
        if not self.batch_id or not self._entries:
            return
        packed = zlib.compress(json.dumps(self._entries, separators=(",", ":")).encode(), 1)
        session.execute(
            insert(ImportChange).values(
                batch_id=self.batch_id,
                stage=1,
                n_entries=len(self._entries),
                tables=sorted({entry[0] for entry in self._entries}),
                taken=dict(self._taken),
                entries=packed,
            )
        )
        self._entries = []
        self._taken.clear()

    def _currencies(
        self, session: Session, spec: Tracked, rows: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        """The currency of each row's sums; "": it has none."""
        if not spec.sums:
            return [""] * len(rows)
        if spec.currency in rows[0]:
            return [row[spec.currency] for row in rows]
        if "order_ref" in rows[0]:
            return _of_orders(session, rows)
        if not self._base:
            self._base = session.get_one(Workspace, self._workspace_id).base_currency
        return [self._base] * len(rows)


def _of_orders(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Refunds are in the currency of their order; of one that is not there yet, in the shop's."""
    shop = session.get_one(Shop, rows[0]["shop_id"])
    found = session.execute(
        select(Order.ref, Order.currency).where(
            Order.shop_id == shop.id, among(session, Order.ref, {row["order_ref"] for row in rows})
        )
    )
    known: dict[str, str] = dict(found.all())
    return [known.get(row["order_ref"], shop.currency) for row in rows]


def _known(
    session: Session, spec: Tracked, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], Raw]:
    """The rows of these natural keys that are in the database, raw."""
    keys = {tuple(to_raw(row[name]) for name in spec.key) for row in rows}
    return rows_of_keys(session, spec, keys)


def rows_of_keys(
    session: Session, spec: Tracked, keys: Iterable[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Raw]:
    """The rows under these natural keys (raw) that are in the database, raw."""
    wanted = set(keys)
    place = spec.key.index(spec.lookup)
    lookup = spec.table.c[spec.lookup]
    query = select(*spec.table.c).where(among(session, lookup, {key[place] for key in wanted}))
    owners = {key[0] for key in wanted}
    if place != 0 and len(owners) == 1:
        query = query.where(spec.table.c[spec.key[0]] == owners.pop())
    found = {}
    for row in session.execute(query).mappings():
        raw = {name: to_raw(value) for name, value in row.items()}
        if (key := spec.key_of(raw)) in wanted:
            found[key] = raw
    return found


def _sums(spec: Tracked, row: Raw) -> dict[str, int]:
    return {name: row[name] for name in spec.sums if row.get(name) is not None}


def _without_id(row: Raw) -> Raw:
    return {name: value for name, value in row.items() if name != "id"}


def unpack(change: ImportChange) -> list[Entry]:
    """The entries of a chunk, oldest first."""
    entries: list[Entry] = json.loads(zlib.decompress(change.entries))
    return entries


@contextmanager
def recording(session: Session, batch_id: int, workspace_id: int) -> Iterator[Recorder]:
    """Note what is written in the block; at its end the entries are kept, if there is a batch."""
    recorder = Recorder(batch_id, workspace_id)
    session.info[WATCHER] = recorder
    try:
        yield recorder
    finally:
        session.info.pop(WATCHER, None)
    recorder.flush(session)


def _recorder(session: Session) -> Recorder | None:
    found: Recorder | None = session.info.get(WATCHER)
    return found


def note_deletion(session: Session, table: str, *conditions: Any) -> None:
    """Rows of a tracked table are about to be deleted."""
    recorder = _recorder(session)
    if recorder is not None:
        spec = TRACKED[table]
        rows = session.execute(select(*spec.table.c).where(*conditions)).mappings()
        said = [{name: to_raw(value) for name, value in row.items()} for row in rows]
        if said:
            recorder.deleting(session, spec, said)


def note_touch(
    session: Session, table: str, row_ids: Sequence[int], columns: Sequence[str]
) -> None:
    """Columns of rows (by row id) are about to change on behalf of rows of another table."""
    recorder = _recorder(session)
    if recorder is not None and row_ids:
        spec = TRACKED[table]
        query = select(*spec.table.c).where(among(session, spec.table.c.id, row_ids))
        rows = session.execute(query).mappings()
        said = [{name: to_raw(value) for name, value in row.items()} for row in rows]
        recorder.touching(spec, said, columns)


def note_parts(session: Session, order_ids: Sequence[int]) -> None:
    """Lines, coupons and marks of orders are about to be replaced."""
    recorder = _recorder(session)
    if recorder is not None and order_ids:
        recorder.replacing_parts(session, order_ids)
