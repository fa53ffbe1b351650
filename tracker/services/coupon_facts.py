"""Codes by day: what leaks are looked for in, summed from the ledger when it is swapped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from tracker.models import Coupon, CouponDay, Credit, OrderCoupon
from tracker.models.credit import CLICKED, EVIDENCE
from tracker.services.bulk import table_of

Partition = tuple[int, date]
"""Shop and order day."""


def of_partitions(
    table: Table, policy_id: int, partitions: Sequence[Partition]
) -> ColumnElement[bool]:
    """The rows of a policy in these partitions; the table has policy_id, shop_id, ordered_on."""
    by_shop: dict[int, list[date]] = {}
    for shop_id, day in partitions:
        by_shop.setdefault(shop_id, []).append(day)
    return and_(
        table.c.policy_id == policy_id,
        or_(
            *(
                and_(table.c.shop_id == shop, table.c.ordered_on.in_(some))
                for shop, some in by_shop.items()
            )
        ),
    )


def replace_coupon_days(session: Session, policy_id: int, partitions: Sequence[Partition]) -> None:
    """Sum the ledger of partitions, which is in place, by code and influencer anew.

    Counted are touchpoints of a sale on which an influencer's own code was used: one an order.
    """
    target, credit = table_of(CouponDay), table_of(Credit)
    session.execute(delete(target).where(of_partitions(target, policy_id, partitions)))
    clickless = case((credit.c.evidence.bitwise_and(CLICKED) == 0, 1), else_=0)
    keys = (
        credit.c.policy_id,
        credit.c.shop_id,
        credit.c.ordered_on,
        Coupon.id,
        credit.c.influencer_id,
    )
    rows = (
        select(*keys, func.count(), func.sum(clickless))
        .select_from(credit)
        .join(OrderCoupon, OrderCoupon.order_id == credit.c.order_id)
        .join(Coupon, and_(Coupon.shop_id == credit.c.shop_id, Coupon.code == OrderCoupon.code))
        .where(
            of_partitions(credit, policy_id, partitions),
            credit.c.entry == 0,
            credit.c.evidence.bitwise_and(EVIDENCE["coupon"]) != 0,
            # not the plain column: SQLite, which has no statistics of a new ledger, would take the
            # influencers' index and read the ledger of all days for one
            credit.c.influencer_id + 0 > 0,
        )
        .group_by(*keys)
    )
    session.execute(insert(target).from_select([column.name for column in target.columns], rows))
