import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution.path_models import (
    PATH_MODELS,
    Timing,
    credits_under,
    markov_of,
)
from tracker.domain.attribution.path_table import read_path_table

DAILY = Timing(half_life_hours=24.0, step_hours=24.0)


def table_of(*rows):
    lines = [f"{path};{c};{v};{n}\n" for path, c, v, n in rows]
    head = "path;total_conversions;total_conversion_value;total_null\n"
    return read_path_table([head, *lines])


def credits_of(model, table, timing=DAILY, order=1):
    found = credits_under(model, table, timing, markov_of(table, order))
    return dict(zip(table.channels, found.conversions.tolist(), strict=True))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"a": 7, "b": 0, "direct": 0}),
        ("last", {"a": 0, "b": 0, "direct": 7}),
        ("last_non_direct", {"a": 0, "b": 7, "direct": 0}),
        ("linear", {"a": 1.75, "b": 3.5, "direct": 1.75}),
        ("position_based", {"a": 2.8, "b": 1.4, "direct": 2.8}),
        ("time_decay", {"a": 7 / 15, "b": 7 * 6 / 15, "direct": 7 * 8 / 15}),
        ("markov", {"a": 7 / 3, "b": 7 / 3, "direct": 7 / 3}),
        ("shapley", {"a": 7 / 3, "b": 7 / 3, "direct": 7 / 3}),
    ],
)
def test_each_model_shares_one_path_as_defined(model, expected):
    table = table_of(("a>b>b>direct", 7, 70, 0))
    assert credits_of(model, table) == pytest.approx(expected, rel=1e-14)
    value = credits_under(model, table, DAILY, markov_of(table, 1)).value
    assert value == pytest.approx([10 * credit for credit in expected.values()], rel=1e-14)


def test_short_paths_under_position_based():
    assert credits_of("position_based", table_of(("a", 1, 0, 0))) == {"a": 1}
    assert credits_of("position_based", table_of(("a>b", 1, 0, 0))) == {"a": 0.5, "b": 0.5}


def test_a_path_of_direct_visits_only_goes_to_direct():
    table = table_of(("Direct > (direct)", 2, 0, 0), ("x>Direct", 1, 0, 0))
    assert credits_of("last_non_direct", table) == {"(direct)": 2, "Direct": 0, "x": 1}


def test_time_decay_over_a_very_long_path_stays_a_number():
    table = table_of((">".join(["a"] * 5_000 + ["b"]), 1, 0, 0))
    assert credits_of("time_decay", table) == pytest.approx({"a": 0.5, "b": 0.5})


def test_markov_counts_journeys_without_conversion_and_shares_value_by_the_same_effects():
    table = table_of(("C1>C2>C3", 1, 50, 0), ("C1", 0, 0, 1), ("C2>C3", 0, 0, 1))
    result = markov_of(table, 1)
    assert result.p_conversion == pytest.approx(1 / 3)
    found = credits_under("markov", table, DAILY, result)
    assert found.conversions == pytest.approx([0.2, 0.4, 0.4])
    assert found.value == pytest.approx([10, 20, 20])


def test_a_table_without_conversions_credits_nobody_under_markov():
    table = table_of(("a>b", 0, 0, 4), ("c", 0, 0, 0))
    assert markov_of(table, 1).removal.tolist() == [0, 0, 0]
    assert markov_of(table, 1).p_conversion == 0
    for model in PATH_MODELS:
        assert set(credits_of(model, table).values()) == {0}


paths = st.lists(st.sampled_from(["a", "b", "c", "direct"]), min_size=1, max_size=6).map(">".join)


@given(
    st.lists(st.tuples(paths, st.integers(0, 9), st.floats(0, 99), st.integers(0, 9)), min_size=1),
    st.floats(0.1, 1_000),
    st.floats(0, 1_000),
    st.integers(1, 4),
)
def test_every_model_gives_away_what_there_is(rows, half_life, step, order):
    table = table_of(*rows)
    markov = markov_of(table, order)
    for model in PATH_MODELS:
        found = credits_under(model, table, Timing(half_life, step), markov)
        assert np.isfinite(found.conversions).all()
        assert np.all(found.conversions >= 0)
        assert found.conversions.sum() == pytest.approx(table.journeys.conversions.sum())
        if markov.removal.any() or model != "markov":
            assert found.value.sum() == pytest.approx(table.value.sum())
