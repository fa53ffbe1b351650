"""The table of contributions for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.contributions import DRIVERS
from tracker.i18n import LABELS, mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.movers import Mover, mover_report
from tracker.reports.state import UNATTRIBUTED, ReportState


def _rows(session: Session, state: ReportState) -> Iterator[tuple[str, Mover]]:
    """(what is measured, contribution), the largest first."""
    for row in mover_report(session, state).movers.rows:
        yield state.of, row


def _channel(pair: tuple[str, Mover]) -> str:
    source = pair[1].source
    if source.is_rest or source.by != "channel":
        return ""
    return str(source.channel or UNATTRIBUTED)


def _part(of: str, read: Callable[[Mover], float | None]) -> Callable[[Any], Any]:
    """Reads a contribution where it is of this measure: money and shares have columns apart."""

    def value(pair: tuple[str, Mover]) -> float | None:
        return read(pair[1]) if pair[0] == of else None

    return value


def _driver(name: str) -> Callable[[Mover], float | None]:
    return lambda mover: mover.drivers.get(name, 0)


MOVERS = TableSpec(
    "movers",
    (
        Column("channel", mark("Channel"), "code", _channel, "channel"),
        Column("kind", mark("Kind"), "code", lambda r: r[1].source.kind or "", "kind"),
        Column("name", mark("Name"), "text", lambda r: r[1].source.name),
        Column(
            "net_revenue", mark("Net revenue"), "money",
            lambda r: r[1].source.figures.net_revenue_minor,
        ),
        Column(
            "net_revenue_before", mark("Net revenue, compared period"), "money",
            lambda r: None if r[1].source.before is None else r[1].source.before.net_revenue_minor,
        ),
        Column(
            "change", mark("Change of net revenue"), "money", _part("net_revenue", at("change"))
        ),
        *(
            Column(f"by_{name}", LABELS["driver"][name], "money",
                   _part("net_revenue", _driver(name)))
            for name in DRIVERS if name not in ("goods", "cost")
        ),
        Column("roi_change", mark("Change of ROI"), "ratio", _part("roi", at("change"))),
        *(
            Column(f"roi_by_{name}", LABELS["roi_driver"][name], "ratio",
                   _part("roi", _driver(name)))
            for name in DRIVERS
        ),
    ),
    _rows,
)  # fmt: skip
