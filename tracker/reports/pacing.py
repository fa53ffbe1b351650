"""Campaigns against their budgets and targets: what is done, what time has gone, where it leads.

A campaign is looked at as a whole, from its first day, whatever period and shops the page shows;
model and policy are the page's. Formulas: `tracker.domain.pacing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BigInteger, cast, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.pacing import Clock, Pace, Standing, clock_of, last_full_day, pace_of
from tracker.models import Campaign, CostDay, CreditDay
from tracker.reports.sorting import sort_rows
from tracker.reports.state import MAX_DAYS, ReportState

MOST_CAMPAIGNS = 200
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class PacingRow:
    """A campaign with a budget or a target. clock None: it has no end, so nothing is half over.

    roi: of the whole campaign up to the last full day; None: cost is 0 or a goods cost is unknown.
    target_roi None: none is set.
    """

    campaign_id: int
    utm_campaign: str
    name: str
    starts_on: date
    ends_on: date | None
    clock: Clock | None
    spend: Pace
    net: Pace
    orders: Pace
    roi: float | None
    target_roi: float | None

    @property
    def roi_standing(self) -> Standing:
        """Whether the ROI so far reaches its target; unknown without either."""
        if self.roi is None or self.target_roi is None:
            return Standing.UNKNOWN
        return Standing.AHEAD if self.roi >= self.target_roi else Standing.BEHIND

    @property
    def time_share(self) -> float | None:
        """Part of the campaign's time that is over."""
        return self.clock.share if self.clock else None


@dataclass(frozen=True, slots=True)
class PacingReport:
    """Campaigns that run on days of the period, those that end first on top. as_of: the last day
    that counts, since only whole days do."""

    as_of: date
    rows: tuple[PacingRow, ...]


def pacing_report(session: Session, state: ReportState) -> PacingReport:
    """Campaigns with a budget or target that run in the period (three statements)."""
    as_of = min(state.end, last_full_day(state.today))
    campaigns = _campaigns(session, state)
    rows = []
    if campaigns:
        first = max(min(_starts(c) for c in campaigns), as_of - timedelta(days=MAX_DAYS))
        ids = [c.id for c in campaigns]
        costs = _costs(session, state, ids, first, as_of)
        credits_ = _credits(session, state, ids, first, as_of)
        rows = [_row(c, as_of, costs, credits_) for c in campaigns]
    return PacingReport(as_of, tuple(sort_rows(rows, state.sort, _usual, _value)))


def _usual(row: PacingRow) -> tuple[date, str, int]:
    return row.ends_on or date.max, row.name, row.campaign_id


def _value(row: PacingRow, key: str) -> object:
    """What a column is sorted by: a field, or done, pace or forecast of one of the goals."""
    goal, _, part = key.partition("_")
    if goal in ("spend", "net", "orders") and part in ("done", "pace", "forecast", "goal"):
        return getattr(getattr(row, goal), part)
    if key in ("name", "starts_on", "ends_on", "time_share", "roi", "target_roi"):
        return getattr(row, key)
    return None


def _starts(campaign: Campaign) -> date:
    return campaign.starts_on or campaign.created_at.date()


def _campaigns(session: Session, state: ReportState) -> Sequence[Campaign]:
    c = Campaign
    query = (
        select(c)
        .where(
            c.workspace_id == state.workspace_id,
            or_(
                c.budget_minor.is_not(None),
                c.target_net_minor.is_not(None),
                c.target_orders.is_not(None),
                c.target_roi_ppm.is_not(None),
            ),
            or_(c.starts_on.is_(None), c.starts_on <= state.end),
            or_(c.ends_on.is_(None), c.ends_on >= state.start),
        )
        .order_by(c.starts_on.desc(), c.id.desc())
        .limit(MOST_CAMPAIGNS)
    )
    if state.campaign_id:
        query = query.where(c.id == state.campaign_id)
    wanted = state.search.casefold()
    return [
        row for row in session.scalars(query)
        if wanted in f"{row.name} {row.utm_campaign}".casefold()
    ]  # fmt: skip


Daily = Mapping[int, Mapping[date, tuple[int, ...]]]
"""Campaign -> day -> sums."""


def _costs(
    session: Session, state: ReportState, ids: Sequence[int], first: date, last: date
) -> Daily:
    t = CostDay
    cost = t.spend_minor + t.fee_minor + t.goods_given_minor + t.platform_fee_minor
    rows = session.execute(
        select(t.campaign_id, t.day, cast(func.sum(cost + t.commission_minor), BigInteger))
        .where(
            t.workspace_id == state.workspace_id,
            t.day.between(first, last),
            t.campaign_id.in_(ids),
        )
        .group_by(t.campaign_id, t.day)
    )
    return _by_campaign(tuple(row) for row in rows)


def _credits(
    session: Session, state: ReportState, ids: Sequence[int], first: date, last: date
) -> Daily:
    t = CreditDay
    sums = (
        t.net_revenue_minor,
        t.orders_micro,
        t.goods_cost_minor,
        t.orders_without_goods_cost_micro,
    )
    rows = session.execute(
        select(t.campaign_id, t.booked_on, *(cast(func.sum(s), BigInteger) for s in sums))
        .where(
            t.policy_id == state.policy_id,
            t.model_code == state.model_code,
            t.booked_on.between(first, last),
            t.campaign_id.in_(ids),
        )
        .group_by(t.campaign_id, t.booked_on)
    )
    return _by_campaign(tuple(row) for row in rows)


def _by_campaign(rows: object) -> Daily:
    found: dict[int, dict[date, tuple[int, ...]]] = defaultdict(dict)
    for campaign_id, day, *sums in rows:  # type: ignore[attr-defined] # rows of any width
        found[campaign_id][day] = tuple(int(value or 0) for value in sums)
    return found


def _row(campaign: Campaign, as_of: date, costs: Daily, credits_: Daily) -> PacingRow:
    clock = clock_of(campaign.starts_on, campaign.ends_on, as_of)
    last = min(as_of, campaign.ends_on) if campaign.ends_on else as_of
    days = _days(_starts(campaign), last)
    cost = _series(costs.get(campaign.id, {}), days, 0)
    mine = credits_.get(campaign.id, {})
    net, goods = _series(mine, days, 0), _series(mine, days, 2)
    target = campaign.target_roi_ppm
    return PacingRow(
        campaign_id=campaign.id,
        utm_campaign=campaign.utm_campaign,
        name=campaign.name,
        starts_on=_starts(campaign),
        ends_on=campaign.ends_on,
        clock=clock,
        spend=pace_of(cost, campaign.budget_minor, clock),
        net=pace_of(net, campaign.target_net_minor, clock),
        orders=pace_of(
            _series(mine, days, 1),
            None if campaign.target_orders is None else campaign.target_orders * metrics.MICRO,
            clock,
        ),
        roi=None if any(_series(mine, days, 3)) else metrics.roi(sum(net), sum(goods), sum(cost)),
        target_roi=None if target is None else target / PPM,
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _series(sums: Mapping[date, tuple[int, ...]], days: Sequence[date], place: int) -> list[int]:
    return [sums[day][place] if day in sums else 0 for day in days]
