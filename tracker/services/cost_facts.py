"""Costs of a day: what was spent, what influencers got, by channel, campaign and influencer.

Every cost row counts once: it has exactly one (kind, channel, campaign, influencer), and the sum
over kinds is the sum of the rows to the minor unit (SEMANTICS 4.1). A day is computed as a whole,
all in the workspace's base currency.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, cast, delete, func, insert, select, type_coerce
from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.domain.channels import Channel, Kind, kind_of
from tracker.domain.costs import booked_on
from tracker.domain.money import convert
from tracker.domain.periods import day_bounds
from tracker.models import CostDay, CostDayChannel, Deal, Mark, Shop, Spend, Touch, Workspace
from tracker.services import dirty, fact_versions
from tracker.services.bulk import table_of
from tracker.services.claims import ClaimedDay, claim_days, finish, give_back, hold
from tracker.services.commissions import day_commissions

DAYS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class CostKey:
    """Whom a cost belongs to; 0: none. media_channel_code: see `CostDay`."""

    shop_id: int
    channel_code: int
    kind_code: int
    campaign_id: int
    influencer_id: int
    media_channel_code: int = 0


@dataclass(slots=True)
class Costs:
    """Sums of one key, in minor units of the base currency, and the platforms' counts."""

    spend_minor: int = 0
    fee_minor: int = 0
    goods_given_minor: int = 0
    platform_fee_minor: int = 0
    commission_minor: int = 0
    impressions: int = 0
    clicks: int = 0

    def add(self, **more: int) -> None:
        """Add to some of the sums."""
        for name, amount in more.items():
            setattr(self, name, getattr(self, name) + amount)

    def __bool__(self) -> bool:
        return any(astuple(self))


def kol_key(shop_id: int, campaign_id: int, influencer_id: int, media: int = 0) -> CostKey:
    """The key of what an influencer costs."""
    return CostKey(shop_id, Channel.KOL.code, Kind.KOL.code, campaign_id, influencer_id, media)


def media_key(shop_id: int, channel_code: int, campaign_id: int, influencer_id: int) -> CostKey:
    """The key of media spend: its channel, or the influencer whose posts it boosts (kind KOL).

    Spend in a channel that is not paid by itself (a mailing, a post of the brand) keeps the
    channel's own kind.
    """
    if influencer_id:
        return kol_key(shop_id, campaign_id, influencer_id, channel_code)
    kind = kind_of(Channel.from_code(channel_code), has_influencer=False, has_paid_medium=True)
    return CostKey(shop_id, channel_code, kind.code if kind else 0, campaign_id, 0)


def day_costs(session: Session, workspace: Workspace, day: date) -> dict[CostKey, Costs]:
    """All costs of one day of a workspace."""
    found: dict[CostKey, Costs] = defaultdict(Costs)
    for part in (
        _spend(session, workspace, day),
        _touches(session, workspace, day),
        _deals(session, workspace, day),
    ):
        for key, amounts in part:
            found[key].add(**amounts)
    for shop_id, campaign_id, influencer_id, amount in day_commissions(session, workspace, day):
        found[kol_key(shop_id, campaign_id, influencer_id)].add(commission_minor=amount)
    return {key: costs for key, costs in found.items() if costs}


Part = Iterator[tuple[CostKey, dict[str, int]]]


def _spend(session: Session, workspace: Workspace, day: date) -> Part:
    rows = session.scalars(
        select(Spend).where(
            Spend.workspace_id == workspace.id, Spend.spent_on == day, Spend.is_detail.is_(False)
        )
    )
    for row in rows:
        amount = convert(row.amount_minor, row.currency, workspace.base_currency, row.fx_e8)
        key = media_key(row.shop_id, row.channel_code, row.campaign_id, row.influencer_id)
        yield (
            key,
            {
                "spend_minor": amount,
                "impressions": row.impressions or 0,
                "clicks": row.clicks or 0,
            },
        )


