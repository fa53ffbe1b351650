"""How marks are read: what a visit, click or touch that carries one means to the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from tracker.db import read_int_columns
from tracker.domain.channels import Channel
from tracker.domain.paths import Signal, Touches, TouchKind, touches_of
from tracker.domain.periods import DAY_US
from tracker.models import Campaign, Mark

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


def signals_of(kind: TouchKind, rows: dict[str, Ints], marks: MarkTable) -> Touches:
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
