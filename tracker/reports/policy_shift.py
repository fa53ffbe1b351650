"""What another policy would move: net revenue per channel and influencer, before and after.

Both policies credit the same orders, so both columns have the same total; where they have not,
orders came in after the one was computed, and the comparison says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import MODELS, Model
from tracker.models import CreditDay, Influencer, Shop


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Net revenue (minor units of the base currency, refunds taken off) under two policies.

    channel None: orders without touchpoint. influencer_id 0: a row of a channel, or what is
    credited to no influencer.
    """

    before_minor: int
    after_minor: int
    channel: Channel | None = None
    kind: Kind | None = None
    influencer_id: int = 0
    name: str = ""

    @property
    def difference_minor(self) -> int:
        """What it would gain; negative: lose."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class Shift:
    """Two policies compared over the orders of a period, all their refunds included."""

    channels: tuple[ShiftRow, ...]
    influencers: tuple[ShiftRow, ...]
    total: ShiftRow

    @property
    def is_of_one_state(self) -> bool:
        """Both policies were computed from the same orders."""
        return self.total.difference_minor == 0

    @property
    def moved_minor(self) -> int:
        """Net revenue that changes its channel."""
        return sum(max(0, row.difference_minor) for row in self.channels)


def policy_shift(
    session: Session,
    workspace_id: int,
    *,
    before: int,
    after: int,
    first: date,
    last: date,
    model: Model,
) -> Shift:
    """Compare two policies (row ids) over the order days of a period, under one model.

    Rows are sorted by the size of their difference, greatest first.
    """
    model_code = 1 + MODELS.index(model)
    shops = session.scalars(select(Shop.id).where(Shop.workspace_id == workspace_id)).all()
    found = session.execute(
        select(
            CreditDay.policy_id,
            CreditDay.channel_code,
            CreditDay.kind_code,
            CreditDay.influencer_id,
            cast(func.sum(CreditDay.net_revenue_minor), BigInteger),
        )
        .where(
            CreditDay.policy_id.in_([before, after]),
            CreditDay.shop_id.in_(shops),
            CreditDay.ordered_on.between(first, last),
            CreditDay.model_code == model_code,
        )
        .group_by(
            CreditDay.policy_id,
            CreditDay.channel_code,
            CreditDay.kind_code,
            CreditDay.influencer_id,
        )
    ).all()
    channels: dict[tuple[int, int], list[int]] = {}
    people: dict[int, list[int]] = {}
    for policy_id, channel, kind, influencer, net in found:
        place = int(policy_id == after)
        channels.setdefault((channel, kind), [0, 0])[place] += net
        people.setdefault(influencer, [0, 0])[place] += net
    rows = [
        ShiftRow(
            sums[0],
            sums[1],
            channel=Channel.from_code(channel) if channel else None,
            kind=Kind.from_code(kind) if kind else None,
        )
        for (channel, kind), sums in channels.items()
    ]
    total = ShiftRow(sum(r.before_minor for r in rows), sum(r.after_minor for r in rows))
    return Shift(_sorted(rows), _sorted(_of_people(session, people)), total)


def _of_people(session: Session, people: Mapping[int, Sequence[int]]) -> list[ShiftRow]:
    names = dict(
        session.execute(
            select(Influencer.id, Influencer.name).where(Influencer.id.in_(list(people)))
        ).all()
    )
    return [
        ShiftRow(before, after, influencer_id=row_id, name=names.get(row_id, ""))
        for row_id, (before, after) in people.items()
    ]


def _sorted(rows: Sequence[ShiftRow]) -> tuple[ShiftRow, ...]:
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                -abs(row.difference_minor),
                -row.before_minor,
                str(row.channel),
                row.influencer_id,
            ),
        )
    )