def _touches(session: Session, workspace: Workspace, day: date) -> Part:
    """Contacts that a file states with their cost; their days are the shop's."""
    shops = session.scalars(select(Shop).where(Shop.workspace_id == workspace.id)).all()
    for shop in shops:
        start, end = day_bounds(day, ZoneInfo(shop.time_zone))
        at = type_coerce(Touch.at, BigInteger)
        rows = session.execute(
            select(
                Mark.channel_code,
                Mark.campaign_id,
                Mark.influencer_id,
                cast(func.sum(Touch.cost_minor), BigInteger),
            )
            .join(Mark, Mark.id == Touch.mark_id)
            .where(Touch.shop_id == shop.id, at >= start, at < end, Touch.cost_minor != 0)
            .group_by(Mark.channel_code, Mark.campaign_id, Mark.influencer_id)
        )
        for channel_code, campaign_id, influencer_id, amount in rows:
            key = media_key(shop.id, channel_code, campaign_id, influencer_id)
            yield key, {"spend_minor": amount}


def _deals(session: Session, workspace: Workspace, day: date) -> Part:
    """Fee, goods given and platform fee, on the post's day or spread over days from it."""
    longest = session.scalar(
        select(func.max(Deal.spread_days)).where(Deal.workspace_id == workspace.id)
    )
    deals = session.scalars(
        select(Deal).where(
            Deal.workspace_id == workspace.id,
            Deal.posted_on <= day,
            Deal.posted_on > day - timedelta(days=longest or 1),
        )
    )
    for deal in deals:
        parts = {
            name: booked_on(
                # Converted as a whole, then spread: the days add up to what was agreed.
                convert(amount, deal.currency, workspace.base_currency, deal.fx_e8),
                deal.posted_on,
                deal.spread_days,
                day,
            )
            for name, amount in (
                ("fee_minor", deal.fee_minor),
                ("goods_given_minor", deal.goods_given_minor),
                ("platform_fee_minor", deal.platform_fee_minor),
            )
        }
        yield kol_key(0, deal.campaign_id, deal.influencer_id), parts


def refresh_cost_day(session: Session, workspace: Workspace, day: date) -> int:
    """Compute the costs of a day anew, with their roll-up; gives the number of rows."""
    found = day_costs(session, workspace, day)
    fine, coarse = table_of(CostDay), table_of(CostDayChannel)
    for table in (fine, coarse):
        session.execute(
            delete(table).where(table.c.workspace_id == workspace.id, table.c.day == day)
        )
    where = {"workspace_id": workspace.id, "day": day}
    _insert(session, fine, [{**where, **_plain(key), **_plain(c)} for key, c in found.items()])
    sums: dict[tuple[int, int, int], Costs] = defaultdict(Costs)
    for key, costs in found.items():
        sums[key.shop_id, key.channel_code, key.kind_code].add(**_plain(costs))
    rows = [
        {**where, "shop_id": shop, "channel_code": channel, "kind_code": kind, **_plain(costs)}
        for (shop, channel, kind), costs in sums.items()
    ]
    _insert(session, coarse, rows)
    fact_versions.raise_version(session, workspace.id, fact_versions.COST)
    return len(found)


def _plain(value: CostKey | Costs) -> dict[str, int]:
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def refresh_dirty_costs(
    database: Database, *, workspace_id: int | None = None, seconds: float | None = None
) -> int:
    """Compute all dirty cost days that nobody else is at; gives how many are clean now.

    Opens transactions of its own, one a day: a claim is committed before the work begins.
    """
    began, total = time.monotonic(), 0
    while seconds is None or time.monotonic() - began < seconds:
        with database.write() as session:
            claims = claim_days(
                session, dirty.COST, datetime.now(UTC), limit=DAYS_AT_ONCE,
                workspace_id=workspace_id,
            )  # fmt: skip
        done = _refresh(database, claims)
        total += done
        if not done:
            break
    return total


def _refresh(database: Database, claims: Iterable[ClaimedDay]) -> int:
    done, waiting = 0, list(claims)
    try:
        while waiting:
            with database.write() as session:
                claim = waiting[0]
                if hold(session, [claim]):
                    workspace = session.get_one(Workspace, claim.workspace_id)
                    refresh_cost_day(session, workspace, claim.day)
                    done += finish(session, [claim])
            waiting.pop(0)
    except BaseException:
        # Whatever it was, others need not wait for the lease to run out.
        with database.write() as session:
            give_back(session, waiting)
        raise
    return done
