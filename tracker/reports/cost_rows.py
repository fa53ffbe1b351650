"""Costs by day: the rows behind every cost that a report shows, a page at a time or as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.i18n import mark
from tracker.models import Campaign, CostDay, Influencer
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.facts import channel_code
from tracker.reports.state import UNATTRIBUTED, ReportState

PAGE_ROWS = 100

PARTS = ("spend_minor", "fee_minor", "goods_given_minor", "platform_fee_minor", "commission_minor")
"""What a cost is made of (SEMANTICS 4.1)."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """Costs of one day, channel, campaign and influencer, in minor units of the base currency.

    channel None: of no channel. media: the ad channel that spend for an influencer's post left;
    None: it left none. campaign_id, influencer_id, shop_id: 0: of none.
    """

    day: date
    shop_id: int
    channel: Channel | None
    kind: Kind | None
    media: Channel | None
    campaign_id: int
    campaign: str
    influencer_id: int
    influencer: str
    spend_minor: int
    fee_minor: int
    goods_given_minor: int
    platform_fee_minor: int
    commission_minor: int

    @property
    def cost_minor(self) -> int:
        """All parts together."""
        return sum(getattr(self, part) for part in PARTS)


@dataclass(frozen=True, slots=True)
class CostPage:
    """A page of rows, newest first; n and the totals are of all that match."""

    rows: tuple[CostRow, ...]
    n: int
    totals: dict[str, int]
    page: int
    n_pages: int

    @property
    def cost_minor(self) -> int:
        """The cost of all rows: what the reports show under the same filters."""
        return sum(self.totals.values())

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1."""
        return (self.page - 1) * PAGE_ROWS + 1

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1


def cost_page(session: Session, state: ReportState) -> CostPage:
    """One page of the costs of the period under the state's filters; two statements."""
    sums = [cast(func.coalesce(func.sum(getattr(CostDay, part)), 0), BigInteger) for part in PARTS]
    n, *totals = session.execute(select(func.count(), *sums).where(*_where(state))).one()
    n_pages = max(1, ceil(n / PAGE_ROWS))
    page = min(state.page, n_pages)
    found = session.execute(_rows(state).limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS)).all()
    whole = {part: int(total) for part, total in zip(PARTS, totals, strict=True)}
    return CostPage(tuple(map(_row, found)), n, whole, page, n_pages)


def iter_costs(session: Session, state: ReportState) -> Iterator[CostRow]:
    """All rows, newest first, read as a stream."""
    for row in session.execute(_rows(state).execution_options(yield_per=1_000)):
        yield _row(row)


def _rows(state: ReportState) -> Select[Any]:
    table = CostDay
    return (
        select(
            table.day,
            table.shop_id,
            table.channel_code,
            table.kind_code,
            table.media_channel_code,
            table.campaign_id,
            func.coalesce(Campaign.name, ""),
            table.influencer_id,
            func.coalesce(Influencer.name, ""),
            *(getattr(table, part) for part in PARTS),
        )
        .outerjoin(Campaign, Campaign.id == table.campaign_id)
        .outerjoin(Influencer, Influencer.id == table.influencer_id)
        .where(*_where(state))
        .order_by(
            table.day.desc(), table.channel_code, table.kind_code, table.campaign_id,
            table.influencer_id, table.shop_id, table.media_channel_code,
        )
    )  # fmt: skip


def _where(state: ReportState) -> list[ColumnElement[bool]]:
    table = CostDay
    where: list[ColumnElement[bool]] = [
        table.workspace_id == state.workspace_id,
        table.day.between(state.start, state.end),
    ]
    if state.shop_ids:
        where.append(table.shop_id.in_(state.shop_ids))
    if state.kind:
        where.append(table.kind_code == Kind(state.kind).code)
    if state.channel:
        where.append(table.channel_code == channel_code(state.channel))
    if state.campaign_id:
        where.append(table.campaign_id == state.campaign_id)
    if state.influencer_id:
        where.append(table.influencer_id == state.influencer_id)
    if state.people is not None:
        where.append(table.influencer_id.in_(state.people))
    return where


def _row(found: Sequence[Any]) -> CostRow:
    day, shop, channel, kind, media, campaign_id, campaign, influencer_id, influencer, *parts = (
        found
    )
    return CostRow(
        day, shop, _channel(channel), Kind.from_code(kind) if kind else None, _channel(media),
        campaign_id, campaign, influencer_id, influencer, *parts,
    )  # fmt: skip


def _channel(code: int) -> Channel | None:
    return Channel.from_code(code) if code else None


COSTS = TableSpec(
    "costs",
    (
        Column("day", mark("Day"), "date", at("day")),
        Column("channel", mark("Channel"), "code", lambda r: r.channel or UNATTRIBUTED, "channel"),
        Column("kind", mark("Kind"), "code", lambda r: r.kind or "", "kind"),
        Column("media", mark("Boosted on"), "code", lambda r: r.media or "", "channel"),
        Column("campaign", mark("Campaign"), "text", at("campaign")),
        Column("influencer", mark("Influencer"), "text", at("influencer")),
        Column("cost", mark("Cost"), "money", at("cost_minor")),
        Column("spend", mark("Ad spend"), "money", at("spend_minor")),
        Column("fee", mark("Fixed fee"), "money", at("fee_minor")),
        Column("commission", mark("Commission"), "money", at("commission_minor")),
        Column("goods_given", mark("Goods given"), "money", at("goods_given_minor")),
        Column("platform_fee", mark("Platform fee"), "money", at("platform_fee_minor")),
    ),
    iter_costs,
)
