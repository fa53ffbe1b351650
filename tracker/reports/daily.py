"""Series of days for charts and sparklines, from sums by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.domain.periods import Period
from tracker.reports.facts import BEFORE, NOW, Key
from tracker.reports.figures import Figures
from tracker.reports.rows import Context, DailySeries, Series
from tracker.reports.state import ReportState


def series(figures: Mapping[Key, Figures], slot: int, period: Period, name: str) -> tuple[int, ...]:
    """One figure (its name in `Figures`) for each day of a period; days without any are 0.

    figures: (slot, day, ...) -> sums; keys after the day are added up.
    """
    sums = dict.fromkeys(period.days(), 0)
    for (found, day, *_), row in figures.items():
        if found == slot and day in sums:
            sums[day] += getattr(row, name)
    return tuple(sums.values())


def daily_series(
    figures: Mapping[Key, Figures],
    state: ReportState,
    context: Context,
    bars: Sequence[tuple[str, Mapping[Key, Figures]]],
) -> DailySeries:
    """A chart: bars of net revenue, cost as a line, the compared revenue dashed.

    figures: by (slot, day, ...), all of them. bars: key of each colour and its part of `figures`.
    """
    before = context.before_period
    return DailySeries(
        period=state.period,
        bars=tuple(
            Series(key, series(part, NOW, state.period, "net_revenue_minor")) for key, part in bars
        ),
        cost=Series("cost", series(figures, NOW, state.period, "cost_minor")),
        before=None
        if before is None
        else Series("before", series(figures, BEFORE, before, "net_revenue_minor")),
        before_period=before,
        bands=context.bands,
    )
