"""Drawing a chart with matplotlib: SVG for pages, PNG for files. Runs in the drawing process.

No pyplot: a Figure of its own for each drawing, which is gone afterwards. Every artist that a page
may restyle has a gid; `tracker.reports.svg` turns gids into classes and theme colours.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from tracker.reports.chart import Chart, ChartSeries
from tracker.reports.fonts import NO_FONT, MissingFontError, find_chinese_font, has_chinese
from tracker.reports.svg import LEFT, RIGHT, TOP, UNDER, to_page_svg
from tracker.reports.theme import COLOURS, LATIN_FONT

PNG_SCALE = 2
"""Pixels of a PNG for a CSS pixel."""

_BAR = 0.66
"""Width of a bar; the column is 1."""

_SETTINGS: Any = {
    "svg.fonttype": "none",  # text stays text: it can be read, found and translated
    "svg.hashsalt": "chart",
    "text.parse_math": False,  # a "$" in a name is a "$"
    "path.simplify": False,
    "font.size": 11,
}

_UNDER, _GRID, _BARS, _LINES, _TEXTS = range(5)
"""Layers, lowest first."""


@cache
def file_fonts() -> list[str]:
    """Names of the fonts for files, the one with Chinese first; there may be none of that kind."""
    found = find_chinese_font()
    if found is None:
        return [LATIN_FONT]
    fontManager.addfont(found)
    return [FT2Font(str(found)).family_name, LATIN_FONT]


@contextmanager
def _settings(fonts: list[str]) -> Iterator[None]:
    with rc_context({**_SETTINGS, "font.family": fonts}), warnings.catch_warnings():
        # on a page the reader's browser chooses the font; files have one with Chinese
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        yield


def draw_svg(chart: Chart) -> str:
    """The chart as an SVG element for a page: classes, theme variables, links, no styles."""
    with _settings([LATIN_FONT]):
        figure = _figure(chart)
        FigureCanvasSVG(figure)
        out = io.BytesIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return to_page_svg(out.getvalue(), chart)


def draw_png(chart: Chart) -> bytes:
    """The chart as a PNG on white, with its title and legend, for files and mails.

    Raises MissingFontError: it has Chinese, and no font on this machine does.
    """
    names = file_fonts()
    if names == [LATIN_FONT] and has_chinese(chart.to_json()):
        raise MissingFontError(NO_FONT)
    with _settings(names):
        figure = _figure(chart, head=44)
        FigureCanvasAgg(figure)
        _write_head(figure, chart)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=72 * PNG_SCALE, facecolor="white", metadata={})
    return out.getvalue()


def _figure(chart: Chart, head: int = 0) -> Figure:
    """The drawing; `head`: pixels kept free above it."""
    height = chart.height + head
    figure = Figure(figsize=(chart.width / 72, height / 72), dpi=72)
    axes = figure.add_axes(
        (
            LEFT / chart.width,
            UNDER / height,
            (chart.width - LEFT - RIGHT) / chart.width,
            (chart.height - TOP - UNDER) / height,
        )
    )
    axes.set_axis_off()
    axes.set_xlim(-0.5, len(chart.columns) - 0.5)
    axes.set_ylim(chart.low, chart.high)
    _draw_stretches(axes, chart)
    _draw_marks(axes, chart)
    _draw_bars(axes, chart.bars)
    for line in chart.lines:
        _draw_line(axes, line)
    return figure


def _draw_stretches(axes: Axes, chart: Chart) -> None:
    """Promotions as soft bands with their name; names that would overlap are left out."""
    column = (chart.width - LEFT - RIGHT) / len(chart.columns)
    free_from = 0.0
    for n, stretch in enumerate(chart.stretches):
        left, right = stretch.first - 0.5, stretch.last + 0.5
        band = Rectangle((left, chart.low), right - left, chart.high - chart.low, lw=0)
        band.set_facecolor(COLOURS["promo"])
        band.set_gid(f"promo-{n}")
        band.set_zorder(_UNDER)
        axes.add_patch(band)
        x = LEFT + (left + 0.5) * column + 4
        if stretch.text and x >= free_from:
            text = axes.annotate(
                stretch.text,
                (left, chart.high),
                xytext=(4, -12),
                textcoords="offset points",
                color=COLOURS["ink"],
                annotation_clip=False,
                zorder=_TEXTS,
            )
            text.set_gid(f"promo_name-{n}")
            free_from = x + 8 + sum(11 if ord(c) > 0x2E7F else 6.5 for c in stretch.text)


def _draw_marks(axes: Axes, chart: Chart) -> None:
    right = len(chart.columns) - 0.5
    for n, mark in enumerate(chart.y_marks):
        line = Line2D([-0.5, right], [mark.at, mark.at], color=COLOURS["grid"], linewidth=0.75)
        line.set_gid(f"grid-{n}")
        line.set_clip_on(False)
        line.set_zorder(_GRID)
        axes.add_line(line)
        text = axes.annotate(
            mark.text,
            (-0.5, mark.at),
            xytext=(-6, -4),
            textcoords="offset points",
            ha="right",
            color=COLOURS["muted"],
            annotation_clip=False,
        )
        text.set_gid(f"label-y{n}")
    for n, mark in enumerate(chart.x_marks):
        text = axes.annotate(
            mark.text,
            (mark.at, chart.low),
            xytext=(0, -16),
            textcoords="offset points",
            ha="center",
            color=COLOURS["muted"],
            annotation_clip=False,
        )
        text.set_gid(f"label-x{n}")


def _draw_bars(axes: Axes, bars: Sequence[ChartSeries]) -> None:
    """Bars stacked in their order; negative parts hang below zero. One path a colour."""
    if not bars:
        return
    ups = np.zeros(len(bars[0].values))
    downs = np.zeros(len(bars[0].values))
    for series in bars:
        values = np.array(series.values)
        base = np.where(values >= 0, ups, downs)
        patch = PathPatch(_rectangles(base, base + values), facecolor=COLOURS[series.key], lw=0)
        patch.set_gid(f"bar-{series.key}")
        patch.set_zorder(_BARS)
        axes.add_patch(patch)
        ups += np.maximum(values, 0)
        downs += np.minimum(values, 0)


def _rectangles(bottoms: NDArray[np.float64], tops: NDArray[np.float64]) -> Path:
    """One path of a rectangle for each column that has a height."""
    at = np.flatnonzero(bottoms != tops)
    left, right = at - _BAR / 2, at + _BAR / 2
    low, high = bottoms[at], tops[at]
    corners = [(left, low), (right, low), (right, high), (left, high), (left, low)]
    vertices = np.stack([np.column_stack(corner) for corner in corners], axis=1).reshape(-1, 2)
    one = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(vertices, np.tile(np.array(one, Path.code_type), len(at)))


def _draw_line(axes: Axes, series: ChartSeries) -> None:
    is_before = series.key == "before"
    places, values = _with_stubs(series.values)
    line = Line2D(
        places,
        values,
        color=COLOURS[series.key],
        linewidth=1.4 if is_before else 1.6,
        linestyle=(0, (3, 2.2)) if is_before else "solid",
        solid_joinstyle="round",
    )
    line.set_gid(f"line-{series.key}")
    line.set_zorder(_LINES)
    line.set_clip_on(False)
    axes.add_line(line)


def _with_stubs(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Places and values of a line whose gaps are NaN; a value that stands alone would not be seen,
    so it becomes a short stroke."""
    places: list[float] = []
    heights: list[float] = []
    known = [value == value for value in values]  # NaN is not itself
    for i, value in enumerate(values):
        is_alone = known[i] and not any(known[max(0, i - 1) : i] + known[i + 1 : i + 2])
        for place in (i - _BAR / 2, i + _BAR / 2) if is_alone else (float(i),):
            places.append(place)
            heights.append(value)
    return places, heights


def _write_head(figure: Figure, chart: Chart) -> None:
    """Title and legend above the drawing."""
    height = figure.get_figheight() * 72
    figure.text(LEFT / chart.width, 1 - 16 / height, chart.title, color=COLOURS["ink"], size=12.5)
    x = float(LEFT)
    for series in (*chart.bars, *chart.lines):
        y = 1 - 34 / height
        figure.text(x / chart.width, y, "■", color=COLOURS[series.key])
        figure.text((x + 14) / chart.width, y, series.label, color=COLOURS["muted"])
        x += 32 + sum(11 if ord(c) > 0x2E7F else 6.5 for c in series.label)
