"""What every report page says beside its figures: how far the data reach, and what is compared."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.periods import Period, is_immature
from tracker.domain.policy import Policy as DomainPolicy
from tracker.domain.policy import PolicyError, policy_from
from tracker.models import CostDayChannel, DirtyDay, Order, Policy, Promotion, Shop, Visit
from tracker.reports.fits import read_fit_quality
from tracker.reports.rows import Band, Context, ShopFreshness
from tracker.reports.state import ReportState

REFUND_WINDOW_DAYS = 15
"""Days after an order in which most refunds come: 7 days without reason, transport both ways."""


def read_context(session: Session, state: ReportState) -> Context:
    """The context of a report (three statements; four with a filter on shops, two more under a
    fitted model)."""
    promotions = session.scalars(
        select(Promotion)
        .where(Promotion.workspace_id == state.workspace_id)
        .order_by(Promotion.starts_on, Promotion.id)
    ).all()
    shops = _read_shops(session, state)
    asked = [s for s in shops if not state.shop_ids or s.shop_id in state.shop_ids]
    pending, lookback = _read_policy(session, state)
    quality = read_fit_quality(session, state)
    return Context(
        shops=shops,
        data_until=max((s.data_until for s in asked if s.data_until), default=None),
        pending_days=pending,
        lookback_days=lookback,
        is_immature=is_immature(state.period, state.today, lookback, REFUND_WINDOW_DAYS),
        unshared_cost_minor=_cost_of_no_shop(session, state) if state.shop_ids else 0,
        before_period=state.comparison_period(promotions),
        bands=bands_of(promotions, state.period),
        unfitted_weeks=quality.unfitted_weeks,
        fit_gap=quality.gap,
    )


def bands_of(promotions: Sequence[Promotion], period: Period) -> tuple[Band, ...]:
    """Promotions that touch a period, cut to it, oldest first."""
    found: list[Band] = []
    for promotion in promotions:
        start, end = max(promotion.starts_on, period.start), min(promotion.ends_on, period.end)
        if start <= end:
            found.append(Band(promotion.name, promotion.festival, start, end))
    return tuple(found)


def _read_shops(session: Session, state: ReportState) -> tuple[ShopFreshness, ...]:
    # one seek in an index for each shop and figure, however much it has
    last_visit = (
        select(func.max(Visit.started_at))
        .where(Visit.shop_id == Shop.id)
        .correlate(Shop)
        .scalar_subquery()
    )
    last_day = (
        select(func.max(Order.ordered_on))
        .where(Order.shop_id == Shop.id)
        .correlate(Shop)
        .scalar_subquery()
    )
    last_order = (
        select(func.max(Order.placed_at))
        .where(Order.shop_id == Shop.id, Order.ordered_on == last_day)
        .correlate(Shop)
        .scalar_subquery()
    )
    statement = (
        select(
            Shop.id,
            Shop.slug,
            Shop.name,
            Shop.platform,
            Shop.has_script,
            last_visit,
            last_day,
            last_order,
        )
        .where(Shop.workspace_id == state.workspace_id)
        .order_by(Shop.id)
    )
    return tuple(ShopFreshness(*row) for row in session.execute(statement))


def _read_policy(session: Session, state: ReportState) -> tuple[int, int]:
    """Days that wait to be computed, and the lookback window in days."""
    pending = (
        select(func.count(func.distinct(DirtyDay.day)))
        .where(DirtyDay.workspace_id == state.workspace_id)
        .scalar_subquery()
    )
    document = (
        select(Policy.document)
        .where(Policy.id == state.policy_id, Policy.workspace_id == state.workspace_id)
        .scalar_subquery()
    )
    days, content = session.execute(select(pending, document)).one()
    try:
        policy = policy_from(content or {})
    except PolicyError:
        # written by a newer version of the program; its window is then the default's
        policy = DomainPolicy()
    return int(days), policy.lookback_days


def _cost_of_no_shop(session: Session, state: ReportState) -> int:
    table = CostDayChannel
    cost = (
        table.spend_minor
        + table.fee_minor
        + table.goods_given_minor
        + table.platform_fee_minor
        + table.commission_minor
    )
    statement = select(cast(func.coalesce(func.sum(cost), 0), BigInteger)).where(
        table.workspace_id == state.workspace_id,
        table.shop_id == 0,
        table.day.between(state.start, state.end),
    )
    return int(session.scalar(statement) or 0)
