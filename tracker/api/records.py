"""Orders of the API as records, and what came of them as the API says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from tracker.api.schema import LineIn, MarkIn, OrderIn, OrderOut, OrdersOut, RefundIn, RefundOut
from tracker.api.schema import Outcome as Word
from tracker.domain.marks import RawMark, read_mark
from tracker.domain.money import MoneyError, is_currency, parse_minor
from tracker.domain.records import (
    Buyer,
    DeliveredMark,
    LineRecord,
    OrderRecord,
    Outcome,
    Reason,
    RefundRecord,
    Refused,
)
from tracker.models import Shop
from tracker.services.orders import load_orders
from tracker.services.refunds import load_refunds

_FIRST_YEAR, _LAST_YEAR = 2000, 2100

Result = Outcome | Refused


class _UnusableError(Exception):
    """An order that fits the schema and still cannot be one."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.refused = Refused(reason, detail[:100])


@dataclass(frozen=True, slots=True)
class _Read:
    """An order as read, or why it cannot be."""

    order: OrderRecord | None
    refunds: tuple[RefundRecord, ...] = ()
    refused: Refused | None = None


def store(
    session: Session, shop: Shop, orders: Sequence[OrderIn], *, secret: bytes, now: datetime
) -> OrdersOut:
    """Load the orders of a request with their refunds; what is wrong with one stops no other."""
    read = [_read(one) for one in orders]
    usable = [one for one in read if one.order is not None]
    result = load_orders(
        session, shop, [one.order for one in usable if one.order], secret=secret, read_at=now
    )
    outcomes: dict[int, Result] = {
        id(one): outcome for one, outcome in zip(usable, result.outcomes, strict=True)
    }
    booked = [one for one in usable if _is_known(outcomes[id(one)])]
    refunds = [(id(one), refund) for one in booked for refund in one.refunds]
    given = load_refunds(session, shop, [refund for _, refund in refunds])
    of_refunds: dict[int, list[Result]] = {}
    for (place, _), outcome in zip(refunds, given.outcomes, strict=True):
        of_refunds.setdefault(place, []).append(outcome)
    answers = [
        _order_out(
            told,
            one.refused or outcomes[id(one)],
            of_refunds.get(id(one)) or [Refused(Reason.ROW_WITHOUT_ORDER)] * len(told.refunds),
        )
        for told, one in zip(orders, read, strict=True)
    ]
    return _sum(answers)


def _is_known(outcome: Result) -> bool:
    """Whether the order is in the database after this: its refunds can be booked."""
    return not isinstance(outcome, Refused) or outcome.reason is Reason.NEWER_VERSION_KNOWN


def _order_out(told: OrderIn, outcome: Result, refunds: Sequence[Result]) -> OrderOut:
    word, reason, detail = _say(outcome)
    return OrderOut(
        ref=told.ref,
        outcome=word,
        reason=reason,
        detail=detail,
        refunds=[
            RefundOut(ref=one.ref, outcome=_say(result)[0], reason=_say(result)[1])
            for one, result in zip(told.refunds, refunds, strict=True)
        ],
    )


def _say(outcome: Result) -> tuple[Word, str | None, str | None]:
    if isinstance(outcome, Refused):
        return "rejected", outcome.reason.value, outcome.detail or None
    return outcome.value, None, None


def _sum(answers: list[OrderOut]) -> OrdersOut:
    words = [one.outcome for one in answers]
    return OrdersOut(
        loaded=words.count("loaded"),
        updated=words.count("updated"),
        unchanged=words.count("unchanged"),
        rejected=words.count("rejected"),
        orders=answers,
    )


# --- reading --------------------------------------------------------------------------------------


def _read(told: OrderIn) -> _Read:
    try:
        return _Read(_order(told), tuple(_refund(told, one) for one in told.refunds))
    except _UnusableError as error:
        return _Read(None, refused=error.refused)


def _order(told: OrderIn) -> OrderRecord:
    if not told.ref.strip():
        raise _UnusableError(Reason.VALUE_MISSING, "ref")
    if not is_currency(told.currency):
        raise _UnusableError(Reason.UNKNOWN_CURRENCY, told.currency)
    money = {
        name: _minor(getattr(told, name), told.currency)
        for name in ("gross", "discount_platform", "discount_shop", "freight", "tax", "paid")
    }
    if told.status == "paid" and money["paid"] < money["freight"] + money["tax"]:
        raise _UnusableError(Reason.AMOUNTS_DISAGREE, told.paid)
    buyer = told.buyer
    return OrderRecord(
        ref=told.ref.strip(),
        placed_at=_instant(told.placed_at),
        status=told.status,
        currency=told.currency,
        paid_minor=money["paid"] if told.status == "paid" else 0,
        paid_at=_instant(told.paid_at) if told.paid_at else None,
        version_at=_instant(told.updated_at) if told.updated_at else None,
        buyer=Buyer(buyer.platform_id, buyer.phone, buyer.email) if buyer else Buyer(),
        gross_minor=money["gross"],
        discount_platform_minor=money["discount_platform"],
        discount_shop_minor=money["discount_shop"],
        freight_minor=money["freight"],
        tax_minor=money["tax"],
        lines=tuple(_line(one, told.currency) for one in told.lines),
        coupons=tuple(dict.fromkeys(told.coupons)),
        landing_url=told.landing_url.strip(),
        referrer=told.referrer.strip(),
        user_agent=told.user_agent,
        marks=tuple(mark for one in told.marks if (mark := _mark(one))),
        order_token=told.order_token,
        visitor_key=told.visitor_id,
        visitor_evidence="signed",
    )


def _line(told: LineIn, currency: str) -> LineRecord:
    return LineRecord(told.quantity, _minor(told.amount, currency), told.sku, told.title, told.ref)


def _mark(told: MarkIn) -> DeliveredMark | None:
    mark = read_mark(told.landing_url, told.referrer, "")
    if mark == RawMark():
        return None
    return DeliveredMark(mark, _instant(told.at) if told.at else None)


def _refund(order: OrderIn, told: RefundIn) -> RefundRecord:
    minor = _minor(told.amount, order.currency)
    if not told.ref.strip():
        raise _UnusableError(Reason.VALUE_MISSING, "refunds/ref")
    return RefundRecord(order.ref.strip(), _instant(told.refunded_at), minor, told.ref.strip())


def _minor(text: str, currency: str) -> int:
    try:
        return parse_minor(text, currency, trailing_zeros=True)
    except MoneyError as error:
        raise _UnusableError(Reason(error.code), text) from None


def _instant(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise _UnusableError(Reason.NOT_A_DATE, at.isoformat())
    return at.astimezone(UTC)
