"""The calendar of promotions: what each offered, cost and brought, beside its last edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.metrics import share_of
from tracker.domain.periods import Period
from tracker.models import Promotion, PromotionRule
from tracker.reports.facts import NOW, Key, read_figures
from tracker.reports.festivals import all_promotions
from tracker.reports.figures import Figures, total
from tracker.reports.rows import Row
from tracker.reports.state import ReportState


@dataclass(frozen=True, slots=True)
class PromotionRow(Row):
    """A promotion with the figures of its days, and those of its last edition (`before`; None: it
    has none). days_over: how many of its days have begun."""

    promotion: Promotion
    rules: tuple[PromotionRule, ...]
    earlier: Promotion | None
    days_over: int

    @property
    def n_days(self) -> int:
        """Its days."""
        return (self.promotion.ends_on - self.promotion.starts_on).days + 1

    @property
    def budget_share(self) -> float | None:
        """Cost of its days ÷ its budget; None without one."""
        return share_of(self.figures.cost_minor, self.promotion.budget_minor)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A year of promotions, in the order of its days. years: all that have one, newest first."""

    year: int
    years: tuple[int, ...]
    rows: tuple[PromotionRow, ...]


def promotion_calendar(session: Session, state: ReportState, year: int = 0) -> Calendar:
    """The promotions of a year (three statements).

    year: 0 is that of the state's last day, or the newest one with a promotion.
    """
    everything = all_promotions(session, state.workspace_id)
    years = sorted(
        {y for p in everything for y in (p.starts_on.year, p.ends_on.year)}, reverse=True
    )
    if year not in years:
        year = state.end.year if state.end.year in years or not years else years[0]
    shown = [p for p in everything if p.starts_on.year <= year <= p.ends_on.year]
    earlier = {p.id: _earlier(p, everything) for p in shown}
    rules = _rules(session, [p.id for p in shown])
    sums = _sums(session, state, [*shown, *(p for p in earlier.values() if p)])
    rows = [
        PromotionRow(
            figures=sums[p.id],
            before=sums[there.id] if (there := earlier[p.id]) else None,
            promotion=p,
            rules=tuple(rules.get(p.id, ())),
            earlier=there,
            days_over=max(0, (min(p.ends_on, state.today) - p.starts_on).days + 1),
        )
        for p in reversed(shown)
    ]
    return Calendar(year, tuple(years), tuple(rows))


def calendar_rows(session: Session, state: ReportState) -> tuple[PromotionRow, ...]:
    """The rows of the year of the state's last day, for files."""
    return promotion_calendar(session, state, state.end.year).rows


def _earlier(here: Promotion, everything: Sequence[Promotion]) -> Promotion | None:
    before = [p for p in everything
              if p.festival == here.festival and p.starts_on < here.starts_on]  # fmt: skip
    return max(before, key=lambda p: p.starts_on, default=None)


def _rules(session: Session, ids: Sequence[int]) -> dict[int, list[PromotionRule]]:
    found: dict[int, list[PromotionRule]] = {}
    for rule in session.scalars(
        select(PromotionRule)
        .where(PromotionRule.promotion_id.in_(ids))
        .order_by(PromotionRule.starts_on, PromotionRule.id)
    ):
        found.setdefault(rule.promotion_id, []).append(rule)
    return found


def _sums(
    session: Session, state: ReportState, promotions: Sequence[Promotion]
) -> dict[int, Figures]:
    """Figures of the days of each promotion; the days of all of them are read at once."""
    if not promotions:
        return {}
    first, last = min(p.starts_on for p in promotions), max(p.ends_on for p in promotions)
    span = Period(first, last)
    asked = state.changed(preset="custom", start=span.start, end=span.end, comparison="none")
    by_day = read_figures(session, asked, ("day",))
    return {p.id: _sum(by_day, p.starts_on, p.ends_on) for p in promotions}


def _sum(by_day: Mapping[Key, Figures], first: date, last: date) -> Figures:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    found = [figures for day in days if (figures := by_day.get((NOW, day))) is not None]
    return total(found) if found else Figures()
