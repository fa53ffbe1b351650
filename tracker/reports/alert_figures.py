"""What rules that people make see at present: figures of the last whole days, by subject.

Each reading is a whole number: ROI, rates and paces in millionths, costs in minor units of the base
currency, orders as counted. A subject without any figure in its window is not read: there is
nothing to say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.alerts import MILLION, Reading
from tracker.domain.channels import Channel
from tracker.domain.metrics import MICRO
from tracker.domain.pacing import clock_of, pace_of
from tracker.models import (
    AlertRule,
    Campaign,
    Coupon,
    CouponDay,
    CrawlSetting,
    CrawlTarget,
    Influencer,
    ListingSnapshot,
    Shop,
    Workspace,
)
from tracker.reports.facts import NOW, read_figures
from tracker.reports.figures import Figures
from tracker.reports.leaks import find_leaks
from tracker.reports.state import ReportState
from tracker.services.alert_readings import Seen
from tracker.services.market import read_present

USUAL_DAYS = 28
"""Days before the window that say what is usual for a code."""

_KEYS = {"channel": "channel_code", "campaign": "campaign_id", "influencer": "influencer_id"}

_CHANNELS = {channel.code: str(channel) for channel in Channel}


def read_rule(session: Session, workspace: Workspace, rule: AlertRule, now: datetime) -> list[Seen]:
    """Readings of a rule that somebody made, one for each subject."""
    return list(_READERS[rule.kind](session, workspace, rule, now))


def window_of(workspace: Workspace, rule: AlertRule, now: datetime) -> tuple[date, date]:
    """First and last day of a rule's figures: whole days, up to yesterday in the workspace's zone
    (a window of 0 days is one)."""
    end = _today(workspace, now) - timedelta(days=1)
    return end - timedelta(days=max(1, rule.window_days) - 1), end


def _returns(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """ROI of what cost at least the floor; with less, nothing can be said."""
    for number, figures, shown in _subjects(session, workspace, rule, now):
        if not figures.cost_minor:
            continue
        roi = figures.roi if figures.cost_minor >= rule.floor else None
        value = None if roi is None else round(roi * MILLION)
        more = {
            "roi": roi, "limit": rule.threshold_ppm / MILLION, "cost_minor": figures.cost_minor,
            "before_goods": figures.is_roi_before_goods_cost,
        }  # fmt: skip
        is_bad = value is not None and value < rule.threshold_ppm
        yield Seen(number, Reading(value, is_bad), {**shown, **more})


def _refunds(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """Refund rate by amount of what had at least the floor of orders."""
    for number, figures, shown in _subjects(session, workspace, rule, now):
        if not figures.orders_micro and not figures.refund_minor:
            continue
        rate = figures.refund_rate if figures.orders_micro >= rule.floor * MICRO else None
        value = None if rate is None else round(rate * MILLION)
        more = {
            "rate": rate, "limit": rule.threshold_ppm / MILLION, "orders": round(figures.orders, 1),
            "refund_minor": figures.refund_minor,
        }  # fmt: skip
        is_bad = value is not None and value > rule.threshold_ppm
        yield Seen(number, Reading(value, is_bad), {**shown, **more})


def _fruitless(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """Cost of what brought no order at all."""
    for number, figures, shown in _subjects(session, workspace, rule, now):
        cost = figures.cost_minor
        if cost <= 0:
            continue
        is_bad = figures.orders_micro == 0 and cost >= rule.floor
        yield Seen(number, Reading(cost, is_bad), {**shown, "cost_minor": cost})


def _subjects(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[tuple[int, Figures, dict[str, Any]]]:
    """Number, sums of the window, and what a sentence calls it. What is of no campaign, influencer
    or channel is left out: nobody can do anything about it by that name."""
    start, end = window_of(workspace, rule, now)
    state = _state(workspace, now, start, end)
    by = _KEYS.get(rule.dimension)
    found = read_figures(session, state, (by,) if by else ())
    numbers = {key[1] if by else 0 for key in found if key[0] == NOW}
    wanted = {n for n in numbers if not by or (n and rule.only_id in (0, n))}
    names = _names(session, workspace, rule.dimension, wanted)
    days = {"from": start.isoformat(), "to": end.isoformat(), "dimension": rule.dimension}
    for number in sorted(wanted):
        key = (NOW, number) if by else (NOW,)
        if number in names:
            yield number, found[key], {**days, "id": number, "name": names[number]}


def _names(
    session: Session, workspace: Workspace, dimension: str, numbers: set[int]
) -> Mapping[int, str]:
    """What each is called; of a channel its code, which is translated later."""
    if dimension == "total":
        return {0: ""}
    if dimension == "channel":
        return {n: _CHANNELS[n] for n in numbers if n in _CHANNELS}
    table = Campaign if dimension == "campaign" else Influencer
    rows = session.execute(
        select(table.id, table.name).where(
            table.workspace_id == workspace.id, table.id.in_(numbers)
        )
    )
    return {number: name[:100] for number, name in rows}


def _code_spikes(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """Orders with an influencer's code in the window (today too) against so many days' usual, and
    codes whose orders look leaked (`tracker.reports.leaks`)."""
    today = _today(workspace, now)
    start = today - timedelta(days=rule.window_days - 1)
    leaks = {
        leak.coupon_id: leak for leak in find_leaks(session, _state(workspace, now, start, today))
    }
    before: dict[int, int] = {}
    present: dict[int, int] = {}
    names: dict[int, dict[str, Any]] = {}
    for row in _code_days(session, workspace, start - timedelta(days=USUAL_DAYS), today):
        sums = present if row.ordered_on >= start else before
        sums[row.id] = sums.get(row.id, 0) + row.orders
        names[row.id] = {
            "code": row.label or row.code, "name": row.name[:100],
            "influencer_id": row.influencer_id,
        }  # fmt: skip
    for number, shown in sorted(names.items()):
        orders = present.get(number, 0)
        usual = before.get(number, 0) * rule.window_days / USUAL_DAYS
        is_many = orders >= rule.floor and orders * MILLION >= rule.threshold_ppm * usual
        leak = leaks.get(number)
        more: dict[str, Any] = {
            "orders": orders, "usual": round(usual, 1), "days": rule.window_days,
            "from": start.isoformat(), "to": today.isoformat(),
        }  # fmt: skip
        if leak is not None:
            more |= {"share": leak.share, "before": leak.usual, "since": leak.since.isoformat()}
        is_bad = (is_many and orders > 0) or leak is not None
        yield Seen(number, Reading(orders, is_bad), {**shown, **more})


def _code_days(session: Session, workspace: Workspace, start: date, end: date) -> Any:
    """Days of codes that are somebody's and not known to have leaked."""
    return session.execute(
        select(
            Coupon.id, Coupon.code, Coupon.label, CouponDay.influencer_id, Influencer.name,
            CouponDay.ordered_on, func.sum(CouponDay.orders).label("orders"),
        )
        .join(Coupon, Coupon.id == CouponDay.coupon_id)
        .join(Influencer, Influencer.id == CouponDay.influencer_id)
        .where(
            CouponDay.policy_id == workspace.policy_id,
            CouponDay.shop_id.in_(select(Shop.id).where(Shop.workspace_id == workspace.id)),
            CouponDay.ordered_on.between(start, end),
            Coupon.leaked_at.is_(None),
            Coupon.is_shop_wide.is_(False),
        )
        .group_by(Coupon.id, Coupon.code, Coupon.label, CouponDay.influencer_id, Influencer.name,
                  CouponDay.ordered_on)
    )  # fmt: skip


