"""Media spend: the reports of advertising platforms, a row a day and campaign or finer.

What is kept is the sum of an account, campaign and day. Reports of items, creatives or keywords are
summed (`sum_rows`); a report that repeats the same spend once for every attribution window has it
counted once, with the figures of the longest window. What the platform claims to have sold is kept
beside, each window and scope for itself (`claims`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import Reason, SpendRecord
from tracker.domain.spend_layers import Layer, layer_of
from tracker.imports.channel_names import advertising_channel, channel_called
from tracker.imports.errors import RowError
from tracker.imports.readers import claims as claims_of
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.readers.claims import Claims, read_claims
from tracker.imports.readers.days import Days, days_of, spread_record
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

GRAIN = ("scene", "ad_group", "ad", "item", "keyword", "placement", "kind")
"""What a row is about below its campaign."""

WINDOWS = ("window", "model", "basis")
"""How the platform attributes: rows that differ only here tell of the same spend."""

RENAMED = {"platform_gmv": "gmv", "platform_orders": "orders"}
"""Columns of spend files that are figures of the platform."""

MEDIA = ("impressions", "clicks")

Key = tuple[str, str, str, Days]


@dataclass(frozen=True, slots=True)
class _Read:
    """What a row says: spend of a day or range, what the platform claims of it."""

    days: Days
    record: SpendRecord
    claims: Claims
    name: str
    """The campaign's name."""

    @property
    def key(self) -> Key:
        record = self.record
        return record.platform, record.account, record.campaign_ref, self.days


@dataclass(slots=True)
class _Group:
    """The rows of one account, campaign and day."""

    rows: dict[tuple[str, ...], tuple[int, tuple[int, ...], _Read]] = field(default_factory=dict)
    """What a row is about -> its line, how long its window is, and what it says."""
    claims: Claims = field(default_factory=Claims)
    windows: set[tuple[str, ...]] = field(default_factory=set)
    """Grains and windows that are in `claims`."""


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    if options.get("sum_rows"):
        yield from _summed(rows, options)
        return
    for row in rows:
        try:
            read = _read(row, options)
            yield _unit((row.line,), read, read.claims, row, "\x1e".join(row.cells))
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)


def _summed(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """One unit for each account, campaign and day; only their sums are held, not the file."""
    groups: dict[Key, _Group] = {}
    seen: set[int] = set()
    last: Row | None = None
    for row in rows:
        content = hash(tuple(row.cells))
        if content in seen:
            yield Out(row.line, "ignored", Reason.DUPLICATE_ROW)
            continue
        seen.add(content)
        try:
            read = _read(row, options)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)
            continue
        last = row
        out = _put(groups.setdefault(read.key, _Group()), row, read)
        if out is not None:
            yield out
    for group in groups.values():
        entries = sorted(group.rows.values(), key=lambda entry: entry[0])
        total = entries[0][2]
        for _, _, read in entries[1:]:
            total = replace(total, record=_added(total.record, read.record))
        assert last is not None  # groups come from rows
        yield _unit(tuple(line for line, _, _ in entries), total, group.claims, last, "")


def _put(group: _Group, row: Row, read: _Read) -> Out | None:
    """Take a row into its group; gives the row that is left out for the other window."""
    windows = [row.text(name) for name in WINDOWS]
    grain = tuple(row.text(name) for name in GRAIN)
    if not any(windows):
        group.rows[(*grain, str(row.line))] = (row.line, (), read)
        group.claims.take(read.claims)
        return None
    if (*grain, *windows) not in group.windows:
        group.windows.add((*grain, *windows))
        group.claims.take(read.claims)
    length = tuple(_days_of(text) for text in windows)
    known = group.rows.get(grain)
    if known is None or length > known[1]:
        group.rows[grain] = (row.line, length, read)
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


def _read(row: Row, options: Options) -> _Read:
    currency = row.currency()
    days = days_of(row, options)
    platform = (row.text("platform") or str(options.get("platform", ""))).casefold()
    if not platform:
        raise RowError(Reason.VALUE_MISSING, "platform")
    amount = row.rounded_amount("amount", currency, str(options.get("amount_until", "")))
    if amount is None:
        if not options.get("no_amount_is_zero"):
            raise RowError(Reason.VALUE_MISSING, "amount")
        amount = 0
    said = read_claims(row, options, currency, RENAMED)
    impressions, clicks = row.figure("impressions"), row.figure("clicks")
    record = SpendRecord(
        platform=platform,
        spent_on=days.last,
        channel=_channel(row, platform, options),
        currency=currency,
        amount_minor=amount,
        account=row.ident("account") or row.ident("account_name"),
        campaign_ref=row.ident("campaign_id") or row.ident("campaign_name"),
        campaign=row.text("utm_campaign"),
        influencer=row.ident("influencer"),
        layer=_layer(row, options, days),
        impressions=impressions,
        clicks=clicks,
        platform_gmv_minor=_headline(said, "gmv_minor"),
        platform_orders=_headline(said, "orders"),
    )
    name = row.text("campaign_name") or record.campaign_ref
    return _Read(days, record, _with_media(said, amount, impressions, clicks), name)


