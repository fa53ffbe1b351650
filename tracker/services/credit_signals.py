"""Reading the signals that belong to one order: delivered marks, coupons, affiliate rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from tracker.db import read_int_columns
from tracker.domain.channels import Channel, Kind
from tracker.domain.coupons import NEVER, owners_at
from tracker.domain.paths import Reason, Signal, Touches, TouchKind, touches_of
from tracker.models import (
    AffiliateRow,
    Coupon,
    CouponOwnership,
    Hit,
    Order,
    OrderCoupon,
    OrderMark,
)
from tracker.services.bulk import among
from tracker.services.credit_marks import MarkTable, signals_of
from tracker.services.credit_orders import IS_CONVERSION, OrderRows

Ints = NDArray[np.int64]


def read_own(
    session: Session, orders: OrderRows, chosen: ColumnElement[bool], marks: MarkTable
) -> Touches:
    """The signals that belong to one order: delivered marks, coupons, affiliate rows.

    `owner_key` is the place of the order in `orders`.
    """
    delivered = _delivered(session, orders, chosen, marks)
    coupons = _coupons(session, orders, chosen)
    return delivered.joined(coupons).joined(_affiliates(session, orders, chosen))


def _delivered(
    session: Session, orders: OrderRows, chosen: ColumnElement[bool], marks: MarkTable
) -> Touches:
    click = aliased(Hit)
    rows = read_int_columns(
        session,
        select(
            Order.id,
            OrderMark.mark_id,
            OrderMark.at,
            func.coalesce(click.id, 0).label("click"),
        )
        .join(OrderMark, OrderMark.order_id == Order.id)
        .outerjoin(
            click,
            and_(
                Order.landing_click_event_id != "",
                click.shop_id == Order.shop_id,
                click.event_id == Order.landing_click_event_id,
            ),
        )
        .where(chosen, IS_CONVERSION),
    )
    order = np.searchsorted(orders.id, rows["id"])
    placed = orders.placed_at[order]
    # The landing address has no time of its own; only it can carry the click.
    contact = np.where(rows["at"] == placed, rows["click"], 0)
    return signals_of(
        TouchKind.order_mark,
        {
            "visitor_id": order,
            "at": np.minimum(rows["at"], placed),
            "mark_id": rows["mark_id"],
            "raw_id": rows["mark_id"],
            "contact": contact,
        },
        marks,
    )


def _coupons(session: Session, orders: OrderRows, chosen: ColumnElement[bool]) -> Touches:
    rows = read_int_columns(
        session,
        select(
            Order.id,
            Coupon.id.label("coupon_id"),
            case((Coupon.is_shop_wide.is_(True), 1), else_=0).label("shop_wide"),
            func.coalesce(type_coerce(Coupon.leaked_at, BigInteger), NEVER).label("leaked_at"),
        )
        .join(OrderCoupon, OrderCoupon.order_id == Order.id)
        .join(Coupon, and_(Coupon.shop_id == Order.shop_id, Coupon.code == OrderCoupon.code))
        .where(chosen, IS_CONVERSION),
    )
    order = np.searchsorted(orders.id, rows["id"])
    placed = orders.placed_at[order]
    owned = _ownerships(session, np.unique(rows["coupon_id"]).tolist())
    held = owners_at(
        rows["coupon_id"], placed, owned["coupon_id"], owned["valid_from"], owned["valid_until"]
    )
    is_held = held >= 0

    def of_owner(name: str) -> Ints:
        if owned[name].size == 0:
            return np.zeros(held.size, np.int64)
        return np.where(is_held, owned[name][np.maximum(held, 0)], 0)

    barred = np.where(is_held, 0, int(Reason.code_without_owner))
    barred = np.where(placed >= rows["leaked_at"], int(Reason.leaked_code), barred)
    barred = np.where(rows["shop_wide"] > 0, int(Reason.shop_wide_code), barred)
    return touches_of(
        order.size,
        owner_key=order,
        at=placed,
        signal=Signal.coupon.code,
        channel=Channel.KOL.code,
        traffic_kind=Kind.KOL.code,
        campaign=of_owner("campaign_id"),
        influencer=of_owner("influencer_id"),
        touch_kind=int(TouchKind.coupon),
        raw_id=rows["coupon_id"],
        claim_at=np.where(is_held, of_owner("valid_from"), placed),
        barred=barred,
    )


def _ownerships(session: Session, coupon_ids: list[int]) -> dict[str, Ints]:
    return read_int_columns(
        session,
        select(
            CouponOwnership.coupon_id,
            CouponOwnership.influencer_id,
            CouponOwnership.campaign_id,
            CouponOwnership.valid_from,
            func.coalesce(type_coerce(CouponOwnership.valid_until, BigInteger), NEVER).label(
                "valid_until"
            ),
        )
        .where(among(session, CouponOwnership.coupon_id, coupon_ids))
        .order_by(CouponOwnership.id),
    )


def _affiliates(session: Session, orders: OrderRows, chosen: ColumnElement[bool]) -> Touches:
    rows = read_int_columns(
        session,
        select(
            Order.id,
            AffiliateRow.id.label("row_id"),
            AffiliateRow.influencer_id,
            func.coalesce(AffiliateRow.clicked_at, Order.placed_at).label("at"),
        )
        .join(
            AffiliateRow,
            and_(AffiliateRow.shop_id == Order.shop_id, AffiliateRow.order_ref == Order.ref),
        )
        .where(chosen, IS_CONVERSION, AffiliateRow.status != "void"),
    )
    order = np.searchsorted(orders.id, rows["id"])
    return touches_of(
        order.size,
        owner_key=order,
        # A click after the order is a clock that goes wrong, not a click after the order.
        at=np.minimum(rows["at"], orders.placed_at[order]),
        signal=Signal.affiliate.code,
        channel=Channel.KOL.code,
        traffic_kind=Kind.KOL.code,
        influencer=rows["influencer_id"],
        touch_kind=int(TouchKind.affiliate),
        raw_id=rows["row_id"],
    )
