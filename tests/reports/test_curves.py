"""Curves: gaps stay gaps, the axis begins where the values do."""

from __future__ import annotations

import json
from datetime import date, timedelta
from math import isnan

import pytest
from lxml import etree

from tracker.domain.periods import Period
from tracker.reports.chart import chart_from
from tracker.reports.curves import MAX_CURVES, Curve, curve_chart
from tracker.reports.drawing import draw_svg
from tracker.reports.rows import Band

START = date(2026, 11, 1)


def chart(curves, days=10, **given):
    period = Period(START, START + timedelta(days=days - 1))
    asked = {"title": "Followers", "locale": "en", "text": lambda v: f"{v:.0f}"}
    return curve_chart(curves, period, **{**asked, **given})


def at(*pairs: tuple[int, float]) -> dict[date, float]:
    return {START + timedelta(days=n): value for n, value in pairs}


def test_days_without_a_reading_are_gaps_and_say_so():
    made = chart([Curve("bilibili", at((0, 100), (1, 110), (5, 140)))])
    [line] = made.lines
    assert [n for n, value in enumerate(line.values) if not isnan(value)] == [0, 1, 5]
    assert made.columns[1].figures == (("line1", "bilibili", "110"),)
    assert made.columns[2].figures == (("line1", "bilibili", "—"),)


def test_the_axis_begins_near_the_values_and_never_below_nothing():
    made = chart([Curve("a", at((0, 50_000), (9, 51_500)))])
    assert 45_000 <= made.low <= 50_000 <= 51_500 <= made.high <= 55_000
    assert chart([Curve("a", at((0, 0), (1, 0)))]).low >= 0
    flat = chart([Curve("a", at((0, 50_000), (9, 50_001)))])
    assert flat.high - flat.low >= 1_000  # one follower is no mountain


def test_longer_periods_show_the_newest_value_of_each_week():
    made = chart([Curve("a", at((0, 1), (3, 5), (8, 9)))], days=400)
    assert made.lines[0].values[:2] == (5, 9)


def test_more_curves_than_colours_are_left_out_and_names_are_cut():
    made = chart([Curve("x" * 200 + "\x00", at((0, n))) for n in range(9)])
    assert len(made.lines) == MAX_CURVES
    assert len(made.lines[0].label) <= 40


def test_a_drawing_has_each_curve_a_stroke_for_a_lone_value_and_survives_its_journey():
    made = chart(
        [Curve("ours", at((0, 100), (1, 100), (2, 90))), Curve("theirs", at((5, 95)))],
        bands=(Band("双11", "double11", START, START + timedelta(days=3)),),
        link=lambda first, _last: f"/x?from={first}",
    )
    again = chart_from(json.loads(made.to_json()))
    svg = etree.fromstring(draw_svg(again))
    paths = {
        g.get("data-label"): [p.get("d") for p in g.iter("{http://www.w3.org/2000/svg}path")]
        for g in svg.iter("{http://www.w3.org/2000/svg}g")
        if g.get("data-series")
    }
    assert set(paths) == {"ours", "theirs"}
    assert all("L" in d for ds in paths.values() for d in ds)
    assert draw_svg(made) == draw_svg(again)


@pytest.mark.parametrize("curves", [[], [Curve("a", {})]])
def test_nothing_to_draw_is_an_empty_chart(curves):
    assert "<svg" in draw_svg(chart(curves))
