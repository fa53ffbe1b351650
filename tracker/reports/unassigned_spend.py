"""Spend of the period that is of no campaign, by where it came from: to be given to one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind, kind_of
from tracker.domain.money import convert
from tracker.models import CostDay, Spend
from tracker.reports.state import ReportState


@dataclass(frozen=True, slots=True)
class SpendPlace:
    """Spend of one place without a campaign, in the base currency. campaign_ref empty: the account
    as a whole."""

    platform: str
    account: str
    campaign_ref: str
    channel: Channel
    spend_minor: int
    n_days: int
    last_on: date


@dataclass(frozen=True, slots=True)
class UnassignedSpend:
    """places: most first. elsewhere_minor: the rest of what the overview asks about, which no
    place can be given to a campaign for (costs that a file of contacts states)."""

    places: tuple[SpendPlace, ...]
    total_minor: int
    elsewhere_minor: int


def unassigned_spend(session: Session, state: ReportState) -> UnassignedSpend:
    """Paid spend of the period that is of no campaign and of no influencer (two statements)."""
    places = sorted(_places(session, state), key=lambda p: (-p.spend_minor, p.platform, p.account))
    listed = sum(place.spend_minor for place in places)
    total = _total(session, state)
    return UnassignedSpend(tuple(places), total, total - listed)


def _places(session: Session, state: ReportState) -> list[SpendPlace]:
    rows = session.execute(
        select(
            Spend.platform, Spend.account, Spend.campaign_ref, Spend.channel_code, Spend.spent_on,
            Spend.amount_minor, Spend.currency, Spend.fx_e8,
        ).where(
            Spend.workspace_id == state.workspace_id,
            Spend.spent_on.between(state.start, state.end),
            Spend.campaign_id == 0,
            Spend.influencer_id == 0,
            Spend.is_detail.is_(False),
        )
    )  # fmt: skip
    sums: dict[tuple[str, str, str, int], int] = defaultdict(int)
    days: dict[tuple[str, str, str, int], set[date]] = defaultdict(set)
    for platform, account, ref, channel, day, amount, currency, rate in rows:
        if kind_of(Channel.from_code(channel), has_influencer=False, has_paid_medium=True) is not (
            Kind.PAID
        ):
            continue
        place = platform, account, ref, channel
        # row by row, as the daily facts are, so that the totals agree to the minor unit
        sums[place] += convert(amount, currency, state.base_currency, rate)
        days[place].add(day)
    return [
        SpendPlace(
            platform=platform,
            account=account,
            campaign_ref=ref,
            channel=Channel.from_code(channel),
            spend_minor=amount,
            n_days=len(days[platform, account, ref, channel]),
            last_on=max(days[platform, account, ref, channel]),
        )
        for (platform, account, ref, channel), amount in sums.items()
    ]


def _total(session: Session, state: ReportState) -> int:
    return int(
        session.scalar(
            select(cast(func.coalesce(func.sum(CostDay.spend_minor), 0), BigInteger)).where(
                CostDay.workspace_id == state.workspace_id,
                CostDay.day.between(state.start, state.end),
                CostDay.kind_code == Kind.PAID.code,
                CostDay.campaign_id == 0,
                CostDay.influencer_id == 0,
            )
        )
        or 0
    )
