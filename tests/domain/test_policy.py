import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.paths import Signal
from tracker.domain.periods import DAY_US
from tracker.domain.policy import (
    HOUR_US,
    BuyerScope,
    Policy,
    PolicyError,
    policy_from,
    policy_from_json,
)

policies = st.builds(
    Policy,
    lookback_days=st.integers(1, 180),
    half_life_hours=st.none() | st.integers(1, 8760),
    position_ends_permille=st.integers(0, 500),
    precedence=st.permutations(list(Signal)).map(tuple),
    exclusive=st.frozensets(st.sampled_from(sorted(set(Signal) - {Signal.direct}))),
    buyer_scope=st.sampled_from(BuyerScope),
    reset_at_order=st.booleans(),
    markov_order=st.integers(1, 2),
    rules_version=st.integers(1, 99),
)


@given(policies)
def test_a_policy_survives_its_json(policy):
    again = policy_from_json(policy.canonical_json())
    assert again == policy
    assert again.content_hash() == policy.content_hash()


@given(policies, policies)
def test_different_policies_have_different_hashes(one, other):
    assert (one == other) == (one.content_hash() == other.content_hash())


def test_missing_keys_take_the_defaults():
    assert policy_from({}) == Policy()
    assert policy_from({"lookback_days": 7}).lookback_us == 7 * DAY_US


def test_the_default_half_life_is_a_quarter_of_the_window_but_a_day_at_least():
    assert Policy(lookback_days=28).half_life_us == 7 * DAY_US
    assert Policy(lookback_days=2).half_life_us == DAY_US
    assert Policy(half_life_hours=3).half_life_us == 3 * HOUR_US


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"lookback_days": 0}, "lookback_days"),
        ({"lookback_days": 181}, "lookback_days"),
        ({"half_life_hours": 0}, "half_life_hours"),
        ({"position_ends_permille": 501}, "position_ends_permille"),
        ({"precedence": ["coupon"]}, "precedence"),
        ({"precedence": ["coupons"]}, "unknown_value"),
        ({"exclusive": ["direct"]}, "exclusive"),
        ({"max_touchpoints": 501}, "max_touchpoints"),
        ({"markov_order": 3}, "markov_order"),
        ({"window": 3}, "unknown_key"),
    ],
)
def test_what_makes_no_sense_is_refused(content, code):
    with pytest.raises(PolicyError) as caught:
        policy_from(content)
    assert caught.value.code == code


def test_canonical_json_is_plain_sorted_json():
    content = json.loads(Policy().canonical_json())
    assert list(content) == sorted(content)
    assert content["precedence"][:3] == ["lock", "affiliate", "coupon"]
