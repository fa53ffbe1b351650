"""Media spend: the reports of advertising platforms, a row a day and campaign or finer.

What is kept is the sum of an account, campaign and day. Reports of items, creatives or keywords are
summed (`sum_rows`); a report that repeats the same spend once for every attribution window has it
counted once, with the figures of the longest window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from tracker.domain.records import Reason, SpendRecord
from tracker.imports.channel_names import advertising_channel, channel_called
from tracker.imports.dates import DateOrder, parse_day
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

GRAIN = ("scene", "ad_group", "ad", "item", "keyword", "placement", "kind")
"""What a row is about below its campaign."""

WINDOWS = ("window", "model", "basis")
"""How the platform attributes: rows that differ only here tell of the same spend."""

_RANGE = re.compile(r"\s*(?:~|～|至|到| - | to )\s*")
_DAY_WITHIN = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")

Key = tuple[str, str, str, date]


@dataclass(slots=True)
class _Group:
    """The rows of one account, campaign and day."""

    rows: dict[tuple[str, ...], tuple[int, tuple[int, ...], SpendRecord]] = field(
        default_factory=dict
    )
    """What a row is about -> its line, how long its window is, and what it says."""


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    if options.get("sum_rows"):
        yield from _summed(rows, options)
        return
    for row in rows:
        try:
            record = _read(row, options)
            yield _unit((row.line,), record, "\x1e".join(row.cells))
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)


def _summed(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """One unit for each account, campaign and day; only their sums are held, not the file."""
    groups: dict[Key, _Group] = {}
    seen: set[int] = set()
    for row in rows:
        content = hash(tuple(row.cells))
        if content in seen:
            yield Out(row.line, "ignored", Reason.DUPLICATE_ROW)
            continue
        seen.add(content)
        try:
            record = _read(row, options)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)
            continue
        out = _put(groups.setdefault(_key(record), _Group()), row, record)
        if out is not None:
            yield out
    for group in groups.values():
        entries = sorted(group.rows.values(), key=lambda entry: entry[0])
        total = entries[0][2]
        for _, _, record in entries[1:]:
            total = _added(total, record)
        yield _unit(tuple(line for line, _, _ in entries), total, "")


def _put(group: _Group, row: Row, record: SpendRecord) -> Out | None:
    """Take a row into its group; gives the row that is left out for the other window."""
    windows = [row.text(name) for name in WINDOWS]
    grain = tuple(row.text(name) for name in GRAIN)
    if not any(windows):
        group.rows[(*grain, str(row.line))] = (row.line, (), record)
        return None
    length = tuple(_days_of(text) for text in windows)
    known = group.rows.get(grain)
    if known is None or length > known[1]:
        group.rows[grain] = (row.line, length, record)
    line = row.line if known is not None and length <= known[1] else known and known[0]
    return None if line is None else Out(line, "ignored", Reason.OTHER_WINDOW)


def _days_of(window: str) -> int:
    """Days in the name of a window ("15天转化", "7日"); 0: it names none."""
    match = re.search(r"\d+", window)
    return int(match[0]) if match else 0


def _added(one: SpendRecord, other: SpendRecord) -> SpendRecord:
    def plus(a: int | None, b: int | None) -> int | None:
        return None if a is None and b is None else (a or 0) + (b or 0)

    return replace(
        one,
        amount_minor=one.amount_minor + other.amount_minor,
        impressions=plus(one.impressions, other.impressions),
        clicks=plus(one.clicks, other.clicks),
        platform_gmv_minor=plus(one.platform_gmv_minor, other.platform_gmv_minor),
        platform_orders=plus(one.platform_orders, other.platform_orders),
    )


def _read(row: Row, options: Options) -> SpendRecord:
    currency = row.currency()
    day = _day(row, options)
    platform = (row.text("platform") or str(options.get("platform", ""))).casefold()
    if not platform:
        raise RowError(Reason.VALUE_MISSING, "platform")
    amount = row.rounded_amount("amount", currency, str(options.get("amount_until", "")))
    if amount is None:
        if not options.get("no_amount_is_zero"):
            raise RowError(Reason.VALUE_MISSING, "amount")
        amount = 0
    return SpendRecord(
        platform=platform,
        spent_on=day,
        channel=_channel(row, platform, options),
        currency=currency,
        amount_minor=amount,
        account=row.ident("account") or row.ident("account_name"),
        campaign_ref=row.ident("campaign_id") or row.ident("campaign_name"),
        campaign=row.text("utm_campaign"),
        influencer=row.ident("influencer"),
        impressions=row.figure("impressions"),
        clicks=row.figure("clicks"),
        platform_gmv_minor=row.rounded_amount("platform_gmv", currency),
        platform_orders=row.figure("platform_orders"),
    )


def _day(row: Row, options: Options) -> date:
    """The day of a row; a sum over several days is none.

    Raises RowError: period_not_a_day, not_a_date, value_missing.
    """
    text = row.needed_text("day")
    if options.get("day_in_text"):
        match = _DAY_WITHIN.search(text)
        if match is None:
            raise RowError(Reason.NOT_A_DATE, "day", text)
        return parse_day(match[0], DateOrder.YMD, "day")
    ends = _RANGE.split(text)
    order = row.sheet.date_orders.get("day", DateOrder.YMD)
    day = parse_day(ends[0], order, "day")
    last = parse_day(ends[-1], order, "day") if len(ends) == 2 else row.day("day_end") or day
    if last != day:
        raise RowError(Reason.PERIOD_NOT_A_DAY, "day", f"{day} – {last}")
    return day


def _channel(row: Row, platform: str, options: Options) -> str:
    """The channel that the row names, else the preset's, else that of an advertisement there."""
    told = row.text("channel") or str(options.get("channel", ""))
    if told:
        found = channel_called(told)
        if found is None:
            raise RowError(Reason.UNKNOWN_CHANNEL, "channel", told)
        return found.value
    return advertising_channel(platform).value


def _key(record: SpendRecord) -> Key:
    return record.platform, record.account, record.campaign_ref, record.spent_on


def _unit(lines: tuple[int, ...], record: SpendRecord, content: str) -> Unit:
    counts = {
        "impressions": record.impressions,
        "clicks": record.clicks,
        "platform_orders": record.platform_orders,
    }
    amounts = {"amount": record.amount_minor}
    if record.platform_gmv_minor is not None:
        amounts["platform_gmv"] = record.platform_gmv_minor
    return Unit(
        lines=lines,
        records=(record,),
        key="\x1f".join(map(str, _key(record))),
        content=content,
        day=record.spent_on,
        currency=record.currency,
        amounts=amounts,
        counts={name: count for name, count in counts.items() if count is not None},
    )


READERS = (
    Reader(
        name="spend",
        feeds=("spend",),
        scope="workspace",
        columns=columns(
            "platform account account_name campaign_id campaign_name day day_end channel "
            "utm_campaign influencer amount currency impressions clicks platform_gmv "
            "platform_orders"
        )
        | {*GRAIN, *WINDOWS},
        needed=(("day",), ("amount",)),
        days=("day", "day_end"),
        numbers=("amount", "impressions", "clicks", "platform_gmv", "platform_orders"),
        has_totals=True,
        units=_units,
    ),
)
