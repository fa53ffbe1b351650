"""Costs of influencers and channels, to the minor unit (SEMANTICS 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.money import round_half_even

PPM = 1_000_000
"""A commission rate of 100 %: rates are millionths."""


def spread(amount_minor: int, first_day: date, days: int) -> list[tuple[date, int]]:
    """An amount booked over `days` days from `first_day`, as (day, minor units), oldest first.

    Each day gets the floor of its share and the first days one minor unit more, so that the days
    add up exactly; a negative amount is the mirror of the positive one.

    Raises ValueError: fewer than one day.
    """
    if days < 1:
        raise ValueError(f"an amount is spread over at least 1 day, got {days}")
    each, more = divmod(abs(amount_minor), days)
    sign = -1 if amount_minor < 0 else 1
    return [
        (first_day + timedelta(days=n), sign * (each + (1 if n < more else 0))) for n in range(days)
    ]


def booked_on(amount_minor: int, first_day: date, days: int, day: date) -> int:
    """What `spread` books on one day; 0 outside the range."""
    n = (day - first_day).days
    if not 0 <= n < days:
        return 0
    each, more = divmod(abs(amount_minor), days)
    share = each + (1 if n < more else 0)
    return -share if amount_minor < 0 else share


def commission(net_minor: int, rate_ppm: int) -> int:
    """Commission on a net amount at a rate in millionths, halves to the even unit.

    Of a refunded order take the difference of the commissions on the cumulative nets, as for
    credits: then a full refund takes back the whole commission.
    """
    return round_half_even(net_minor * rate_ppm, PPM)


def commission_steps(nets_minor: Sequence[int], rate_ppm: int) -> list[int]:
    """Commission that each ledger entry books, from an order's credited net after each entry."""
    totals = [commission(net, rate_ppm) for net in nets_minor]
    return [total - before for total, before in zip(totals, [0, *totals], strict=False)]


@dataclass(frozen=True, slots=True)
class DealTerms:
    """What of a deal decides commissions. `ends_on` is its last day, None: open."""

    deal_id: int
    influencer_id: int
    campaign_id: int
    commission_ppm: int
    starts_on: date
    ends_on: date | None

    def covers(self, ordered_on: date) -> bool:
        """Whether an order of this day earns commission under the deal."""
        return self.starts_on <= ordered_on and (self.ends_on is None or ordered_on <= self.ends_on)


def deal_for(deals: Iterable[DealTerms], influencer_id: int, ordered_on: date) -> DealTerms | None:
    """The deal whose rate holds for an influencer's order: the newest that covers the day.

    Deals without a commission rate do not count. None: no commission was agreed.
    """
    fitting = [
        deal
        for deal in deals
        if deal.influencer_id == influencer_id
        and deal.commission_ppm > 0
        and deal.covers(ordered_on)
    ]
    return max(fitting, key=lambda deal: (deal.starts_on, deal.deal_id), default=None)
