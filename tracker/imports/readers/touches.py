"""Touch files: contacts of persons with channels, conversions among them.

A row whose `conversion` is above 0 is a contact and an order at the same instant: the order's id is
made from the row (unless the file has one), and the file's person is said to have ordered.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import cast

from tracker.domain.marks import RawMark, read_mark
from tracker.domain.records import (
    Buyer,
    Interaction,
    OrderRecord,
    Reason,
    Record,
    TouchRecord,
)
from tracker.imports.channel_names import channel_called, mark_of, network_called
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns, row_by_row
from tracker.imports.row import Row
from tracker.imports.units import Unit

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_MARKS = frozenset({*_UTM, "kol", "landing_url", "referrer"})
_INTERACTIONS: dict[str, str] = {
    "": "visit", "visit": "visit", "session": "visit", "访问": "visit", "conversion": "click",
    "click": "click", "点击": "click", "impression": "impression", "view": "impression",
    "曝光": "impression", "展现": "impression",
}  # fmt: skip
"""A row that is called a conversion is the contact that led to it: somebody clicked."""


def _read_touch(row: Row, options: Options) -> Unit:
    customer, visitor = row.ident("customer"), row.ident("visitor")
    if not customer and not visitor:
        raise RowError(Reason.VALUE_MISSING, "customer")
    at = row.needed_instant("time")
    told = row.text("interaction").casefold()
    if told not in _INTERACTIONS:
        raise RowError(Reason.UNKNOWN_VALUE, "interaction", told)
    currency = row.currency()
    cost = row.amount("cost", currency) or 0
    value = row.amount("conversion_value", currency) or 0
    own_id = row.ident("touch_id")
    content = "\x1e".join(row.cells)
    key = own_id or "h" + hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    touch = TouchRecord(
        visitor_key=f"f:{visitor or customer}",
        at=at,
        mark=_mark(row, bool(options.get("networks_are_ads"))),
        key=key,
        interaction=cast(Interaction, _INTERACTIONS[told]),
        cost_minor=cost,
        currency=currency,
    )
    records: tuple[Record, ...] = (touch,)
    if row.count("conversion"):
        records = (touch, _order(row, touch, customer, value))
    return Unit(
        lines=(row.line,),
        records=records,
        key=key,
        content=content,
        day=at.astimezone(row.sheet.zone).date(),
        currency=currency,
        amounts={"cost": cost, "conversion_value": value if len(records) > 1 else 0},
        repeats=not own_id,
    )


def _order(row: Row, touch: TouchRecord, customer: str, value: int) -> OrderRecord:
    return OrderRecord(
        ref=row.ident("order_id") or touch.key,
        placed_at=touch.at,
        paid_at=touch.at,
        status="paid",
        currency=touch.currency,
        paid_minor=value,
        gross_minor=value,
        buyer=Buyer(platform_id=customer),
        visitor_key=touch.visitor_key,
    )


def _mark(row: Row, networks_are_ads: bool) -> RawMark:
    """Of the landing address, else of UTM columns, else of the channel's name."""
    if not row.has_any(_MARKS):
        return _mark_of_channel(row.needed_text("channel"), "", "", "", networks_are_ads)
    landing, referrer = row.text("landing_url"), row.text("referrer")
    if landing or referrer:
        return read_mark(landing, referrer, "")
    utm = {name: row.text(name)[:250] for name in _UTM}
    kol = row.text("kol")[:250]
    if kol or utm["utm_source"] or utm["utm_medium"]:
        return RawMark(
            utm_source=utm["utm_source"],
            utm_medium=utm["utm_medium"],
            utm_campaign=utm["utm_campaign"],
            utm_content=utm["utm_content"],
            utm_term=utm["utm_term"],
            kol=kol,
        )
    return _mark_of_channel(
        row.needed_text("channel"), utm["utm_campaign"], utm["utm_content"], utm["utm_term"],
        networks_are_ads,
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def _mark_of_channel(
    name: str, campaign: str, content: str, term: str, networks_are_ads: bool
) -> RawMark:
    channel, network = channel_called(name), network_called(name)
    if channel is None and not network:
        raise RowError(Reason.UNKNOWN_CHANNEL, "channel", name)
    utm = {"utm_campaign": campaign, "utm_content": content, "utm_term": term}
    return mark_of(channel, network, utm, networks_are_ads=networks_are_ads)


READERS = (
    Reader(
        name="touches",
        feeds=("touches", "orders"),
        scope="shop",
        columns=columns(
            "touch_id customer visitor time interaction channel utm_source utm_medium utm_campaign "
            "utm_content utm_term kol landing_url referrer cost currency conversion "
            "conversion_value order_id"
        ),
        needed=(
            ("customer", "visitor"),
            ("time",),
            ("channel", "utm_source", "utm_medium", "kol", "landing_url", "referrer"),
        ),
        instants=("time",),
        units=row_by_row(_read_touch),
    ),
)
