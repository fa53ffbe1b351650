import pytest

from tracker.domain.channels import Channel
from tracker.domain.rules import ChannelRule, Condition, Operator


def rule(*conditions):
    return ChannelRule(tuple(Condition(*parts) for parts in conditions), Channel.EMAIL)


@pytest.mark.parametrize(
    ("operator", "value", "matches"),
    [
        ("is", "spring-618", True), ("is", "618", False),
        ("contains", "618", True), ("contains", "1111", False), ("contains", "", False),
        ("starts", "spring", True), ("starts", "618", False),
        ("ends", "618", True), ("ends", "spring", False),
    ],
)  # fmt: skip
def test_operators(operator, value, matches):
    test = Condition("campaign", Operator(operator), value)
    assert test.matches({"campaign": "spring-618"}) is matches


def test_all_conditions_must_match():
    both = rule(("source", "is", "a"), ("medium", "is", "b"))
    assert both.matches({"source": "a", "medium": "b"})
    assert not both.matches({"source": "a", "medium": "c"})
    assert not rule().matches({"source": "a"})


def test_an_absent_value_can_be_asked_for():
    assert rule(("medium", "is", "")).matches({"source": "a"})


def test_unknown_fields_and_operators_are_refused():
    with pytest.raises(ValueError):
        Condition("password", Operator.IS, "x")
    with pytest.raises(ValueError):
        rule(("source", "regex", ".*"))
