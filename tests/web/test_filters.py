"""Numbers, days and codes as pages show them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.web import filters
from tracker.web.context import show_workspaces


@pytest.fixture
def page(app, world):
    with app.test_request_context("/", headers={"Accept-Language": "zh"}):
        show_workspaces(None)
        yield


def test_unknown_is_a_dash_and_zero_is_zero(page):
    for shown in (filters.money, filters.count, filters.percent, filters.times, filters.orders):
        assert shown(None) == "—"
        assert shown(0).strip("¥.%×0") == ""


def test_amounts_are_short_in_the_text_and_whole_in_the_title(page):
    assert filters.money(84_201_350) == "¥84.2万"
    assert filters.money_full(84_201_350) == "¥842,013.50"
    assert filters.money_full(1_000, "JPY") == "JP¥1,000"


def test_an_instant_of_today_is_a_clock_and_an_earlier_one_has_its_day(page, monkeypatch):
    monkeypatch.setattr(filters, "today", lambda: date(2026, 11, 22))
    assert filters.moment(datetime(2026, 11, 22, 6, 32, tzinfo=UTC)) == "14:32"
    assert filters.moment(datetime(2026, 11, 20, 20, 0, tzinfo=UTC)) == "2026-11-21 04:00"
    assert filters.short_day(date(2026, 11, 8)) == "11/8"
    assert filters.short_day(date(2025, 11, 8)) == "2025/11/8"


def test_the_beginning_of_time_is_called_ever_since(page, world):
    assert filters.shop_day(datetime(1970, 1, 1, tzinfo=UTC), world.shop) == "一直"
    assert filters.shop_day(None, world.shop) == "—"


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_a_bar_never_leaves_its_cell(value, most):
    assert 0 <= float(filters.percent_of(value, most)) <= 100


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=400))
def test_a_sparkline_never_leaves_its_box(values):
    points = [tuple(map(float, p.split(","))) for p in filters.spark_points(tuple(values)).split()]
    assert len(points) == len(values)
    assert all(0 <= x <= 120 and 0 <= y <= 28 for x, y in points)
    assert [x for x, _y in points] == sorted(x for x, _y in points)


def test_every_label_group_is_known_to_the_filter(page):
    assert filters.label("kol", "channel") == "达人"
    assert filters.label("unheard_of", "channel") == "unheard_of"
    assert filters.label(None, "channel") == ""
