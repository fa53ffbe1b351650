"""A chart as plain data: everything decided and written out but the drawing itself.

A `Chart` has whole texts (in one language), places and values only, so it travels to the drawing
process as JSON, its hash names the drawing in a cache, and equal charts are drawn equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Any

from babel.dates import format_skeleton

from tracker import i18n
from tracker.domain.money import exponent
from tracker.reports.format import count, money
from tracker.reports.rows import Band, DailySeries, Series

THEME_VERSION = 1
"""Counts up when charts look different, so that nothing drawn before is shown."""

MAX_COLUMNS = 190
"""Columns of bars at most; longer periods are drawn by weeks, then by four weeks."""

WIDTHS = (320, 1_600)
HEIGHTS = (120, 800)
MAX_TEXT = 40
"""Characters of a name on a chart; the rest is cut."""

X_LABELS = 7
Y_STEPS = 4


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """Bars of one colour or one line: a key of the theme, its name, a value for each column."""

    key: str
    label: str
    values: tuple[float, ...]
    """NaN: a gap in a line."""


@dataclass(frozen=True, slots=True)
class Column:
    """One day (or week): its name, exact figures by series as (key, label, text), and where it
    leads; href "": nowhere."""

    day: str
    label: str
    figures: tuple[tuple[str, str, str], ...]
    href: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A text at a place of an axis: a value, or the index of a column."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A promotion over columns `first` to `last`, both included."""

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars with lines over them; sizes in CSS pixels."""

    title: str
    width: int
    height: int
    columns: tuple[Column, ...]
    bars: tuple[ChartSeries, ...]
    lines: tuple[ChartSeries, ...]
    stretches: tuple[Stretch, ...]
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]
    low: float
    high: float

    def to_json(self) -> str:
        """The chart as JSON; `chart_from` gives it back."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def key(self) -> str:
        """Name of its drawing: a hash of all it says and of the theme."""
        return hashlib.sha256(f"{THEME_VERSION}\n{self.to_json()}".encode()).hexdigest()


def chart_from(document: dict[str, Any]) -> Chart:
    """A chart from the object that `to_json` wrote."""
    made = dict(document)
    made["columns"] = tuple(
        Column(c["day"], c["label"], tuple((k, n, t) for k, n, t in c["figures"]), c["href"])
        for c in document["columns"]
    )
    for name in ("bars", "lines"):
        made[name] = tuple(
            ChartSeries(s["key"], s["label"], tuple(s["values"])) for s in document[name]
        )
    made["stretches"] = tuple(Stretch(**s) for s in document["stretches"])
    made["x_marks"] = tuple(Mark(**m) for m in document["x_marks"])
    made["y_marks"] = tuple(Mark(**m) for m in document["y_marks"])
    return Chart(**made)


def daily_chart(
    days: DailySeries,
    *,
    title: str,
    currency: str,
    locale: str,
    link: Callable[[date, date], str] = lambda _first, _last: "",
    width: int = 860,
    height: int = 232,
) -> Chart:
    """The chart of a daily series.

    Args:
        title: what it shows, for those who hear it.
        link: address of the rows behind the days from the first to the last, both included.
        width, height: cut to WIDTHS and HEIGHTS.
    """
    step = step_of(days.period.n_days)
    firsts = days.period.days()[::step]
    lasts = [min(first + timedelta(days=step - 1), days.period.end) for first in firsts]
    lines = [line for line in (days.cost, days.before) if line is not None]
    unit = int(10 ** exponent(currency))
    bars = tuple(_series(s, step, unit, locale) for s in days.bars if any(s.values))
    over = tuple(_series(s, step, unit, locale) for s in lines)
    low, high = _range(bars, over)
    marks = nice_marks(low, high)
    return Chart(
        title=clean(title, 200),
        width=within(width, WIDTHS),
        height=within(height, HEIGHTS),
        columns=tuple(
            Column(
                first.isoformat(),
                day_text(first, last, locale),
                _figures([*days.bars, *lines], i, step, currency, locale),
                link(first, last),
            )
            for i, (first, last) in enumerate(zip(firsts, lasts, strict=True))
        ),
        bars=bars,
        lines=over,
        stretches=tuple(stretch_of(band, days.period.start, step) for band in days.bands[:20]),
        x_marks=x_marks_of(firsts, locale),
        y_marks=tuple(Mark(value, count(value, locale)) for value in marks),
        low=min(low, marks[0]),
        high=max(high, marks[-1]),
    )


