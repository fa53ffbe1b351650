"""Codes that look leaked: since some day, far more of their orders have no click than before.

A deal site that publishes an influencer's code brings buyers who never saw the influencer: they
use the code without any visit by the influencer's link. How many of an influencer's own followers
type the code without clicking differs from one to the next, so only a jump counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from tracker.models import Coupon, CouponOwnership, Credit, OrderCoupon, Shop
from tracker.models.credit import EVIDENCE
from tracker.reports.state import ReportState

LOOK_BACK_DAYS = 60
"""Days that are looked at, up to today."""

MIN_ORDERS = 12
"""Orders needed before and since the day; with fewer, nothing can be said."""

MIN_JUMP = 0.2
"""Least rise of the share without click."""

MIN_Z = 4.0
"""Least score of the two-proportion test. High, because every day is tried as the turn."""

CLICKED = (
    EVIDENCE["link"] | EVIDENCE["paid_click"] | EVIDENCE["tag"] | EVIDENCE["referrer"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leak:
    """A code that looks leaked. Shares are of its orders without any click, before and since."""

    influencer_id: int
    coupon_id: int
    code: str
    since: date
    share: float
    share_before: float
    orders: int
    """Orders with the code since that day."""

    @property
    def figures(self) -> dict[str, str | int | float]:
        """For sentences: code, since (ISO), share, before, orders."""
        return {
            "code": self.code,
            "since": self.since.isoformat(),
            "share": self.share,
            "before": self.share_before,
            "orders": self.orders,
        }


def find_leaks(session: Session, state: ReportState) -> tuple[Leak, ...]:
    """Owned codes whose orders look leaked, most orders first; those marked as leaked are settled
    and left out. One statement, over the orders with owned codes of the last 60 days."""
    days: dict[tuple[int, int, str], list[tuple[date, int, int]]] = defaultdict(list)
    first = state.today - timedelta(days=LOOK_BACK_DAYS)
    without_click = case((Credit.evidence.bitwise_and(CLICKED) == 0, 1), else_=0)
    statement = (
        select(
            CouponOwnership.influencer_id,
            Coupon.id,
            func.coalesce(func.nullif(Coupon.label, ""), Coupon.code),
            Credit.booked_on,
            func.count(),
            func.sum(without_click),
        )
        .select_from(CouponOwnership)
        .join(Coupon, Coupon.id == CouponOwnership.coupon_id)
        .join(Shop, Shop.id == Coupon.shop_id)
        .join(
            Credit,
            (Credit.influencer_id == CouponOwnership.influencer_id)
            & (Credit.shop_id == Coupon.shop_id),
        )
        .join(
            OrderCoupon,
            (OrderCoupon.order_id == Credit.order_id) & (OrderCoupon.code == Coupon.code),
        )
        .where(
            Shop.workspace_id == state.workspace_id,
            Coupon.leaked_at.is_(None),
            Coupon.is_shop_wide.is_(False),
            Credit.policy_id == state.policy_id,
            Credit.booked_on >= first,
            Credit.entry == 0,
            Credit.evidence.bitwise_and(EVIDENCE["coupon"]) != 0,
        )
        .group_by(
            CouponOwnership.influencer_id, Coupon.id, Coupon.label, Coupon.code, Credit.booked_on
        )
    )
    for influencer, coupon, code, day, orders, clickless in session.execute(statement):
        days[influencer, coupon, code].append((day, int(orders), int(clickless)))
    found = [leak for key, counts in days.items() if (leak := _leak(*key, sorted(counts)))]
    return tuple(sorted(found, key=lambda leak: (-leak.orders, leak.code)))


def _leak(
    influencer_id: int, coupon_id: int, code: str, counts: Sequence[tuple[date, int, int]]
) -> Leak | None:
    """The day since which a code looks leaked, where the test is surest; None: it does not."""
    all_orders = sum(orders for _day, orders, _clickless in counts)
    all_clickless = sum(clickless for _day, _orders, clickless in counts)
    best: Leak | None = None
    best_z = MIN_Z
    orders, clickless = 0, 0
    for day, day_orders, day_clickless in counts:
        since, since_clickless = all_orders - orders, all_clickless - clickless
        if min(orders, since) >= MIN_ORDERS:
            before, now = clickless / orders, since_clickless / since
            z = z_score(clickless, orders, since_clickless, since)
            if now - before >= MIN_JUMP and z > best_z:
                best_z = z
                best = Leak(influencer_id, coupon_id, code, day, now, before, since)
        orders, clickless = orders + day_orders, clickless + day_clickless
    return best


def z_score(hits: int, n: int, later_hits: int, later_n: int) -> float:
    """How many standard errors the later proportion lies above the earlier one (pooled
    two-proportion z-test); 0 where both are all or nothing."""
    pooled = (hits + later_hits) / (n + later_n)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / later_n))
    return (later_hits / later_n - hits / n) / spread if spread else 0.0
