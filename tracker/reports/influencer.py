"""One influencer: figures, days, why orders were credited, and what they were given."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, case, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.metrics import share_of
from tracker.domain.periods import period_bounds
from tracker.models import (
    Coupon,
    CouponOwnership,
    Credit,
    Deal,
    Hit,
    Influencer,
    OrderCoupon,
    Shop,
    TrackedLink,
)
from tracker.models.base import from_micros
from tracker.models.credit import CLICKED, EVIDENCE
from tracker.reports.context import read_context
from tracker.reports.daily import daily_series, series
from tracker.reports.facts import NOW, read_figures
from tracker.reports.figures import Figures
from tracker.reports.influencers import influencer_row, read_people, tags_of
from tracker.reports.leaks import find_leaks
from tracker.reports.rows import (
    CouponRow,
    DealRow,
    InfluencerPage,
    LinkRow,
    WhyRow,
)
from tracker.reports.state import ReportState

EVIDENCE_NAMES = {bit: name for name, bit in EVIDENCE.items()}


def influencer_page(
    session: Session, state: ReportState, influencer_id: int
) -> InfluencerPage | None:
    """Everything about one influencer under a state; None: the workspace has no such influencer."""
    mine = state.changed(influencer_id=influencer_id, kind=str(Kind.KOL), channel="", search="")
    person = read_people(session, mine).get(influencer_id)
    if person is None:
        return None
    context = read_context(session, mine)
    by = ("day", "influencer_id", "evidence")
    figures = read_figures(session, mine, by, context.before_period)
    summed: dict[Any, Figures] = {}
    for (slot, _day, owner, evidence), row in figures.items():
        key = (slot, owner, evidence)
        summed[key] = summed[key] + row if key in summed else row
    suspected = {leak.influencer_id: leak for leak in find_leaks(session, mine)}
    tags = tags_of(person, state, suspected)
    compared = context.before_period is not None
    return InfluencerPage(
        context=context,
        row=influencer_row(influencer_id, person, summed, tags, compared),
        notes=session.scalar(select(Influencer.notes).where(Influencer.id == influencer_id)) or "",
        days=daily_series(figures, mine, context, [(str(Kind.KOL), figures)]),
        daily_net_minor=series(figures, NOW, mine.period, "net_revenue_minor"),
        why=_why({key: row for key, row in summed.items() if key[0] == NOW}),
        coupons=_coupons(session, mine),
        links=_links(session, mine),
        deals=_deals(session, mine),
    )


def _why(summed: dict[Any, Figures]) -> tuple[WhyRow, ...]:
    orders = sum(row.orders_micro for row in summed.values())
    rows = [
        WhyRow(
            EVIDENCE_NAMES.get(evidence, "none"),
            row.orders_micro,
            row.net_revenue_minor,
            share_of(row.orders_micro, orders),
        )
        for (_slot, _owner, evidence), row in summed.items()
        if row.orders_micro or row.net_revenue_minor
    ]
    return tuple(sorted(rows, key=lambda row: (-row.orders_micro, row.evidence)))


def _coupons(session: Session, state: ReportState) -> tuple[CouponRow, ...]:
    """Their codes, and the orders of the period on which each was used and credited to them."""
    day = Credit.ordered_on if state.basis == "ordered" else Credit.booked_on
    # an index leads from the influencer to their credits, so this costs their own orders only
    used = (
        select(
            OrderCoupon.code,
            Credit.shop_id,
            func.count(func.distinct(Credit.order_id)).label("orders"),
            func.sum(case((Credit.evidence.bitwise_and(CLICKED) == 0, 1), else_=0)).label("bare"),
        )
        .join(OrderCoupon, OrderCoupon.order_id == Credit.order_id)
        .where(
            Credit.policy_id == state.policy_id,
            Credit.influencer_id == state.influencer_id,
            Credit.entry == 0,
            Credit.evidence.bitwise_and(EVIDENCE["coupon"]) != 0,
            day.between(state.start, state.end),
        )
        .group_by(OrderCoupon.code, Credit.shop_id)
        .subquery()
    )
    statement = (
        select(
            Coupon.id,
            Coupon.code,
            Coupon.label,
            Coupon.shop_id,
            CouponOwnership.valid_from,
            CouponOwnership.valid_until,
            Coupon.leaked_at,
            cast(func.coalesce(used.c.orders, 0), BigInteger),
            cast(func.coalesce(used.c.bare, 0), BigInteger),
        )
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
        .join(Shop, Shop.id == Coupon.shop_id)
        .outerjoin(used, (used.c.code == Coupon.code) & (used.c.shop_id == Coupon.shop_id))
        .where(
            Shop.workspace_id == state.workspace_id,
            CouponOwnership.influencer_id == state.influencer_id,
        )
        .order_by(CouponOwnership.valid_from.desc(), Coupon.id)
    )
    return tuple(CouponRow(*row) for row in session.execute(statement))


def _links(session: Session, state: ReportState) -> tuple[LinkRow, ...]:
    """Their links, and the clicks of the period (an index holds the clicks of each link)."""
    first, until = _instants(state)
    clicks = (
        select(func.count())
        .where(
            Hit.link_id == TrackedLink.id,
            Hit.kind == "click",
            Hit.bot == "",
            Hit.at >= first,
            Hit.at < until,
        )
        .correlate(TrackedLink)
        .scalar_subquery()
    )
    statement = (
        select(
            TrackedLink.id,
            TrackedLink.slug,
            TrackedLink.target_url,
            TrackedLink.campaign_id,
            TrackedLink.is_active,
            clicks,
        )
        .where(
            TrackedLink.workspace_id == state.workspace_id,
            TrackedLink.influencer_id == state.influencer_id,
        )
        .order_by(TrackedLink.created_at.desc(), TrackedLink.id)
    )
    return tuple(LinkRow(*row) for row in session.execute(statement))


def _instants(state: ReportState) -> tuple[datetime, datetime]:
    first, until = period_bounds(state.period, ZoneInfo(state.time_zone))
    return from_micros(first), from_micros(until)


def _deals(session: Session, state: ReportState) -> tuple[DealRow, ...]:
    statement = (
        select(
            Deal.id,
            Deal.ref,
            Deal.title,
            Deal.currency,
            Deal.fee_minor,
            Deal.goods_given_minor,
            Deal.platform_fee_minor,
            Deal.commission_ppm,
            Deal.posted_on,
            Deal.ends_on,
            Deal.spread_days,
        )
        .where(Deal.workspace_id == state.workspace_id, Deal.influencer_id == state.influencer_id)
        .order_by(Deal.posted_on.desc(), Deal.id)
    )
    return tuple(DealRow(*row) for row in session.execute(statement))
