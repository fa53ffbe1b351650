"""Tables that a share shows: results of some influencers, and nothing of anybody else.

The state's `people` restricts every statement; the parts of an order that others earned are left
out of its rows, so that nobody can tell from a share what another influencer sold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.policy import Model
from tracker.i18n import mark
from tracker.models import Share, Workspace
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.context import read_context
from tracker.reports.facts import NOW, read_figures
from tracker.reports.figures import Figures
from tracker.reports.influencers import influencer_rows, usual_order
from tracker.reports.orders import iter_orders
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState
from tracker.reports.tables import FIGURE_COLUMNS, INFLUENCERS

USUAL_COLUMNS = {
    "influencers": ("influencer", "platform", "visits", "orders", "net_revenue", "refunds"),
    "orders": ("order", "ordered_on", "influencer", "credited_orders", "credited_net_revenue"),
    "days": ("day", "visits", "orders", "net_revenue", "refunds"),
}
"""What a new share shows unless somebody chooses: results, no costs."""

_NEVER = frozenset({"net_revenue_before", "cpe", "spread"})
"""Shares compare nothing, neither periods nor models, and say nothing of fees by itself."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """The sums of one day."""

    day: date
    figures: Figures
    before: None = None


def state_of(
    share: Share,
    workspace: Workspace,
    people: frozenset[int],
    args: Mapping[str, str],
    today: date | None = None,
) -> ReportState:
    """What a visitor asks for, inside of what the share allows.

    Only the period, the influencer and the order of rows can be asked for; everything else is the
    share's. Days outside of its limits are cut off; an influencer who is not in it shows nothing.
    """
    wanted = {name: args[name] for name in ("from", "to", "period", "sort") if name in args}
    state = ReportState.from_args(wanted, workspace, today)
    earliest, latest = share.starts_on or date.min, share.ends_on or state.today
    start, end = max(state.start, earliest), min(state.end, latest)
    if start > end:  # nothing in common: the last days that may be seen
        end = min(latest, max(state.today, earliest))
        start = max(earliest, end.replace(day=1))
    chosen = args.get("influencer", "")
    if chosen.isascii() and chosen.isdigit() and chosen != "0":
        people = people & {int(chosen)} if len(chosen) < 11 else frozenset()
    return state.changed(
        preset="custom" if (start, end) != (state.start, state.end) else state.preset,
        start=start,
        end=end,
        comparison="none",
        model=Model(share.model),
        shop_ids=(share.shop_id,) if share.shop_id else (),
        kind=str(Kind.KOL),
        people=people,
    )


def _influencer_rows(session: Session, state: ReportState) -> list[Any]:
    rows = influencer_rows(session, state, read_context(session, state))
    return sort_rows(rows, state.sort, usual_order)


def _day_rows(session: Session, state: ReportState) -> Iterator[DayRow]:
    found = read_figures(session, state, ("day",))
    for day in state.period.days():
        yield DayRow(day, found.get((NOW, day)) or Figures())


def _order_rows(session: Session, state: ReportState) -> Iterator[tuple[Any, Any]]:
    for order in iter_orders(session, state):
        for part in order.credits:
            if state.people is not None and part.influencer_id in state.people:
                yield order, part


def _order(name: str) -> Any:
    return lambda row: getattr(row[0], name)


def _part(name: str) -> Any:
    return lambda row: getattr(row[1], name)


_FIGURES = tuple(column for column in FIGURE_COLUMNS if column.key not in _NEVER)

TABLES: dict[str, TableSpec] = {
    "influencers": TableSpec(
        "influencers",
        tuple(column for column in INFLUENCERS.columns if column.key not in _NEVER),
        _influencer_rows,
    ),
    "days": TableSpec(
        "days", (Column("day", mark("Day"), "date", at("day")), *_FIGURES), _day_rows
    ),
    "orders": TableSpec(
        "orders",
        (
            Column("order", mark("Order"), "text", _order("ref")),
            Column("ordered_on", mark("Day"), "date", _order("ordered_on")),
            Column("status", mark("Status"), "code", _order("status"), "order_status"),
            Column("influencer", mark("Influencer"), "text", _part("influencer_name")),
            Column("credited_orders", mark("Credited orders"), "orders", _part("weight_micro")),
            Column("credited_net_revenue", mark("Credited net revenue"), "money",
                   _part("net_minor")),
        ),
        _order_rows,
    ),
}  # fmt: skip
"""Name of a shared table -> all columns it may show, and its rows."""


def table_of(share: Share) -> TableSpec:
    """The table of a share with its chosen columns only."""
    whole = TABLES[share.table_name]
    chosen = tuple(column for column in whole.columns if column.key in share.columns)
    return TableSpec(whole.name, chosen, whole.rows)