def _layer(row: Row, options: Options, days: Days) -> str:
    layer = layer_of(row.sheet.columns.keys(), str(options.get("family", "")))
    return str(Layer(layer.level, layer.has_account, not days.is_one, layer.family))


def _headline(said: Claims, metric: str) -> int | None:
    """The total where the platform claims one, else what it calls direct."""
    for scope in ("total", "direct"):
        found = [
            figures[metric]
            for (its, _, _), figures in said.by_basis.items()
            if its == scope and metric in figures
        ]
        if found:
            return found[0]
    return None


def _with_media(said: Claims, amount: int, impressions: int | None, clicks: int | None) -> Claims:
    """Claims on sales, each beside the spend and the media that they are claimed for."""
    found = Claims()
    for basis, figures in said.by_basis.items():
        if basis[2]:  # natural sales beside an ad: nothing was spent for them
            found.by_basis[basis] = dict(figures)
            continue
        sold = {metric: value for metric, value in figures.items() if metric not in MEDIA}
        if not sold:
            continue
        for metric, value in sold.items():
            found.add(basis, metric, value)
        found.add(basis, "spend_minor", amount)
        found.add(basis, "impressions", impressions)
        found.add(basis, "clicks", clicks)
    return found


def _channel(row: Row, platform: str, options: Options) -> str:
    """The channel that the row names, else the preset's, else that of an advertisement there."""
    told = row.text("channel") or str(options.get("channel", ""))
    if told:
        found = channel_called(told)
        if found is None:
            raise RowError(Reason.UNKNOWN_CHANNEL, "channel", told)
        return found.value
    return advertising_channel(platform).value


def _unit(lines: tuple[int, ...], read: _Read, said: Claims, row: Row, content: str) -> Unit:
    record = read.record
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
        records=(*spread_record(record, read.days), *_figures(read, said, row)),
        key="\x1f".join(map(str, read.key)),
        content=content,
        day=read.days.first,
        until=read.days.last,
        currency=record.currency,
        amounts=amounts,
        counts={name: count for name, count in counts.items() if count is not None},
    )


def _figures(read: _Read, said: Claims, row: Row) -> Iterator[PlatformFigureRecord]:
    """What the platform claims, one record a basis. A range stays one."""
    record = read.record
    for (scope, basis, kind), figures in said.by_basis.items():
        yield PlatformFigureRecord(
            platform=record.platform,
            report=row.sheet.report,
            subject="campaign" if record.campaign_ref else "account",
            subject_ref=record.campaign_ref,
            subject_name=read.name if record.campaign_ref else "",
            account=record.account,
            layer=record.layer if read.days.is_one else "",
            starts_on=read.days.first,
            ends_on=read.days.last,
            scope=scope,
            basis=basis,
            kind=kind,
            channel=record.channel,
            influencer=record.influencer,
            currency=record.currency,
            **claims_of.fields_of(figures),
        )


_COLUMNS = (
    columns(
        "platform account account_name campaign_id campaign_name day day_end channel "
        "utm_campaign influencer amount currency impressions clicks platform_gmv "
        "platform_orders"
    )
    | {*GRAIN, *WINDOWS}
    | (claims_of.COLUMNS - {"gmv", "orders", "spend"})
)
_NUMBERS = (
    "amount", "platform_gmv", "platform_orders",
    *sorted(claims_of.COLUMNS - {"gmv", "orders", "spend"}),
)  # fmt: skip

READERS = (
    Reader(
        name="spend",
        feeds=("spend", "platform_figures"),
        scope="workspace",
        columns=_COLUMNS,
        needed=(("day",), ("amount",)),
        days=("day", "day_end"),
        numbers=_NUMBERS,
        has_totals=True,
        units=_units,
    ),
    Reader(
        name="spend_range",
        feeds=("spend",),
        scope="workspace",
        columns=_COLUMNS,
        needed=(("amount",),),
        days=("day", "day_end"),
        numbers=_NUMBERS,
        has_totals=True,
        units=_units,
    ),
)
