"""What deals with an influencer brought beside what they cost.

A deal's return is what the influencer was credited with from the day of its post to the day before
the next one's, at most DEAL_DAYS: days belong to one deal, so that deals add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.channels import Kind
from tracker.domain.money import convert
from tracker.domain.periods import Period
from tracker.models import Deal, SocialPost
from tracker.reports.facts import NOW, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.points import Count, Latest
from tracker.reports.state import ReportState

DEAL_DAYS = 30
"""Days from a post on that a deal is held to have earned."""

ENGAGEMENTS = ("likes", "comments", "shares", "saves")


@dataclass(frozen=True, slots=True)
class DealReturn:
    """What the deals of one day cost and brought. period: whose credits count. cost_minor: their
    fees, goods and platform fees, commission and boosts of those days, in the base currency.
    engagements: of their posts that show any; None: none does."""

    deals: tuple[Deal, ...]
    period: Period
    figures: Figures
    cost_minor: int
    fee_minor: int
    engagements: int | None
    n_posts: int
    by_day: tuple[Figures, ...] = ()
    """`figures` by day of `period`."""

    @property
    def roi(self) -> float | None:
        """(Net revenue - goods cost - cost) / cost; before goods cost where one is unknown."""
        if self.figures.is_roi_before_goods_cost:
            return metrics.roi_before_goods_cost(self.figures.net_revenue_minor, self.cost_minor)
        return metrics.roi(
            self.figures.net_revenue_minor, self.figures.goods_cost_minor, self.cost_minor
        )

    @property
    def is_roi_before_goods_cost(self) -> bool:
        """See `Figures`."""
        return self.figures.is_roi_before_goods_cost

    @property
    def cpe_minor(self) -> int | None:
        """Fixed fee / engagements; None: no fee, or no count."""
        return metrics.cpe_minor(self.fee_minor or None, self.engagements)


def engagements_of(counts: Mapping[str, Count]) -> int | None:
    """Likes + comments + shares + saves, as far as they are shown; None: none of them is."""
    known = [counts[name].value for name in ENGAGEMENTS if name in counts]
    return sum(known) if known else None


def deal_periods(days: Iterable[date], today: date) -> dict[date, Period]:
    """Day of a post -> the days whose credits are its deal's: to the day before the next post, at
    most DEAL_DAYS, and not beyond today. Deals of one day share it and are told as one."""
    ordered = sorted({day for day in days if day <= today})
    found = {}
    for n, day in enumerate(ordered):
        last = min(day + timedelta(days=DEAL_DAYS - 1), today)
        if n + 1 < len(ordered):
            last = min(last, ordered[n + 1] - timedelta(days=1))
        found[day] = Period(day, last)
    return found


def deal_returns(
    session: Session,
    state: ReportState,
    posts: Sequence[SocialPost],
    of_posts: Latest,
    *,
    every: bool = False,
) -> list[DealReturn]:
    """Deals whose posts lie in the period or among the posts shown, newest first.

    every: all deals whose day has come, whatever the period.
    """
    deals = list(
        session.scalars(
            select(Deal)
            .where(
                Deal.workspace_id == state.workspace_id, Deal.influencer_id == state.influencer_id
            )
            .order_by(Deal.posted_on.desc(), Deal.id)
        )
    )
    periods = deal_periods((deal.posted_on for deal in deals), state.today)
    named = {post.deal_id for post in posts}
    by_date: dict[date, list[Deal]] = defaultdict(list)
    for deal in deals:
        if deal.posted_on in periods:
            by_date[deal.posted_on].append(deal)
    shown = [
        day
        for day, some in by_date.items()
        if every or state.start <= day <= state.end or any(deal.id in named for deal in some)
    ]
    if not shown:
        return []
    span = state.changed(
        start=min(shown), end=max(periods[day].end for day in shown),
        preset="custom", kind=str(Kind.KOL), channel="", search="",
    )  # fmt: skip
    by_day: dict[date, list[Figures]] = defaultdict(list)
    for (slot, day), row in read_figures(session, span, ("day",)).items():
        if slot == NOW:
            by_day[day].append(row)
    engaged: dict[int, list[int | None]] = defaultdict(list)
    for post in posts:
        engaged[post.deal_id].append(engagements_of(of_posts.get(post.id, {})))
    return [
        _return(
            tuple(by_date[day]),
            periods[day],
            tuple(total(by_day.get(one, ())) for one in periods[day].days()),
            [n for deal in by_date[day] for n in engaged[deal.id]],
            state.base_currency,
        )
        for day in shown
    ]


def _return(
    deals: tuple[Deal, ...],
    period: Period,
    by_day: tuple[Figures, ...],
    engaged: Sequence[int | None],
    currency: str,
) -> DealReturn:
    figures = total(by_day)

    def base(deal: Deal, minor: int) -> int:
        return convert(minor, deal.currency, currency, deal.fx_e8)

    fee = sum(base(deal, deal.fee_minor) for deal in deals)
    given = sum(base(deal, deal.goods_given_minor + deal.platform_fee_minor) for deal in deals)
    known = [n for n in engaged if n is not None]
    return DealReturn(
        deals=deals,
        period=period,
        figures=figures,
        cost_minor=fee + given + figures.commission_minor + figures.spend_minor,
        fee_minor=fee,
        engagements=sum(known) if known else None,
        n_posts=len(engaged),
        by_day=by_day,
    )
