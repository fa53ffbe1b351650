"""Curves over days: followers, prices. Unlike revenue they are not summed, and they have gaps.

A day without a reading is a gap, never 0 and never the day before; the axis begins where the values
do, since the question is how they move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan, nan

from tracker.domain.periods import Period
from tracker.reports.chart import (
    HEIGHTS,
    WIDTHS,
    Chart,
    ChartSeries,
    Column,
    Mark,
    clean,
    day_text,
    nice_marks,
    step_of,
    stretch_of,
    within,
    x_marks_of,
)
from tracker.reports.rows import Band

MAX_CURVES = 6
"""Colours that can still be told apart."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: its name, and its value on the days that have one."""

    label: str
    values: Mapping[date, float]


def curve_chart(
    curves: Sequence[Curve],
    period: Period,
    *,
    title: str,
    locale: str,
    text: Callable[[float], str],
    short: Callable[[float], str] | None = None,
    bands: Sequence[Band] = (),
    from_zero: bool = False,
    link: Callable[[date, date], str] = lambda _first, _last: "",
    width: int = 860,
    height: int = 232,
) -> Chart:
    """The chart of curves over a period; those after MAX_CURVES are left out.

    Args:
        text, short: a value in full (for the tooltip) and on the axis.
        bands: promotions, drawn behind.
        from_zero: the axis begins at 0: amounts of things, rather than how one thing moves.
        link: address of what is behind the days from the first to the last, both included.
    """
    step = step_of(period.n_days)
    firsts = period.days()[::step]
    lasts = [min(first + timedelta(days=step - 1), period.end) for first in firsts]
    lines = tuple(
        ChartSeries(
            f"line{n}",
            clean(curve.label),
            tuple(_last(curve, first, last) for first, last in zip(firsts, lasts, strict=True)),
        )
        for n, curve in enumerate(curves[:MAX_CURVES], 1)
    )
    known = [value for line in lines for value in line.values if not isnan(value)]
    low, high = _range([0.0, *known] if from_zero and known else known)
    marks = nice_marks(low, high)
    shown = short or text
    return Chart(
        title=clean(title, 200),
        width=within(width, WIDTHS),
        height=within(height, HEIGHTS),
        columns=_columns(lines, firsts, lasts, locale, text, link),
        bars=(),
        lines=lines,
        stretches=tuple(stretch_of(band, period.start, step) for band in bands[:20]),
        x_marks=x_marks_of(firsts, locale),
        y_marks=tuple(Mark(value, shown(value)) for value in marks),
        low=min(low, marks[0]),
        high=max(high, marks[-1]),
    )


def _columns(
    lines: Sequence[ChartSeries],
    firsts: Sequence[date],
    lasts: Sequence[date],
    locale: str,
    text: Callable[[float], str],
    link: Callable[[date, date], str],
) -> tuple[Column, ...]:
    return tuple(
        Column(
            first.isoformat(),
            day_text(first, last, locale),
            tuple(
                (line.key, line.label, "—" if isnan(line.values[i]) else text(line.values[i]))
                for line in lines
            ),
            link(first, last),
        )
        for i, (first, last) in enumerate(zip(firsts, lasts, strict=True))
    )


def _last(curve: Curve, first: date, last: date) -> float:
    """The newest value of some days; NaN: none of them has one."""
    days = range((last - first).days, -1, -1)
    found = (curve.values.get(first + timedelta(days=n)) for n in days)
    return float(next((value for value in found if value is not None), nan))


def _range(known: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest; what hardly moves is not blown up to fill the page."""
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    least = 0.02 * abs(high) or 1.0
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return (max(0.0, low) if min(known) >= 0 else low), high
