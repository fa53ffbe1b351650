"""A few influencers side by side: figures, models, engagement, break-even, worth of customers.

The same rows as the list of influencers has, with what only makes sense for a handful.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.money import exponent
from tracker.reports.break_even import fee_that_pays_of
from tracker.reports.comparison import ComparisonRow
from tracker.reports.context import read_context
from tracker.reports.curves import MAX_CURVES, Curve
from tracker.reports.customer_value import CustomerValue, customer_values
from tracker.reports.facts import NOW, read_figures
from tracker.reports.influencer_list import Engaged, model_rows, read_engaged
from tracker.reports.influencers import influencer_rows, read_people
from tracker.reports.leaks import find_leaks
from tracker.reports.rows import Context, InfluencerRow
from tracker.reports.state import ReportState

MOST = MAX_CURVES
"""Influencers at once: as many as there are colours that can be told apart."""


@dataclass(frozen=True, slots=True)
class Side:
    """One influencer. models: their net revenue under each model. value: of the customers they won
    in the twelve months up to the period's end."""

    row: InfluencerRow
    models: ComparisonRow
    engaged: Engaged
    value: CustomerValue

    @property
    def cpe_minor(self) -> int | None:
        """See `Engaged`."""
        return self.engaged.cpe_minor

    @property
    def fee_that_pays_minor(self) -> int:
        """The fee at which the ROI of the period is 0."""
        return fee_that_pays_of(self.row.figures)

    def value_minor(self, age_days: int) -> int | None:
        """What a customer is worth after so many days."""
        return self.value.total.value(age_days).per_customer_minor

    @property
    def is_immature(self) -> bool:
        """Whether their newest post is younger than the refund window."""
        return any(tag.code == "immature" for tag in self.row.tags)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """models: those that have been computed. sides: in the order asked for; who is not in the
    workspace is left out."""

    context: Context
    models: tuple[str, ...]
    sides: tuple[Side, ...]


def chosen(state: ReportState) -> tuple[int, ...]:
    """Whom a state puts side by side: the first MOST of those it names."""
    return state.who[:MOST]


def side_by_side(session: Session, state: ReportState) -> SideBySide:
    """The influencers that the state names (`who`). A dozen statements, however many they are."""
    ids = chosen(state)
    mine = _only(state, ids)
    context = read_context(session, mine)
    rows = {
        row.influencer_id: row
        for row in influencer_rows(session, mine, context, find_leaks(session, mine))
        if row.influencer_id in ids and row.name
    }
    present = [number for number in ids if number in rows]
    models, nets = model_rows(session, mine)
    engaged = read_engaged(session, mine, present)
    values = customer_values(session, mine, present)
    return SideBySide(
        context,
        models,
        tuple(
            Side(
                row=_with_extras(rows[number], engaged.get(number), nets.get(number)),
                models=nets.get(number) or ComparisonRow(dict.fromkeys(models, 0)),
                engaged=engaged.get(number, Engaged()),
                value=values[number],
            )
            for number in present
        ),
    )


def _with_extras(
    row: InfluencerRow, engaged: Engaged | None, models: ComparisonRow | None
) -> InfluencerRow:
    return replace(
        row,
        cpe_minor=engaged.cpe_minor if engaged else None,
        spread=models.spread if models else None,
    )


def net_curves(session: Session, state: ReportState, *, summed: bool) -> list[Curve]:
    """Net revenue by day, a curve an influencer of `who`, in units of the base currency.

    summed: from the period's first day on, so that who got how far how soon is seen.
    """
    ids = chosen(state)
    mine = _only(state, ids)
    people = read_people(session, mine)
    nets: dict[int, dict[date, int]] = defaultdict(dict)
    for (slot, day, owner), row in read_figures(session, mine, ("day", "influencer_id")).items():
        if slot == NOW:
            nets[owner][day] = row.net_revenue_minor
    unit = 10 ** exponent(state.base_currency)
    days = [day for day in mine.period.days() if day <= state.today]
    return [
        Curve(people[number].name, _line(nets[number], days, unit, summed=summed))
        for number in ids
        if number in people
    ]


def _line(
    nets: Mapping[date, int], days: Sequence[date], unit: int, *, summed: bool
) -> dict[date, float]:
    values = [nets.get(day, 0) for day in days]
    shown = accumulate(values) if summed else values
    return {day: value / unit for day, value in zip(days, shown, strict=True)}


def _only(state: ReportState, ids: Sequence[int]) -> ReportState:
    """The state about these influencers and nobody else, with nothing else that narrows it."""
    return state.changed(
        people=frozenset(ids) if state.people is None else state.people & frozenset(ids),
        kind=str(Kind.KOL), channel="", influencer_id=0, search="", agency="", sort="",
    )  # fmt: skip
