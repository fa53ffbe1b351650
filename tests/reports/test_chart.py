from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.periods import Period
from tracker.reports.chart import MAX_COLUMNS, Chart, chart_from, clean, daily_chart, nice_marks
from tracker.reports.rows import Band, DailySeries, Series

START = date(2026, 11, 1)


def days_of(n: int, before: bool = True) -> DailySeries:
    period = Period(START, START + timedelta(days=n - 1))
    return DailySeries(
        period=period,
        bars=(
            Series("natural", tuple(range(100, 100 + n))),
            Series("kol", tuple(-10 * (i % 2) for i in range(n))),
            Series("unattributed", (0,) * n),
        ),
        cost=Series("cost", (50,) * n),
        before=Series("before", (75,) * n) if before else None,
        before_period=period.shifted(-n) if before else None,
        bands=(Band("双11", "double11", START + timedelta(days=1), period.end),),
    )


def chart_of(n: int = 3, **changes: object) -> Chart:
    options = {"title": "Daily", "currency": "CNY", "locale": "en", **changes}
    return daily_chart(days_of(n), **options)  # type: ignore[arg-type]


def test_every_column_names_every_series_with_its_exact_figure():
    column = chart_of().columns[1]
    assert column.day == "2026-11-02"
    assert [(key, text) for key, _label, text in column.figures] == [
        ("natural", "CN¥1.01"),
        ("kol", "−CN¥0.10"),
        ("unattributed", "CN¥0.00"),
        ("cost", "CN¥0.50"),
        ("before", "CN¥0.75"),
    ]


def test_series_without_anything_are_not_drawn():
    assert [s.key for s in chart_of().bars] == ["natural", "kol"]


def test_long_periods_are_drawn_by_weeks_and_lose_nothing():
    chart = chart_of(400)
    assert len(chart.columns) <= MAX_COLUMNS
    assert sum(chart.bars[0].values) == pytest.approx(sum(range(100, 500)) / 100)
    assert chart.columns[0].label == "2026-11-01 – 2026-11-07"
    assert chart.columns[-1].day <= days_of(400).period.end.isoformat()


def test_links_get_the_days_of_their_column():
    asked: list[tuple[date, date]] = []
    chart = chart_of(400, link=lambda a, b: asked.append((a, b)) or f"/days/{a}")
    assert asked[0] == (START, START + timedelta(days=6))
    assert asked[-1][1] == days_of(400).period.end
    assert chart.columns[0].href == "/days/2026-11-01"


def test_a_chart_survives_its_way_to_the_drawing_process():
    chart = chart_of()
    again = chart_from(json.loads(chart.to_json()))
    assert again == chart
    assert again.key() == chart.key()
    assert chart_of(4).key() != chart.key()


def test_sizes_are_capped():
    assert chart_of(width=10**6).width == 1_600
    assert chart_of(height=1).height == 120


def test_names_are_cut_and_cleaned():
    assert clean("KOL $100_$\x00\ud800 deal") == "KOL $100_$ deal"
    assert len(clean("长" * 500)) == 40


def test_an_empty_period_has_a_scale():
    zero = DailySeries(
        Period(START, START), (Series("natural", (0,)),), Series("cost", (0,)), None, None, ()
    )
    chart = daily_chart(zero, title="", currency="JPY", locale="en")
    assert chart.low <= 0 < chart.high


@given(
    st.floats(-1e12, 0, allow_nan=False),
    st.floats(0.01, 1e12, allow_nan=False),
)
def test_marks_are_few_even_and_reach_the_top(low, high):
    marks = nice_marks(low, high)
    assert 2 <= len(marks) <= 8
    assert marks[-1] >= high or marks[-1] == pytest.approx(high)
    steps = {round((b - a) / (marks[1] - marks[0]), 6) for a, b in pairwise(marks)}
    assert steps == {1.0}
