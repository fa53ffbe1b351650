"""The days that lift is measured on: what was sold and visited, what ran, and who else posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.money import MoneyError, convert
from tracker.domain.periods import Period
from tracker.models import Deal, Promotion
from tracker.reports.facts import read_figures
from tracker.reports.state import ReportState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Days:
    """A value a day from `start` on.

    net: net revenue of all orders, minor units. visits: of kind natural, which direct is part of.
    first, until: the days with data (their numbers, `until` excluded): before the first visit or
    order nothing was known, and a day that is not over is not compared. festivals: the festival of
    each day, "" for none; promotions: the promotion's id, 0 for none: a festival comes again as
    another promotion.
    """

    start: date
    net: Floats
    visits: Floats
    first: int
    until: int
    festivals: tuple[str, ...]
    promotions: tuple[int, ...]

    def number(self, day: date) -> int:
        """The number of a day; it may lie outside."""
        return (day - self.start).days

    def date_of(self, number: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=number)

    def festival_of(self, number: int) -> str:
        """The festival that a day is part of; "" is none."""
        return self.festivals[number]

    def known_festivals(self, before: Iterable[int], during: Iterable[int]) -> frozenset[str]:
        """Festivals of an event that an earlier promotion, not the event's own, was of too."""
        own = {self.promotions[n] for n in during}
        earlier = {self.festivals[n] for n in before if self.promotions[n] not in own}
        return frozenset(earlier & {self.festivals[n] for n in during}) - {""}

    def is_plain(self, number: int, known: frozenset[str]) -> bool:
        """Whether a day is of no festival, or of one of those known."""
        return self.festivals[number] in known or not self.festivals[number]


def read_days(session: Session, state: ReportState, period: Period) -> Days:
    """The days of a period. The state's shops, basis and policy count; its filters do not: lift is
    of all orders. Two statements."""
    whole = state.changed(
        start=period.start, end=period.end, kind="", channel="", campaign_id=0, influencer_id=0
    )
    net = np.zeros(period.n_days)
    visits = np.zeros(period.n_days)
    for (_slot, day, kind), row in read_figures(session, whole, ("day", "kind_code")).items():
        number = (day - period.start).days
        net[number] += row.net_revenue_minor
        if kind == Kind.NATURAL.code:
            visits[number] += row.visits
    known = np.flatnonzero((net != 0) | (visits != 0))
    sold = np.flatnonzero(net)
    over = (state.today - period.start).days
    festivals, promotions = _promotions(session, state, period)
    return Days(
        start=period.start,
        net=net,
        visits=visits,
        first=int(known[0]) if len(known) else 0,
        until=min(over, int(sold[-1]) + 1) if len(sold) else 0,
        festivals=festivals,
        promotions=promotions,
    )


def _promotions(
    session: Session, state: ReportState, period: Period
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Festival and promotion of each day; of overlapping ones the later row."""
    names, ids = [""] * period.n_days, [0] * period.n_days
    statement = (
        select(Promotion.id, Promotion.festival, Promotion.starts_on, Promotion.ends_on)
        .where(
            Promotion.workspace_id == state.workspace_id,
            Promotion.starts_on <= period.end,
            Promotion.ends_on >= period.start,
        )
        .order_by(Promotion.id)
    )
    for promotion, festival, starts_on, ends_on in session.execute(statement):
        first = max(0, (starts_on - period.start).days)
        for number in range(first, min(period.n_days, (ends_on - period.start).days + 1)):
            names[number], ids[number] = festival or "promotion", promotion
    return tuple(names), tuple(ids)


@dataclass(frozen=True, slots=True)
class Post:
    """A deal as lift sees it. weight: what was paid for it, in the base currency's minor units."""

    deal_id: int
    influencer_id: int
    campaign_id: int
    posted_on: date
    ref: str
    title: str
    weight: float


def read_posts(
    session: Session, state: ReportState, period: Period, influencer_id: int = 0
) -> list[Post]:
    """Posts of the workspace, or of one influencer, in a period, oldest first. One statement."""
    statement = (
        select(
            Deal.id,
            Deal.influencer_id,
            Deal.campaign_id,
            Deal.posted_on,
            Deal.ref,
            Deal.title,
            Deal.fee_minor + Deal.goods_given_minor + Deal.platform_fee_minor,
            Deal.currency,
            Deal.fx_e8,
        )
        .where(
            Deal.workspace_id == state.workspace_id,
            Deal.posted_on.between(period.start, period.end),
        )
        .order_by(Deal.posted_on, Deal.id)
    )
    if influencer_id:
        statement = statement.where(Deal.influencer_id == influencer_id)
    return [
        Post(deal, owner, campaign, day, ref, title, _base(cost, currency, rate, state))
        for deal, owner, campaign, day, ref, title, cost, currency, rate in session.execute(
            statement
        )
    ]


def _base(minor: int, currency: str, rate: int, state: ReportState) -> float:
    try:
        return float(convert(minor, currency, state.base_currency, rate))
    except MoneyError:  # a cost without a rate is no weight, like any unknown
        return 0.0


class Posting:
    """Posts of anybody, oldest first, as columns: an event asks what ran beside its own."""

    def __init__(self, posts: Sequence[Post], days: Days, n_days: int) -> None:
        """n_days: how long a post runs, its own day included."""
        self._days = days
        self._n_days = n_days
        n = len(posts)
        numbers = (days.number(post.posted_on) for post in posts)
        self._numbers = np.fromiter(numbers, np.int64, n)
        self._weights = np.fromiter((post.weight for post in posts), np.float64, n)
        self._people = np.fromiter((post.influencer_id for post in posts), np.int64, n)
        self._campaigns = np.fromiter((post.campaign_id for post in posts), np.int64, n)

    def of_influencer(self, influencer_id: int) -> Bools:
        """Which of the posts are of an influencer."""
        return np.equal(self._people, influencer_id)

    def of_campaign(self, campaign_id: int) -> Bools:
        """Which of the posts are of a campaign."""
        return np.equal(self._campaigns, campaign_id)

    def days_of(self, chosen: Bools) -> frozenset[int]:
        """Numbers of the days on which some of the posts run; they may lie outside."""
        return frozenset(self._spread(self._numbers[chosen]).ravel().tolist())

    def count_on(self, numbers: Sequence[int], chosen: Bools) -> int:
        """How many of some posts run on any of these days."""
        starts = self._spread(np.asarray(numbers, np.int64), -1)
        return int(np.count_nonzero(np.isin(self._numbers[chosen], starts)))

    def running(self, chosen: Bools) -> Floats:
        """How much posting there was on each day, from the cost of some of the posts; in units of
        a mean post, so that figures stay small.

        Posts that cost nothing (commission only) count like the cheapest that did.
        """
        weights = self._weights[chosen]
        paid = weights[weights > 0]
        # weights are whole numbers, so their sum is the same in any order
        least, mean = (paid.min(), paid.sum() / len(paid)) if len(paid) else (1.0, 1.0)
        each = np.repeat(np.where(weights == 0, least, weights) / mean, self._n_days)
        on = self._spread(self._numbers[chosen]).ravel()
        n_days = len(self._days.net)
        is_inside = (on >= 0) & (on < n_days)
        # adds up in the order of the posts
        return np.bincount(on[is_inside], each[is_inside], n_days).astype(np.float64)

    def _spread(self, numbers: Ints, step: int = 1) -> Ints:
        """A row for each number: it, and as many days after it (before it) as a post runs."""
        return numbers[:, None] + step * np.arange(self._n_days)
