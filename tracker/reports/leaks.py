"""Codes that look leaked: orders with them, but without any click, are suddenly many.

A deal site that publishes an influencer's code brings buyers who never saw the influencer: they
use the code without any visit by the influencer's link. How many of an influencer's own followers
type the code without clicking differs from one to the next, so only a jump counts, and it is looked
for in two ways:

- the share of its orders without click jumps against the code's own past;
- a code without much of a past: that share lies far above the other codes' of the same days, and
  the code's part of all orders without click jumps on a day that no post explains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models import Coupon, CouponDay, CouponOwnership, Deal, Shop
from tracker.reports.state import ReportState

LOOK_BACK_DAYS = 60
"""Days that are looked at, up to today."""

MIN_ORDERS = 12
"""Orders needed before and since the day; with fewer, nothing can be said."""

MIN_JUMP = 0.2
"""Least rise of the share without click."""

MIN_Z = 4.0
"""Least score of the two-proportion test. High, because every day is tried as the turn."""

MIN_SPREAD_Z = 2.5
"""The same for a code's part of all orders without click, which only confirms another test."""

POST_DAYS = 7
"""A rise within so many days of the influencer's own post is the post's."""

_Code = tuple[int, int, str]
"""Influencer, coupon, the code as it was handed out."""

_Days = dict[date, tuple[int, int]]
"""Day -> orders with a code, and those of them without click."""


_Turn = tuple[tuple[int, int], tuple[int, int]]
"""Orders and those without click, before a day and from it on."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A code that looks leaked. share: of its orders since then without a click; usual: that share
    before, or with other codes; orders: with the code since then."""

    influencer_id: int
    coupon_id: int
    code: str
    since: date
    share: float
    usual: float
    orders: int

    @property
    def figures(self) -> dict[str, str | int | float]:
        """For sentences: code, since (ISO), share, before (what is usual), orders."""
        return {
            "code": self.code,
            "since": self.since.isoformat(),
            "share": self.share,
            "before": self.usual,
            "orders": self.orders,
        }


def find_leaks(session: Session, state: ReportState) -> tuple[Leak, ...]:
    """Owned codes whose orders look leaked, most orders first; those marked as leaked are settled
    and left out. One statement over the codes by day of the last 60 days, and one for the posts
    where it matters."""
    codes = _read_codes(session, state)
    everything: _Days = {}
    for days in codes.values():
        for day, (orders, clickless) in days.items():
            n, k = everything.get(day, (0, 0))
            everything[day] = n + orders, k + clickless
    turns = _turns(everything)
    found = [leak for code, days in codes.items() if (leak := _own_jump(code, days))]
    known = {leak.coupon_id for leak in found}
    spread = [
        leak
        for code, days in codes.items()
        if code[1] not in known and (leak := _spread(code, days, turns))
    ]
    found += _unexplained(session, spread)
    return tuple(sorted(found, key=lambda leak: (-leak.orders, leak.code)))


def _read_codes(session: Session, state: ReportState) -> dict[_Code, _Days]:
    codes: dict[_Code, _Days] = defaultdict(dict)
    first = state.today - timedelta(days=LOOK_BACK_DAYS)
    owned = (
        select(CouponOwnership.id)
        .where(
            CouponOwnership.coupon_id == CouponDay.coupon_id,
            CouponOwnership.influencer_id == CouponDay.influencer_id,
        )
        .correlate(CouponDay)
    )
    statement = (
        select(
            CouponDay.influencer_id,
            Coupon.id,
            func.coalesce(func.nullif(Coupon.label, ""), Coupon.code),
            CouponDay.ordered_on,
            CouponDay.orders,
            CouponDay.clickless,
        )
        .join(Coupon, (Coupon.id == CouponDay.coupon_id) & (Coupon.shop_id == CouponDay.shop_id))
        .where(
            CouponDay.policy_id == state.policy_id,
            CouponDay.shop_id.in_(select(Shop.id).where(Shop.workspace_id == state.workspace_id)),
            CouponDay.ordered_on >= first,
            Coupon.leaked_at.is_(None),
            Coupon.is_shop_wide.is_(False),
            owned.exists(),
        )
    )
    for influencer, coupon, code, day, orders, clickless in session.execute(statement):
        codes[influencer, coupon, code][day] = orders, clickless
    return codes


def _own_jump(code: _Code, days: _Days) -> Leak | None:
    """The day since which the share without click is higher, where the test is surest."""
    best: Leak | None = None
    best_z = MIN_Z
    for day, ((n, k), (later_n, later_k)) in _turns(days).items():
        if min(n, later_n) >= MIN_ORDERS and later_k / later_n - k / n >= MIN_JUMP:
            z = z_score(k, n, later_k, later_n)
            if z > best_z:
                best_z = z
                best = Leak(*code, day, later_k / later_n, k / n, later_n)
    return best


def _spread(code: _Code, days: _Days, everything: dict[date, _Turn]) -> Leak | None:
    """The day since which a code is used without click far more than others and than it was."""
    best: Leak | None = None
    best_z = MIN_SPREAD_Z
    for day, ((_n, k), (later_n, later_k)) in _turns(days).items():
        (all_n, all_k), (all_later_n, all_later_k) = everything[day]
        others_n, others_k = all_later_n - later_n, all_later_k - later_k
        if min(later_n, others_n, all_n) < MIN_ORDERS or not all_k:
            continue
        share, usual = later_k / later_n, others_k / others_n
        z = z_score(k, all_k, later_k, all_later_k)
        is_other = z_score(others_k, others_n, later_k, later_n) >= MIN_Z
        if is_other and share - usual >= MIN_JUMP and z > best_z:
            best_z = z
            best = Leak(*code, day, share, usual, later_n)
    return best


def _turns(days: _Days) -> dict[date, _Turn]:
    """For each day: orders and those without click before it, and from it on."""
    all_n = sum(orders for orders, _clickless in days.values())
    all_k = sum(clickless for _orders, clickless in days.values())
    turns: dict[date, _Turn] = {}
    n = k = 0
    for day in sorted(days):
        turns[day] = (n, k), (all_n - n, all_k - k)
        n, k = n + days[day][0], k + days[day][1]
    return turns


def _unexplained(session: Session, leaks: Sequence[Leak]) -> list[Leak]:
    """Without those that began with a post of the influencer: that is what posts are for."""
    if not leaks:
        return []
    statement = select(Deal.influencer_id, Deal.posted_on).where(
        Deal.influencer_id.in_({leak.influencer_id for leak in leaks})
    )
    posts: dict[int, list[date]] = defaultdict(list)
    for influencer, day in session.execute(statement):
        posts[influencer].append(day)
    return [
        leak
        for leak in leaks
        if not any(0 <= (leak.since - day).days <= POST_DAYS for day in posts[leak.influencer_id])
    ]


def z_score(hits: int, n: int, later_hits: int, later_n: int) -> float:
    """How many standard errors the later proportion lies above the earlier one (pooled
    two-proportion z-test); 0 where both are all or nothing."""
    pooled = (hits + later_hits) / (n + later_n)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / later_n))
    return (later_hits / later_n - hits / n) / spread if spread else 0.0
