"""Commission that affiliate programmes gave back: booked on its own day, never by editing a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import is_currency
from tracker.domain.platform_records import AffiliateRefundRecord
from tracker.domain.records import LoadResult, Outcome, Reason, Refused
from tracker.models import AffiliateRefund, Shop, Workspace
from tracker.services import dirty, fx
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of

_KEY = ("platform", "order_ref", "ref")
_SAID = ("commission_minor", "currency", "fx_e8", "booked_on")


def load_affiliate_refunds(
    session: Session, shop: Shop, records: Sequence[AffiliateRefundRecord], *, batch_id: int = 0
) -> LoadResult:
    """Load what was given back; the affiliate rows that it is about may come later.

    Refused: `unknown_currency`, `no_exchange_rate`.
    """
    one_loader_at_a_time(session, "affiliate rows", shop.id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    rates = fx.base_rates(session, workspace)
    refs = {record.order_ref for record in records}
    merge = Merge(_KEY, _SAID, _known(session, shop.id, refs))
    outcomes: list[Outcome | Refused] = []
    days: set[date] = set()
    for record in records:
        rate = rates.rate(record.currency, record.booked_on)
        if not is_currency(record.currency):
            outcomes.append(Refused(Reason.UNKNOWN_CURRENCY, record.currency[:20]))
        elif rate is None:
            detail = f"{record.currency} {record.booked_on}"
            outcomes.append(Refused(Reason.NO_EXCHANGE_RATE, detail))
        else:
            row = {
                "shop_id": shop.id,
                "platform": record.platform,
                "order_ref": record.order_ref,
                "ref": record.ref,
                "commission_minor": record.commission_minor,
                "currency": record.currency,
                "fx_e8": rate,
                "booked_on": record.booked_on,
                "batch_id": batch_id,
            }
            before = merge.before(row)
            outcomes.append(merge.put(row))
            days |= {record.booked_on, *([before[_SAID.index("booked_on")]] if before else [])}
    upsert(session, table_of(AffiliateRefund), merge.rows, ["shop_id", *_KEY])
    if merge.rows:
        dirty.costs_changed(session, workspace, days)
    return LoadResult(tuple(outcomes))


def refund_days(session: Session, shop: Shop, order_refs: Sequence[str] | set[str]) -> set[date]:
    """Days on which refunds of these orders' commissions are booked: they need the orders'
    affiliate rows, and are stale when one of these comes or changes."""
    return set(
        session.scalars(
            select(AffiliateRefund.booked_on).where(
                AffiliateRefund.shop_id == shop.id,
                among(session, AffiliateRefund.order_ref, order_refs),
            )
        )
    )


def _known(
    session: Session, shop_id: int, order_refs: set[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    columns = [AffiliateRefund.__table__.c[name] for name in (*_KEY, *_SAID)]
    rows = session.execute(
        select(*columns).where(
            AffiliateRefund.shop_id == shop_id,
            among(session, AffiliateRefund.order_ref, order_refs),
        )
    )
    return {tuple(row[: len(_KEY)]): tuple(row[len(_KEY) :]) for row in rows}