def nice_marks(low: float, high: float) -> list[float]:
    """Round values at even steps for a range, at most about Y_STEPS + 2 of them. The last one is at
    or above its top; the first one may lie up to half a step above its bottom."""
    span = (high - low) or 1.0
    rough = span / Y_STEPS
    magnitude = 10.0 ** floor(log10(rough))
    step = next(f * magnitude for f in (1, 2, 2.5, 5, 10) if f * magnitude >= rough)
    first, last = floor(low / step), ceil(high / step)
    if low - first * step > step / 2:  # a small dip below zero needs no step of its own
        first += 1
    return [i * step for i in range(first, last + 1)]


def clean(text: str, most: int = MAX_TEXT) -> str:
    """Text that any drawing can hold: printable characters only, cut at `most`."""
    kept = "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff").strip()
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def step_of(n_days: int) -> int:
    """Days of one column: a day, a week, or four weeks."""
    return next(step for step in (1, 7, 28, 364) if n_days <= step * MAX_COLUMNS)


def _summed(values: Sequence[int], step: int) -> list[int]:
    return [sum(values[i : i + step]) for i in range(0, len(values), step)]


def _series(series: Series, step: int, unit: int, locale: str) -> ChartSeries:
    label = i18n.label(locale, "series", series.key)
    return ChartSeries(series.key, label, tuple(v / unit for v in _summed(series.values, step)))


def _range(bars: Sequence[ChartSeries], lines: Sequence[ChartSeries]) -> tuple[float, float]:
    """Lowest and highest point of stacks (negative parts hang below 0) and lines; 0 is in it."""
    columns = list(zip(*(s.values for s in bars), strict=True))
    ups = [sum(v for v in column if v > 0) for column in columns]
    downs = [sum(v for v in column if v < 0) for column in columns]
    points = [v for line in lines for v in line.values]
    return min([0.0, *downs, *points]), max([0.0, *ups, *points]) or 1.0


def _figures(
    series: Sequence[Series], column: int, step: int, currency: str, locale: str
) -> tuple[tuple[str, str, str], ...]:
    """Every series' exact figure of a column, whatever is drawn."""
    return tuple(
        (
            s.key,
            i18n.label(locale, "series", s.key),
            money(
                sum(s.values[column * step : (column + 1) * step]), currency, locale, compact=False
            ),
        )
        for s in series
    )


def day_text(first: date, last: date, locale: str) -> str:
    """The name of a column: its day, or its first and last."""
    if first == last:
        return str(format_skeleton("yMMMEd", first, locale=locale))
    return f"{first.isoformat()} – {last.isoformat()}"


def x_marks_of(firsts: Sequence[date], locale: str) -> tuple[Mark, ...]:
    """Days under the axis, few enough to be read."""
    every = max(1, ceil(len(firsts) / X_LABELS))
    skeleton = "Md" if firsts[0].year == firsts[-1].year else "yMd"
    return tuple(
        Mark(i, str(format_skeleton(skeleton, firsts[i], locale=locale)))
        for i in range(0, len(firsts), every)
    )


def stretch_of(band: Band, start: date, step: int) -> Stretch:
    """A promotion over columns of `step` days from `start`."""
    first, last = (band.start - start).days // step, (band.end - start).days // step
    return Stretch(first, last, clean(band.name))


def within(value: int, limits: tuple[int, int]) -> int:
    """A size cut to its limits."""
    return max(limits[0], min(limits[1], value))
