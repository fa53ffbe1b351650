"""Reading the signals of orders: buyers' visits, clicks and touches; coupons, affiliates, marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.db import Query, read_int_columns
from tracker.domain.attribution.expansion import FOREVER
from tracker.domain.channels import Channel, Kind
from tracker.domain.coupons import NEVER, owners_at
from tracker.domain.paths import Reason, Signal, Touches, TouchKind, touches_of
from tracker.domain.periods import DAY_US
from tracker.domain.policy import Policy
from tracker.models import (
    AffiliateRow,
    Campaign,
    Coupon,
    CouponOwnership,
    Hit,
    Mark,
    Order,
    OrderCoupon,
    OrderMark,
    Touch,
    Visit,
)
from tracker.services.bulk import among
from tracker.services.credit_orders import IS_CONVERSION, OrderRows

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MarkTable:
    """How a workspace's marks are read, sorted by id; one array a column."""

    id: Ints
    channel: Ints
    traffic_kind: Ints
    campaign: Ints
    influencer: Ints
    signal: Ints
    lookback: Ints
    """The campaign's own window in microseconds, 0: the policy's."""

    def rows(self, mark_ids: Ints) -> Ints:
        """Place of each mark in the table. Raises LookupError for one that is not in it."""
        place = np.minimum(np.searchsorted(self.id, mark_ids), max(self.id.size - 1, 0))
        if mark_ids.size and (self.id.size == 0 or (self.id[place] != mark_ids).any()):
            raise LookupError("a touch has a mark that its workspace does not have")
        return place


def read_marks(session: Session, workspace_id: int) -> MarkTable:
    """All marks of a workspace: thousands, however many visits carry them."""
    signal = case(
        {str(signal): signal.code for signal in Signal},
        value=Mark.precedence_class,
        else_=Signal.tag.code,
    )
    lookback = func.coalesce(Campaign.lookback_days, 0) * literal(DAY_US)
    found = read_int_columns(
        session,
        select(
            Mark.id,
            Mark.channel_code,
            Mark.kind_code,
            Mark.campaign_id,
            Mark.influencer_id,
            signal.label("signal"),
            lookback.label("lookback"),
        )
        .outerjoin(Campaign, Campaign.id == Mark.campaign_id)
        .where(Mark.workspace_id == workspace_id)
        .order_by(Mark.id),
    )
    return MarkTable(*(found[name] for name in found))


def read_shared(
    session: Session,
    links: tuple[Ints, Ints, Ints],
    orders: OrderRows,
    marks: MarkTable,
    policy: Policy,
    *,
    all_times: bool = False,
) -> Touches:
    """The buyers' visits, clicks and stated touches that any of the orders could count.

    links: (path key, visitor, known from). Only these visitors' rows are read, by their index, and
    only from the oldest window's start to the newest order (`all_times`: all of them).
    """
    path_key, visitor, known_from = links
    if visitor.size == 0:
        return touches_of(0)
    longest = max(policy.lookback_us, int(marks.lookback.max(initial=0)))
    first = int(orders.placed_at.min()) - longest
    last = int(orders.placed_at.max())
    if all_times:
        first, last = -FOREVER, FOREVER
    who = np.unique(visitor).tolist()
    found = _read(session, lambda table: among(session, table.visitor_id, who), first, last, marks)
    return _by_buyer(found, path_key, visitor, known_from)


def read_of_shop(
    session: Session, shop_id: int, first: int, last: int, marks: MarkTable
) -> Touches:
    """The visits, clicks and stated touches of everybody in a shop, first <= at <= last.

    `owner_key` is the visitor. One statement a kind, whatever their number.
    """
    return _read(session, lambda table: table.shop_id == shop_id, first, last, marks)


def _read(
    session: Session,
    whose: Callable[[type[Visit] | type[Touch] | type[Hit]], ColumnElement[bool]],
    first: int,
    last: int,
    marks: MarkTable,
) -> Touches:
    parts = [
        _of_kind(kind, read_int_columns(session, query), marks)
        for kind, query in (
            (TouchKind.visit, _visits(whose(Visit), first, last)),
            (TouchKind.touch, _touches(whose(Touch), first, last)),
            (TouchKind.click, _clicks(whose(Hit), first, last)),
        )
    ]
    return parts[0].joined(parts[1]).joined(parts[2])


def _visits(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    # A visit is known by its first hit; one that a click of ours opened is one contact with it.
    opener, click = aliased(Hit), aliased(Hit)
    opener_id = func.coalesce(opener.id, 0)
    return (
        select(
            Visit.visitor_id,
            Visit.started_at.label("at"),
            Visit.mark_id,
            opener_id.label("raw_id"),
            func.coalesce(click.id, opener_id).label("contact"),
        )
        .outerjoin(
            opener,
            and_(opener.shop_id == Visit.shop_id, opener.event_id == Visit.first_event_id),
        )
        .outerjoin(
            click,
            and_(
                Visit.click_event_id != "",
                click.shop_id == Visit.shop_id,
                click.event_id == Visit.click_event_id,
            ),
        )
        .where(
            theirs,
            _between(Visit.started_at, first, last),
            Visit.is_bot.is_(False),
        )
    )


def _touches(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    return select(
        Touch.visitor_id,
        Touch.at,
        Touch.mark_id,
        Touch.id.label("raw_id"),
        literal(0).label("contact"),
    ).where(theirs, _between(Touch.at, first, last))


def _clicks(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    return select(
        Hit.visitor_id, Hit.at, Hit.mark_id, Hit.id.label("raw_id"), Hit.id.label("contact")
    ).where(
        theirs,
        _between(Hit.at, first, last),
        Hit.kind == "click",
        Hit.bot == "",
    )


def _between(column: InstrumentedAttribute[datetime], first: int, last: int) -> ColumnElement[bool]:
    """First <= column <= last, in stored microseconds."""
    plain = type_coerce(column, BigInteger)
    return and_(plain >= first, plain <= last)


def _of_kind(kind: TouchKind, rows: dict[str, Ints], marks: MarkTable) -> Touches:
    """Rows with a mark as signals under their visitor; internal ones are no touchpoints."""
    place = marks.rows(rows["mark_id"])
    counts = marks.traffic_kind[place] > 0
    place = place[counts]
    rows = {name: values[counts] for name, values in rows.items()}
    return touches_of(
        place.size,
        owner_key=rows["visitor_id"],
        at=rows["at"],
        signal=marks.signal[place],
        channel=marks.channel[place],
        campaign=marks.campaign[place],
        influencer=marks.influencer[place],
        traffic_kind=marks.traffic_kind[place],
        touch_kind=int(kind),
        raw_id=rows["raw_id"],
        mark=rows["mark_id"],
        contact=rows["contact"],
        lookback=marks.lookback[place],
        is_direct=marks.channel[place] == Channel.DIRECT.code,
    )


def _by_buyer(found: Touches, path_key: Ints, visitor: Ints, known_from: Ints) -> Touches:
    """Signals of visitors as signals of buyers; a visitor of two buyers counts for both."""
    by = np.lexsort((path_key, visitor))
    path_key, visitor, known_from = path_key[by], visitor[by], known_from[by]
    start = np.searchsorted(visitor, found.owner_key, side="left")
    stop = np.searchsorted(visitor, found.owner_key, side="right")
    counts = stop - start
    which = np.repeat(np.arange(len(found)), counts)
    begin = np.cumsum(counts) - counts
    link = np.repeat(start - begin, counts) + np.arange(which.size)
    return replace(found.take(which), owner_key=path_key[link], known_from=known_from[link])


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
    return _of_kind(
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
