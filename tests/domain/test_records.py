import dataclasses

import pytest

from tests.factories import NOON
from tracker.domain.records import LoadResult, OrderRecord, Outcome, Reason, RefundRecord, Refused


def test_result_counts_each_outcome_and_says_where_the_problems_are():
    refused = Refused(Reason.NO_DATE, "A1")
    result = LoadResult((Outcome.LOADED, refused, Outcome.LOADED, Outcome.UNCHANGED))
    assert (result.loaded, result.updated, result.unchanged) == (2, 0, 1)
    assert result.problems == [(1, refused)]


def test_reasons_are_their_own_codes():
    for reason in Reason:
        assert reason.value == reason.name.lower()


def test_records_cannot_be_changed():
    record = RefundRecord("A1", NOON, 5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.amount_minor = 6
    assert hash(OrderRecord("A", NOON, "paid", "CNY", 5)) == hash(
        OrderRecord("A", NOON, "paid", "CNY", 5)
    )
