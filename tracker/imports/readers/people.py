"""Files about influencers: themselves with their accounts, their codes, their deals."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.domain.records import (
    AccountRecord,
    Buyer,
    CouponRecord,
    DealRecord,
    InfluencerRecord,
    Reason,
)
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns, row_by_row
from tracker.imports.row import Row
from tracker.imports.units import Unit
from tracker.imports.values import parse_ppm


def _read_influencer(row: Row, options: Options) -> Unit:
    slug, name = row.ident("influencer"), row.text("name")
    if not slug and not name:
        raise RowError(Reason.NAME_REQUIRED, "name")
    platform, handle = row.text("platform"), row.ident("handle")
    if bool(platform) != bool(handle):
        raise RowError(Reason.VALUE_MISSING, "handle" if platform else "platform")
    account = AccountRecord(platform, handle, _url(row), row.count("followers"))
    record = InfluencerRecord(
        slug=slug,
        name=name,
        agency=row.text("agency"),
        notes=row.text("notes")[:2000],
        accounts=(account,) if handle else (),
        buyer=Buyer(row.ident("buyer_id"), row.raw("phone"), row.raw("email")),
    )
    key = "\x1f".join((slug or name, platform, handle)).casefold()
    return _unit(row, record, key)


def _url(row: Row) -> str:
    url = row.text("url")
    if url and not url.lower().startswith(("https://", "http://")):
        raise RowError(Reason.UNKNOWN_VALUE, "url", url)
    return url[:500]


def _read_coupon(row: Row, options: Options) -> Unit:
    code = row.raw("code").strip()
    if not code:
        raise RowError(Reason.VALUE_MISSING, "code")
    start, end = row.instant("valid_from"), row.instant("valid_until")
    if end is not None and row.is_only_a_day("valid_until"):
        end = _next_day(row, end)
    if start is not None and end is not None and end <= start:
        raise RowError(Reason.PERIOD_ENDS_EARLY, "valid_until", row.raw("valid_until"))
    record = CouponRecord(
        code=code[:100],
        influencer=row.ident("influencer"),
        valid_from=start,
        valid_until=end,
        is_shop_wide=row.yes("shop_wide"),
        leaked_at=row.instant("leaked_at"),
        campaign=row.text("campaign"),
    )
    return _unit(row, record, f"{code.casefold()}\x1f{start}")


def _next_day(row: Row, midnight: datetime) -> datetime:
    """The first instant after a day that is the last one: the next midnight of the zone."""
    local = midnight.astimezone(row.sheet.zone).replace(tzinfo=None) + timedelta(days=1)
    return local.replace(tzinfo=row.sheet.zone).astimezone(midnight.tzinfo)


def _read_deal(row: Row, options: Options) -> Unit:
    currency = row.currency()
    ref, influencer = row.needed_ident("deal_id"), row.needed_ident("influencer")
    posted_on, ends_on = row.needed_day("posted_on"), row.day("ends_on")
    if ends_on is not None and ends_on < posted_on:
        raise RowError(Reason.PERIOD_ENDS_EARLY, "ends_on", row.raw("ends_on"))
    spread = row.count("spread_days")
    if spread is not None and not 1 <= spread <= 366:
        raise RowError(Reason.UNKNOWN_VALUE, "spread_days", row.raw("spread_days"))
    record = DealRecord(
        ref=ref,
        influencer=influencer,
        posted_on=posted_on,
        currency=currency,
        title=row.text("title")[:300],
        campaign=row.text("campaign"),
        fee_minor=row.amount("fee", currency) or 0,
        goods_given_minor=row.amount("goods_given", currency) or 0,
        platform_fee_minor=row.amount("platform_fee", currency) or 0,
        commission_ppm=parse_ppm(row.raw("commission_rate"), "commission_rate") or 0,
        ends_on=ends_on,
        spread_days=spread or 1,
    )
    unit = _unit(row, record, ref)
    unit.day, unit.currency = posted_on, currency
    unit.amounts = {
        "fee": record.fee_minor,
        "goods_given": record.goods_given_minor,
        "platform_fee": record.platform_fee_minor,
    }
    return unit


def _unit(row: Row, record: InfluencerRecord | CouponRecord | DealRecord, key: str) -> Unit:
    return Unit(lines=(row.line,), records=(record,), key=key, content="\x1e".join(row.cells))


READERS = (
    Reader(
        name="influencers",
        feeds=("influencers",),
        scope="workspace",
        columns=columns(
            "influencer name agency notes platform handle url followers buyer_id phone email"
        ),
        needed=(("influencer", "name"),),
        units=row_by_row(_read_influencer),
    ),
    Reader(
        name="coupons",
        feeds=("coupons",),
        scope="shop",
        columns=columns("code influencer valid_from valid_until shop_wide leaked_at campaign"),
        needed=(("code",),),
        instants=("valid_from", "valid_until", "leaked_at"),
        units=row_by_row(_read_coupon),
    ),
    Reader(
        name="deals",
        feeds=("deals",),
        scope="workspace",
        columns=columns(
            "deal_id influencer title campaign currency fee goods_given platform_fee "
            "commission_rate posted_on ends_on spread_days"
        ),
        needed=(("deal_id",), ("influencer",), ("posted_on",)),
        days=("posted_on", "ends_on"),
        units=row_by_row(_read_deal),
    ),
)
