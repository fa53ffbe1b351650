"""Units to services, chunk by chunk, each in a short transaction of its own.

Every chunk commits its records together with the progress of its batch. Records have natural keys
in the database, so a file that was killed half-way is simply loaded again: what is there already is
unchanged, and the end is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.domain.platform_records import AffiliateRefundRecord, PlatformFigureRecord
from tracker.domain.records import (
    AffiliateRecord,
    CouponRecord,
    DealRecord,
    FxRateRecord,
    GoodsCostRecord,
    HitRecord,
    InfluencerRecord,
    LoadResult,
    MetricRecord,
    Notice,
    OrderRecord,
    Outcome,
    Reason,
    Record,
    RefundRecord,
    Refused,
    SpendRecord,
    TouchRecord,
)
from tracker.imports.result import Result
from tracker.imports.resume import Resume
from tracker.imports.source import Chunk, Source, read_chunks
from tracker.imports.units import Unit
from tracker.models import Shop, Workspace
from tracker.services import (
    affiliate_refunds,
    affiliates,
    batches,
    changes,
    coupons,
    deals,
    fx,
    goods_costs,
    influencers,
    log_hits,
    observations,
    orders,
    platform_figures,
    refunds,
    spend,
    touches,
)
from tracker.services.batches import Note


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes and on whose behalf."""

    workspace_id: int
    shop_id: int
    """0: to no shop."""
    secret: bytes
    """The key under which buyers are hashed."""
    read_at: datetime
    """Version of orders that do not tell one: when the batch was made, the same in every try."""
    batch_id: int = 0
    """0: a dry run, which has no batch."""
    fence: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """The target's rows in one session."""

    session: Session
    workspace: Workspace
    shop: Shop | None
    target: Target

    @property
    def the_shop(self) -> Shop:
        if self.shop is None:
            raise LookupError("these records belong to a shop")
        return self.shop


Progress = Callable[[int, int], None]
"""Told the rows done and the rows there are."""


def load_source(
    database: Database,
    source: Source,
    target: Target,
    *,
    progress: Progress | None = None,
    max_chunks: int | None = None,
    whole: Result | None = None,
    resume: Resume | None = None,
) -> Result:
    """Load a table; without a batch only find out what would happen (nothing is kept).

    Args:
        whole: the result of the file that the table is a part of; None: it is all of it.
        resume: what an earlier try of the batch has done, and where that is kept; None: nothing.

    Raises batches.LostBatchError: the batch was cancelled or taken over; earlier chunks stay.
    """
    is_dry = target.batch_id == 0
    result = whole.part(source.sniffed) if whole else Result(source.sniffed, is_dry=is_dry)
    all_rows = source.n_rows + (whole.rows if whole else 0)
    done = resume.begin_table(whole or result) if resume else 0
    for number, chunk in enumerate(read_chunks(source)):
        if max_chunks is not None and number >= max_chunks:
            break
        if number < done:
            continue
        if result.is_dry:
            _try_chunk(database, target, chunk, result)
        else:
            with database.write() as session:
                notes = _load_chunk(session, target, chunk, result)
                batches.report(
                    session, target.batch_id, target.fence, (whole or result).figures(),
                    _named(source, notes), size_rows=all_rows,
                    effect=(whole or result).effect.tables,
                    **({"resume": resume.after(number, whole or result)} if resume else {}),
                )  # fmt: skip
        if progress is not None:
            progress((whole or result).rows, all_rows)
    return result


def _named(source: Source, notes: list[Note]) -> list[Note]:
    """Notes that say in which of the file's tables their line is."""
    name = source.sniffed.table.name
    return [replace(note, detail=f"[{name}] {note.detail}") for note in notes] if name else notes


def _try_chunk(database: Database, target: Target, chunk: Chunk, result: Result) -> None:
    with database.writer() as session:
        session.begin()
        _load_chunk(session, target, chunk, result)
        session.rollback()


def _load_chunk(session: Session, target: Target, chunk: Chunk, result: Result) -> list[Note]:
    notes = [Note(one.line, one.outcome, one.reason, one.detail) for one in chunk.out]
    result.add_notes(notes)
    place = _Place(
        session,
        session.get_one(Workspace, target.workspace_id),
        session.get(Shop, target.shop_id) if target.shop_id else None,
        target,
    )
    with changes.recording(session, target.batch_id, target.workspace_id) as recorder:
        outcomes, notices = _load_units(place, chunk.units)
    result.add_effect(recorder.effect)
    result.add_notices(notices)
    for unit, outcome in zip(chunk.units, outcomes, strict=True):
        notes.extend(result.add_unit(unit, outcome))
    return _summed(notes) if result.is_log else notes


LISTED = 100
"""Rejected lines of a piece of a log that are listed one by one."""


