"""How products and behaviour are written in templates: shares of kinds, lengths of visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.reports.product import KINDS
from tracker.reports.state import UNATTRIBUTED
from tracker.web import filters


@dataclass(frozen=True, slots=True)
class KindPart:
    """A part of a stripe 100 wide: where it starts, its width (texts), what it stands for."""

    kind: str
    minor: int
    share: float
    start: str
    width: str


def kind_parts(net_by_kind: Mapping[str, int]) -> list[KindPart]:
    """Parts of a stripe by kind; a kind whose refunds outweigh its sales has none."""
    nets = {kind: net_by_kind.get("" if kind == UNATTRIBUTED else kind, 0) for kind in KINDS}
    positive = {kind: net for kind, net in nets.items() if net > 0}
    total, start = sum(positive.values()), 0.0
    parts = []
    for kind, net in positive.items():
        width = 100 * net / total
        parts.append(
            KindPart(
                kind=kind, minor=net, share=net / total, start=f"{start:.1f}", width=f"{width:.1f}"
            )
        )
        start += width
    return parts


def decimal(value: float | None) -> str:
    """A number of things with one decimal place."""
    return filters.count_full(None if value is None else round(value, 1))


def clock(seconds: float) -> str:
    """Minutes and seconds of a short time: 1:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def labels(codes: Iterable[str], group: str) -> str:
    """The words for several codes, in one text."""
    return ", ".join(filters.label(code, group) for code in codes)


FILTERS = (kind_parts, decimal, clock, labels)
