"""A changed exchange rate: what was converted on its days is converted again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.money import convert
from tracker.models import (
    AffiliateRefund,
    AffiliateRow,
    Deal,
    Order,
    PlatformFigure,
    Shop,
    Spend,
    Workspace,
)
from tracker.models.base import to_day_number
from tracker.services import dirty
from tracker.services.bulk import among

Rate = Callable[[str, date], int | None]


def net_base(status: str, net_minor: int, currency: str, base: str, fx_e8: int) -> int:
    """An order's net revenue before refunds in the base currency (SEMANTICS 2.2); 0 unless paid.

    `net_minor` is paid - freight - tax in the order's currency. Rounded half to even, once.
    """
    return convert(net_minor, currency, base, fx_e8) if status == "paid" else 0


def reprice(
    session: Session, workspace: Workspace, currency: str, days: Sequence[date], rate: Rate
) -> None:
    """Convert orders, spend, deals and commissions in a currency on these days again.

    Only rows whose rate is another one now are written; their days become dirty. A day that has no
    rate any more keeps the rate it was loaded with.
    """
    _reprice_orders(session, workspace, currency, days, rate)
    owners = {Spend: Spend.spent_on, Deal: Deal.posted_on}
    for model, column in owners.items():
        mine = model.workspace_id == workspace.id  # type: ignore[attr-defined]
        changed = _reprice_costs(session, model, column, mine, currency, days, rate)
        if model is Deal:
            dirty.deals_changed(session, workspace, changed)
        else:
            dirty.costs_changed(session, workspace, _days_of(changed))
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id).scalar_subquery()
    changed = _reprice_costs(
        session, AffiliateRow, AffiliateRow.booked_on, AffiliateRow.shop_id.in_(shops), currency,
        days, rate,
    )  # fmt: skip
    dirty.costs_changed(session, workspace, _days_of(changed))
    changed = _reprice_costs(
        session, AffiliateRefund, AffiliateRefund.booked_on, AffiliateRefund.shop_id.in_(shops),
        currency, days, rate,
    )  # fmt: skip
    dirty.costs_changed(session, workspace, _days_of(changed))
    # What platforms say of themselves: no fact is made of it.
    mine = PlatformFigure.workspace_id == workspace.id
    _reprice_costs(session, PlatformFigure, PlatformFigure.ends_on, mine, currency, days, rate)


def _reprice_orders(
    session: Session, workspace: Workspace, currency: str, days: Sequence[date], rate: Rate
) -> None:
    for shop in session.scalars(select(Shop).where(Shop.workspace_id == workspace.id)):
        found = session.execute(
            select(
                Order.id, Order.ordered_on, Order.status, Order.fx_e8,
                Order.paid_minor - Order.freight_minor - Order.tax_minor,
            ).where(
                Order.shop_id == shop.id,
                Order.currency == currency,
                among(session, Order.ordered_on, map(to_day_number, days)),
            )
        )  # fmt: skip
        changed: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for row_id, day, status, before, net_minor in found:
            now = rate(currency, day)
            if now is not None and now != before:
                base = net_base(status, net_minor, currency, workspace.base_currency, now)
                changed[day].append({"id": row_id, "fx_e8": now, "net_base_minor": base})
        if changed:
            session.execute(update(Order), [row for rows in changed.values() for row in rows])
            dirty.orders_changed(session, shop, sorted(changed))


def _reprice_costs(
    session: Session,
    model: Any,
    day_column: InstrumentedAttribute[date],
    mine: Any,
    currency: str,
    days: Sequence[date],
    rate: Rate,
) -> list[tuple[int, date]]:
    """Write the new rates; gives (row id, day) of what changed."""
    found = session.execute(
        select(model.id, day_column, model.fx_e8).where(
            mine,
            model.currency == currency,
            among(session, day_column, map(to_day_number, days)),
        )
    )
    changed = [(row_id, day, rate(currency, day), before) for row_id, day, before in found]
    changed = [one for one in changed if one[2] is not None and one[2] != one[3]]
    if changed:
        session.execute(update(model), [{"id": one[0], "fx_e8": one[2]} for one in changed])
    return [(row_id, day) for row_id, day, _, _ in changed]


def _days_of(changed: Sequence[tuple[int, date]]) -> list[date]:
    return sorted({day for _, day in changed})
