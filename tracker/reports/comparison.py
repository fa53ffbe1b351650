"""Models side by side: what each gives a channel or an influencer, and how far they disagree.

Every model shares out the same orders, so the columns have one total; a row that all models agree
on is surer than one that moves with the model. Says nothing about orders that nobody saw touched:
that is what lift is for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.models.credit import MODELS
from tracker.reports.context import read_context
from tracker.reports.facts import Key, read_nets
from tracker.reports.influencers import read_names
from tracker.reports.rows import Context
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState

HIGH_SPREAD = 0.5
"""From here on a row is tagged: the most that a model gives is half a mean more than the least."""


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One channel (under one kind) or one influencer under all models.

    channel None: unattributed, or the row is an influencer's. is_rest: all that no influencer is
    behind, so that the columns of influencers have the same totals. nets: net revenue in minor
    units by model; a model that has not been computed for these days has none.
    """

    nets: Mapping[str, int]
    channel: Channel | None = None
    kind: Kind | None = None
    influencer_id: int = 0
    name: str = ""
    is_rest: bool = False

    @property
    def low_minor(self) -> int:
        """The least that a model gives."""
        return min(self.nets.values(), default=0)

    @property
    def high_minor(self) -> int:
        """The most that a model gives."""
        return max(self.nets.values(), default=0)

    @property
    def mean_minor(self) -> float:
        """Mean over the models."""
        return sum(self.nets.values()) / len(self.nets) if self.nets else 0.0

    @property
    def spread(self) -> float | None:
        """(Most - least) / mean; None where the mean is not above 0, or only one model is there."""
        if len(self.nets) < 2 or self.mean_minor <= 0:
            return None
        return (self.high_minor - self.low_minor) / self.mean_minor

    @property
    def is_unsure(self) -> bool:
        """Whether the models disagree so much that the row should be taken with care."""
        return self.spread is not None and self.spread >= HIGH_SPREAD


@dataclass(frozen=True, slots=True)
class Comparison:
    """models: those that have been computed, in their order. The rows of either list add up to
    `total`, which is the same amount under every model."""

    context: Context
    models: tuple[str, ...]
    channels: tuple[ComparisonRow, ...]
    influencers: tuple[ComparisonRow, ...]
    total: ComparisonRow


def comparison(session: Session, state: ReportState) -> Comparison:
    """Channels and influencers of the period under every model. Three statements of its own.

    A filter leaves out what it leaves out under each model, so totals may then differ.
    """
    by_channel = read_nets(session, state, ("channel_code", "kind_code"))
    models = tuple(model for code, model in enumerate(MODELS, 1) if _has(by_channel, code))
    channels = channel_rows(by_channel, models)
    influencers = influencer_rows(session, state, by_channel, models)
    return Comparison(
        context=read_context(session, state),
        models=models,
        channels=tuple(sort_rows(channels, state.sort, _usual, _value)),
        influencers=tuple(sort_rows(influencers, state.sort, _usual, _value)),
        total=ComparisonRow(_sums(channels, models)),
    )


def comparison_rows(session: Session, state: ReportState) -> tuple[ComparisonRow, ...]:
    """The rows of the state's unit, for files."""
    found = comparison(session, state)
    return found.influencers if state.unit == "influencer" else found.channels


def channel_rows(
    nets: Mapping[Key, tuple[int, int]], models: tuple[str, ...]
) -> list[ComparisonRow]:
    """Rows from (model code, channel code, kind code) -> (net, orders); in no order."""
    return [
        ComparisonRow(
            _nets(found, models),
            channel=Channel.from_code(code) if code else None,
            kind=Kind.from_code(kind) if kind else None,
        )
        for (code, kind), found in _by_row(nets).items()
    ]


def influencer_rows(
    session: Session,
    state: ReportState,
    by_channel: Mapping[Key, tuple[int, int]],
    models: tuple[str, ...],
) -> list[ComparisonRow]:
    """Rows of influencers under kind KOL, and one for everything else.

    by_channel: (model code, channel code, kind code) -> (net, orders) of the same state. What is
    no influencer's is the rest of it: reading it person by person would be as much again.
    """
    kol = Kind.KOL
    nets = {}
    if state.kind in ("", str(kol)):
        nets = read_nets(session, state.changed(kind=str(kol)), ("influencer_id",))
    found = _by_row({key: net for key, net in nets.items() if key[1]})
    names = read_names(session, state)
    rows = [
        ComparisonRow(_nets(of, models), kind=kol, influencer_id=owner, name=names.get(owner, ""))
        for (owner,), of in found.items()
    ]
    is_all = not any(kind != kol.code for _model, _channel, kind in by_channel)
    if is_all and not any(owner == 0 for _model, owner in nets):
        return rows
    whole, theirs = _nets(_wholes(by_channel), models), _sums(rows, models)
    rest = {model: net - theirs[model] for model, net in whole.items()}
    return [*rows, ComparisonRow(rest, is_rest=True)]


def _has(nets: Mapping[Key, tuple[int, int]], code: int) -> bool:
    return any(key[0] == code for key in nets)


def _by_row(nets: Mapping[Key, tuple[int, int]]) -> dict[Key, dict[int, int]]:
    """(model, *row) -> net as row -> model -> net."""
    found: dict[Key, dict[int, int]] = defaultdict(dict)
    for (model, *row), (net, _orders) in nets.items():
        found[tuple(row)][model] = net
    return found


def _wholes(nets: Mapping[Key, tuple[int, int]]) -> dict[int, int]:
    """Model -> net of all its rows."""
    found: dict[int, int] = defaultdict(int)
    for (model, *_row), (net, _orders) in nets.items():
        found[model] += net
    return found


def _nets(found: Mapping[int, int], models: tuple[str, ...]) -> dict[str, int]:
    return {model: found.get(1 + MODELS.index(model), 0) for model in models}


def _sums(rows: Iterable[ComparisonRow], models: tuple[str, ...]) -> dict[str, int]:
    listed = list(rows)
    return {model: sum(row.nets[model] for row in listed) for model in models}


def _usual(row: ComparisonRow) -> tuple[bool, float, str, int]:
    """Most first; what is nobody's last."""
    is_last = row.channel is None and not row.influencer_id
    return (is_last, -row.mean_minor, str(row.channel or row.name), row.influencer_id)


_FIELDS: dict[str, Callable[[ComparisonRow], object]] = {
    name: attrgetter(name) for name in ("spread", "low_minor", "high_minor", "mean_minor", "name")
}


def _value(row: ComparisonRow, key: str) -> object:
    """What a column is sorted by: a model's name, or a figure of the row."""
    if key in _FIELDS:
        return _FIELDS[key](row)
    if key == "channel":
        return str(row.channel or "")
    return row.nets.get(key)