def _summed(notes: Sequence[Note]) -> list[Note]:
    """The notes of a piece of a log: of lines that are left out one a reason, at the first of them,
    with their number; of rejected lines so only those beyond the first LISTED."""
    kept: list[Note] = []
    more: dict[Note, int] = {}
    by_reason: dict[tuple[str, Reason], Note] = {}
    for note in notes:
        if note.outcome == "rejected" and len(kept) < LISTED:
            kept.append(note)
            continue
        first = by_reason.setdefault((note.outcome, note.reason), note)
        more[first] = more.get(first, 0) + 1
    return [replace(note, detail=f"\u00d7 {count}") for note, count in more.items()] + kept


def _load_units(
    place: _Place, units: Sequence[Unit]
) -> tuple[list[Outcome | Refused], list[Notice]]:
    """One outcome a unit: the first refusal, else the most that happened to one of its records.

    Kinds are loaded one after the other; what belongs to a record that was refused is left out.
    """
    told: list[list[Outcome | Refused]] = [[] for _ in units]
    notices: list[Notice] = []
    by_kind: dict[type, list[tuple[int, Record]]] = defaultdict(list)
    for number, unit in enumerate(units):
        for record in unit.records:
            by_kind[type(record)].append((number, record))
    for kind, load in _LOADERS.items():
        wanted = [
            (number, record)
            for number, record in by_kind.get(kind, ())
            if not any(isinstance(one, Refused) for one in told[number])
        ]
        if wanted:
            result = load(place, [record for _, record in wanted])
            notices.extend(result.notices)
            for (number, _), outcome in zip(wanted, result.outcomes, strict=True):
                told[number].append(outcome)
    return [_combine(outcomes) for outcomes in told], notices


def _combine(outcomes: Sequence[Outcome | Refused]) -> Outcome | Refused:
    if isinstance(outcomes[0], Refused):
        return outcomes[0]
    done = {one for one in outcomes if isinstance(one, Outcome)}
    return next(one for one in Outcome if one in done)


def _orders(place: _Place, records: Any) -> LoadResult:
    return orders.load_orders(
        place.session, place.the_shop, cast(Sequence[OrderRecord], records),
        secret=place.target.secret, read_at=place.target.read_at, batch_id=place.target.batch_id,
    )  # fmt: skip


def _refunds(place: _Place, records: Any) -> LoadResult:
    return refunds.load_refunds(
        place.session, place.the_shop, records, batch_id=place.target.batch_id
    )


def _touches(place: _Place, records: Any) -> LoadResult:
    return touches.load_touches(
        place.session, place.the_shop, records, batch_id=place.target.batch_id
    )


def _hits(place: _Place, records: Any) -> LoadResult:
    return log_hits.load_hits(place.session, place.the_shop, records, secret=place.target.secret)


def _affiliates(place: _Place, records: Any) -> LoadResult:
    return affiliates.load_affiliate_rows(
        place.session, place.the_shop, records, batch_id=place.target.batch_id
    )


def _affiliate_refunds(place: _Place, records: Any) -> LoadResult:
    return affiliate_refunds.load_affiliate_refunds(
        place.session, place.the_shop, records, batch_id=place.target.batch_id
    )


def _platform_figures(place: _Place, records: Any) -> LoadResult:
    return platform_figures.load_platform_figures(
        place.session, place.workspace, records, shop_id=place.target.shop_id,
        batch_id=place.target.batch_id,
    )  # fmt: skip


def _spend(place: _Place, records: Any) -> LoadResult:
    return spend.load_spend(
        place.session, place.workspace, records, shop_id=place.target.shop_id,
        batch_id=place.target.batch_id,
    )  # fmt: skip


def _influencers(place: _Place, records: Any) -> LoadResult:
    return influencers.load_influencers(
        place.session, place.workspace, records, secret=place.target.secret
    )


_LOADERS: dict[type, Callable[[_Place, list[Record]], LoadResult]] = {
    InfluencerRecord: _influencers,
    MetricRecord: lambda place, records: observations.load_metrics(
        place.session, place.workspace, cast(Sequence[MetricRecord], records)
    ),
    FxRateRecord: lambda place, records: fx.load_rates(
        place.session, place.workspace, cast(Sequence[FxRateRecord], records)
    ),
    GoodsCostRecord: lambda place, records: goods_costs.load_goods_costs(
        place.session, place.the_shop, cast(Sequence[GoodsCostRecord], records)
    ),
    CouponRecord: lambda place, records: coupons.load_coupons(
        place.session, place.the_shop, cast(Sequence[CouponRecord], records)
    ),
    DealRecord: lambda place, records: deals.load_deals(
        place.session, place.workspace, cast(Sequence[DealRecord], records)
    ),
    SpendRecord: _spend,
    PlatformFigureRecord: _platform_figures,
    # orders first: a touch whose order is refused is not loaded either
    OrderRecord: _orders,
    RefundRecord: _refunds,
    AffiliateRecord: _affiliates,
    AffiliateRefundRecord: _affiliate_refunds,
    TouchRecord: _touches,
    HitRecord: _hits,
}
