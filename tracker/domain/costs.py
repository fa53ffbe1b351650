"""Costs of influencers and channels, to the minor unit (SEMANTICS 4.1)."""

from __future__ import annotations

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

    How orders, refunds, tiers and caps come together: `tracker.domain.commissions`.
    """
    return round_half_even(net_minor * rate_ppm, PPM)
