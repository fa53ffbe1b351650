"""Exchange rates: stored per day, found for a day, and what a changed rate re-prices."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import RATE_SCALE, is_currency
from tracker.domain.records import FxRateRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import FxRate, Workspace
from tracker.services import repricing
from tracker.services.bulk import one_loader_at_a_time, table_of

MAX_AGE_DAYS = 7
"""A rate holds for its day and up to so many days after it, until there is a newer one."""


class RateBook:
    """Rates into one currency, read once for many rows."""

    def __init__(self, session: Session, workspace_id: int, target: str) -> None:
        self._target = target
        self._days: dict[str, list[date]] = defaultdict(list)
        self._rates: dict[str, list[int]] = defaultdict(list)
        rows = session.execute(
            select(FxRate.from_currency, FxRate.day, FxRate.rate_e8)
            .where(FxRate.workspace_id == workspace_id, FxRate.to_currency == target)
            .order_by(FxRate.from_currency, FxRate.day)
        )
        for currency, day, rate in rows:
            self._days[currency].append(day)
            self._rates[currency].append(rate)

    def rate(self, currency: str, day: date) -> int | None:
        """The rate of a day in 1e-8: the newest of that day or up to MAX_AGE_DAYS before it.

        None: there is none, and then nothing may be converted; it is never taken for 1.
        """
        if currency == self._target:
            return RATE_SCALE
        days = self._days.get(currency, [])
        position = bisect_right(days, day) - 1
        if position < 0 or (day - days[position]).days > MAX_AGE_DAYS:
            return None
        return self._rates[currency][position]


def base_rates(session: Session, workspace: Workspace) -> RateBook:
    """The rates into the workspace's base currency."""
    return RateBook(session, workspace.id, workspace.base_currency)


def load_rates(
    session: Session, workspace: Workspace, records: Sequence[FxRateRecord]
) -> LoadResult:
    """Store rates; a rate that changed re-prices the orders and costs of the days it holds for."""
    one_loader_at_a_time(session, "fx", workspace.id)
    known = _known(session, workspace.id, {(r.from_currency, r.to_currency) for r in records})
    outcomes: list[Outcome | Refused] = []
    changed: dict[tuple[str, str, date], int] = {}
    for record in records:
        key = (record.from_currency, record.to_currency, record.day)
        before = known.get(key)
        if not (is_currency(record.from_currency) and is_currency(record.to_currency)):
            outcomes.append(Refused(Reason.UNKNOWN_CURRENCY, f"{key[0]}/{key[1]}"))
        elif before == record.rate_e8:
            outcomes.append(Outcome.UNCHANGED)
        else:
            outcomes.append(Outcome.LOADED if before is None else Outcome.UPDATED)
            changed[key] = known[key] = record.rate_e8
    rows = [
        {"workspace_id": workspace.id, "from_currency": source, "to_currency": target, "day": day,
         "rate_e8": rate}
        for (source, target, day), rate in changed.items()
    ]  # fmt: skip
    upsert(session, table_of(FxRate), rows, ["workspace_id", "from_currency", "to_currency", "day"])
    _reprice(session, workspace, changed)
    return LoadResult(tuple(outcomes))


def _known(
    session: Session, workspace_id: int, pairs: set[tuple[str, str]]
) -> dict[tuple[str, str, date], int]:
    sources = {source for source, _ in pairs}
    rows = session.execute(
        select(FxRate.from_currency, FxRate.to_currency, FxRate.day, FxRate.rate_e8).where(
            FxRate.workspace_id == workspace_id, FxRate.from_currency.in_(sources)
        )
    )
    return {(source, target, day): rate for source, target, day, rate in rows}


def _reprice(
    session: Session, workspace: Workspace, changed: Iterable[tuple[str, str, date]]
) -> None:
    days: dict[str, set[date]] = defaultdict(set)
    for source, target, day in changed:
        if target == workspace.base_currency:
            days[source].update(day + timedelta(days=n) for n in range(MAX_AGE_DAYS + 1))
    if days:
        rates = base_rates(session, workspace)
        for currency, affected in days.items():
            repricing.reprice(session, workspace, currency, sorted(affected), rates.rate)