def _price_drops(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """A competitor's price in millionths of its highest of the window, in its own currency."""
    highest = {
        (listing, currency): price
        for listing, currency, price in session.execute(
            select(
                ListingSnapshot.listing_id,
                ListingSnapshot.currency,
                func.max(ListingSnapshot.price_minor),
            )
            .where(
                ListingSnapshot.taken_at > now - timedelta(days=rule.window_days),
                ListingSnapshot.taken_at <= now,
                ListingSnapshot.price_minor.is_not(None),
            )
            .group_by(ListingSnapshot.listing_id, ListingSnapshot.currency)
        )
    }
    for one in read_present(session, workspace, now):
        if one.listing.is_own:
            continue
        shown = {
            "title": one.listing.title[:100], "competitor": one.listing.competitor,
            "days": rule.window_days,
        }  # fmt: skip
        snapshot = one.snapshot
        price = None if snapshot is None or one.is_stale else snapshot.price_minor
        if snapshot is None or not price:
            yield Seen(one.listing.id, Reading(None), shown)
            continue
        # the present price may have been read before the window, and stood since
        was = max(highest.get((one.listing.id, snapshot.currency)) or 0, price)
        ratio = price * MILLION // was
        shown |= {"price_minor": price, "was_minor": was, "currency": snapshot.currency}
        yield Seen(one.listing.id, Reading(ratio, ratio <= MILLION - rule.threshold_ppm), shown)


def _stale_crawls(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """Days since a watched page was last read well; while the schedule is off, nothing is said."""
    setting = session.get(CrawlSetting, workspace.id)
    is_on = setting is not None and setting.is_on
    targets = session.scalars(
        select(CrawlTarget)
        .where(
            CrawlTarget.workspace_id == workspace.id,
            CrawlTarget.is_active.is_(True),
            CrawlTarget.next_at.is_not(None),
        )
        .order_by(CrawlTarget.id)
    )
    for target in targets:
        days = (now - (target.last_ok_at or target.created_at)).days
        shown = {
            "host": target.host, "url": target.url[:200], "days": days, "status": target.last_status
        }  # fmt: skip
        reading = Reading(days, days >= rule.window_days) if is_on else Reading(None)
        yield Seen(target.id, reading, shown)


def _paces(
    session: Session, workspace: Workspace, rule: AlertRule, now: datetime
) -> Iterator[Seen]:
    """Pace of campaigns that run: done by now / expected by now, of the goal that is furthest
    behind (`tracker.domain.pacing`)."""
    yesterday = _today(workspace, now) - timedelta(days=1)
    running = session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == workspace.id,
            Campaign.starts_on <= yesterday,
            Campaign.ends_on > yesterday,
            (Campaign.target_net_minor.is_not(None)) | (Campaign.target_orders.is_not(None)),
        )
        .order_by(Campaign.id)
    ).all()
    for campaign in running:
        assert campaign.starts_on is not None  # as asked for
        clock = clock_of(campaign.starts_on, campaign.ends_on, yesterday)
        state = _state(workspace, now, campaign.starts_on, yesterday)
        state = state.changed(campaign_id=campaign.id)
        sums = read_figures(session, state).get((NOW,), Figures())
        goals = {
            "net_revenue": pace_of([sums.net_revenue_minor], campaign.target_net_minor, clock),
            "orders": pace_of([sums.orders_micro], _micro(campaign.target_orders), clock),
        }
        paces = {name: one.pace for name, one in goals.items() if one.pace is not None}
        if clock is None or not paces:
            continue
        worst = min(paces, key=lambda name: paces[name])
        shown = {
            "name": campaign.name[:100], "id": campaign.id, "goal": worst,
            "done": goals[worst].done_share, "time": clock.share,
        }  # fmt: skip
        value = round(paces[worst] * MILLION)
        yield Seen(campaign.id, Reading(value, value < MILLION - rule.threshold_ppm), shown)


def _micro(orders: int | None) -> int | None:
    return None if orders is None else orders * MICRO


def _state(workspace: Workspace, now: datetime, start: date, end: date) -> ReportState:
    args = {"from": start.isoformat(), "to": end.isoformat(), "compare": "none"}
    return ReportState.from_args(args, workspace, _today(workspace, now))


def _today(workspace: Workspace, now: datetime) -> date:
    return now.astimezone(UTC).astimezone(ZoneInfo(workspace.time_zone)).date()


_READERS: Mapping[str, Callable[[Session, Workspace, AlertRule, datetime], Iterator[Seen]]] = {
    "roi_below": _returns,
    "refund_above": _refunds,
    "spend_without_orders": _fruitless,
    "code_spike": _code_spikes,
    "price_drop": _price_drops,
    "crawl_stale": _stale_crawls,
    "pacing_behind": _paces,
}
"""Kind of rule -> what reads it."""
