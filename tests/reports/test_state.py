from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tracker.domain.channels import Channel, Kind
from tracker.domain.periods import Period
from tracker.domain.policy import MODELS
from tracker.reports.state import (
    BASES,
    COMPARISONS,
    MAX_DAYS,
    PRESETS,
    STATUSES,
    ReportState,
    period_of,
    today_in,
)

TODAY = date(2026, 11, 22)
WORKSPACE = SimpleNamespace(id=1, policy_id=2, base_currency="CNY", time_zone="Asia/Shanghai")


def state_of(**args: str) -> ReportState:
    renamed = {name.rstrip("_"): value for name, value in args.items()}
    return ReportState.from_args(renamed, WORKSPACE, TODAY)


def promotion(festival: str, start: date, days: int) -> SimpleNamespace:
    return SimpleNamespace(
        festival=festival, starts_on=start, ends_on=start + timedelta(days=days - 1)
    )


def test_nothing_asked_for_is_the_last_thirty_days_against_the_thirty_before():
    state = state_of()
    assert (state.start, state.end) == (date(2026, 10, 24), TODAY)
    assert state.comparison_period() == Period(date(2026, 9, 24), date(2026, 10, 23))
    assert state.to_args() == {}


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("7d", date(2026, 11, 16), TODAY),
        ("90d", date(2026, 8, 25), TODAY),
        ("this_month", date(2026, 11, 1), TODAY),
        ("last_month", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_named_periods_move_with_the_day(preset: str, start: date, end: date):
    state = state_of(period=preset)
    assert (state.start, state.end, state.to_args()) == (start, end, {"period": preset})


def test_last_month_of_january_is_december():
    assert period_of("last_month", date(2027, 1, 5)).start == date(2026, 12, 1)


@pytest.mark.parametrize(
    "args",
    [
        {"from_": "x", "to": "2026-11-11"},
        {"from_": "2026-11-01"},
        {"period": "forever"},
        {"from_": "1999-12-31", "to": "2026-01-01"},
        {
            "compare": "x",
            "model": "best",
            "basis": "?",
            "kind": "KOL",
            "channel": "x",
            "status": "x",
        },
        {"shop": "-1,x,99999999999999", "campaign": "²", "influencer": "1e3", "page": "-4"},
        {"sort": "net;drop table", "q": "\x00\ud800"},
    ],
)
def test_what_makes_no_sense_is_the_default(args: dict[str, str]):
    assert state_of(**args) == state_of()


def test_days_in_the_wrong_order_are_turned_round_and_too_many_are_cut():
    assert state_of(from_="2026-11-11", to="2026-11-09").start == date(2026, 11, 9)
    assert state_of(from_="2001-01-01", to="2026-11-11").period.n_days == MAX_DAYS


def test_shops_come_from_a_form_or_from_a_link():
    form = MultiDict([("shop", "3"), ("shop", "1")])
    assert ReportState.from_args(form, WORKSPACE, TODAY).shop_ids == (1, 3)
    assert state_of(shop="3,1,3").shop_ids == (1, 3)
    assert state_of(shop="3,1").to_args() == {"shop": "1,3"}


def test_a_change_goes_back_to_the_first_page():
    state = state_of(page="7")
    assert state.page == 7
    assert state.changed(kind="kol").page == 1
    assert state.to_args(kind="kol") == {"kind": "kol"}


def test_stepping_keeps_the_length():
    state = state_of(from_="2026-11-09", to="2026-11-11")
    assert state.stepped(-1).period == Period(date(2026, 11, 6), date(2026, 11, 8))
    assert state.stepped(1).stepped(-1).period == state.period
    far = state_of(from_="2099-12-30", to="2099-12-31")
    assert far.stepped(1) == far


def test_last_year_compares_the_same_weekdays():
    period = state_of(from_="2026-11-09", to="2026-11-11", compare="last_year").comparison_period()
    assert period is not None
    assert period.start.weekday() == date(2026, 11, 9).weekday()


def test_the_festival_is_compared_with_its_own_last_time():
    promotions = [
        promotion("double11", date(2025, 10, 20), 23),
        promotion("double11", date(2026, 10, 24), 19),
        promotion("618", date(2026, 5, 20), 30),
    ]
    state = state_of(from_="2026-10-31", to="2026-11-09", compare="festival")
    # ten days, of which the first is a week into the festival
    assert state.comparison_period(promotions) == Period(date(2025, 10, 27), date(2025, 11, 5))
    assert state.comparison_period(promotions[1:]) is None
    assert state_of(compare="festival").comparison_period([]) is None


def test_a_zone_that_is_not_there_is_utc():
    assert today_in("Mars/Olympus") == today_in("UTC")


args = st.fixed_dictionaries(
    {},
    optional={
        "from": st.dates(date(1990, 1, 1), date(2110, 1, 1)).map(str) | st.text(),
        "to": st.dates(date(1990, 1, 1), date(2110, 1, 1)).map(str) | st.text(),
        "period": st.sampled_from(PRESETS) | st.text(),
        "compare": st.sampled_from(COMPARISONS) | st.text(),
        "model": st.sampled_from([str(m) for m in MODELS]) | st.text(),
        "shop": st.text("0123456789,- x") | st.text(),
        "basis": st.sampled_from(BASES) | st.text(),
        "kind": st.sampled_from([str(k) for k in Kind]) | st.text(),
        "channel": st.sampled_from([*(str(c) for c in Channel), "unattributed"]) | st.text(),
        "campaign": st.integers().map(str) | st.text(),
        "influencer": st.integers().map(str) | st.text(),
        "status": st.sampled_from(STATUSES) | st.text(),
        "sort": st.from_regex(r"-?[a-z_]+", fullmatch=True) | st.text(),
        "q": st.text(),
        "page": st.integers().map(str) | st.text(),
    },
)


@given(args, st.dates(date(2001, 1, 1), date(2099, 1, 1)))
def test_any_address_gives_a_state_and_its_own_address_gives_it_again(
    given_args: dict[str, str], today: date
):
    state = ReportState.from_args(given_args, WORKSPACE, today)
    assert state.start <= state.end
    assert 1 <= state.model_code <= len(MODELS)
    assert ReportState.from_args(state.to_args(), WORKSPACE, today) == state
