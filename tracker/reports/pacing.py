"""Campaigns against their budgets and targets: what is done, what time has gone, where it leads.

A campaign is looked at as a whole, from its first day, whatever period and shops the page shows;
model and policy are the page's. Formulas: `tracker.domain.pacing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.pacing import (
    RECENT_DAYS,
    Clock,
    Pace,
    Standing,
    clock_of,
    last_full_day,
    pace_of,
)
from tracker.models import Campaign, CostDay, CreditDay
from tracker.models.base import to_day_number
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
        spans = [_Span.of(campaign, as_of) for campaign in campaigns]
        costs, credits_ = _costs(session, state, spans), _credits(session, state, spans)
        rows = [
            _row(campaign, span, as_of, costs, credits_)
            for campaign, span in zip(campaigns, spans, strict=True)
        ]
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


@dataclass(frozen=True, slots=True)
class _Span:
    """The days of a campaign that are over; last may lie before first: none is."""

    campaign_id: int
    first: date
    last: date

    @classmethod
    def of(cls, campaign: Campaign, as_of: date) -> _Span:
        last = min(as_of, campaign.ends_on) if campaign.ends_on else as_of
        first = max(_starts(campaign), last - timedelta(days=MAX_DAYS))
        return cls(campaign_id=campaign.id, first=first, last=last)


Sums = Mapping[int, Mapping[int, tuple[int, ...]]]
"""Campaign -> days before its last one (OLDER: all that are longer ago) -> sums."""

OLDER = RECENT_DAYS


def _costs(session: Session, state: ReportState, spans: Sequence[_Span]) -> Sums:
    t = CostDay
    cost = t.spend_minor + t.fee_minor + t.goods_given_minor + t.platform_fee_minor
    mine = t.workspace_id == state.workspace_id
    return _sums(session, spans, t.campaign_id, t.day, [mine], [cost + t.commission_minor])


def _credits(session: Session, state: ReportState, spans: Sequence[_Span]) -> Sums:
    t = CreditDay
    sums = [
        t.net_revenue_minor,
        t.orders_micro,
        t.goods_cost_minor,
        t.orders_without_goods_cost_micro,
    ]
    mine = [t.policy_id == state.policy_id, t.model_code == state.model_code]
    return _sums(session, spans, t.campaign_id, t.booked_on, mine, sums)


def _sums(
    session: Session,
    spans: Sequence[_Span],
    campaign: Any,
    day: Any,
    conditions: Sequence[ColumnElement[bool]],
    sums: Sequence[Any],
) -> Sums:
    """Sums of the days of each campaign: the last seven one by one, all before them together."""
    number = type_coerce(day, Integer)
    firsts = {span.campaign_id: to_day_number(span.first) for span in spans}
    lasts = {span.campaign_id: to_day_number(span.last) for span in spans}
    last = case(lasts, value=campaign)
    age = case((last - number < OLDER, last - number), else_=OLDER).label("age")
    rows = session.execute(
        select(campaign, age, *(cast(func.sum(column), BigInteger) for column in sums))
        .where(
            *conditions,
            number.between(min(firsts.values()), max(lasts.values())),
            campaign.in_(list(firsts)),
            number >= case(firsts, value=campaign),
            number <= last,
        )
        .group_by(campaign, age)
    )
    found: dict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for campaign_id, days_ago, *values in rows:
        found[campaign_id][days_ago] = tuple(int(value or 0) for value in values)
    return found


def _row(campaign: Campaign, span: _Span, as_of: date, costs: Sums, credits_: Sums) -> PacingRow:
    clock = clock_of(campaign.starts_on, campaign.ends_on, as_of)
    cost = _series(costs.get(span.campaign_id, {}), 0)
    mine = credits_.get(span.campaign_id, {})
    net, goods = _series(mine, 0), _series(mine, 2)
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
            _series(mine, 1),
            None if campaign.target_orders is None else campaign.target_orders * metrics.MICRO,
            clock,
        ),
        roi=None if any(_series(mine, 3)) else metrics.roi(sum(net), sum(goods), sum(cost)),
        target_roi=None if target is None else target / PPM,
    )


def _series(sums: Mapping[int, tuple[int, ...]], place: int) -> list[int]:
    """Everything longer ago in one figure, then the last seven days, oldest first."""
    return [sums[age][place] if age in sums else 0 for age in range(OLDER, -1, -1)]
