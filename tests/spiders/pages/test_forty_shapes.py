"""The pages of `tracker bench listings`, one of each shape."""

import pytest

from benchmarks.listing_pages import cases
from benchmarks.listings import FIELDS, read_ours, score

CASES = list(cases(1))


@pytest.mark.parametrize("case", CASES, ids=[case.shape for case in CASES])
def test_a_page_says_what_it_says_and_no_more(case):
    answer = read_ours(case)
    wrong = {name for name in FIELDS if getattr(answer, name) != getattr(case.truth, name)}
    assert wrong == set()


def test_there_are_forty_shapes():
    assert len({case.shape for case in CASES}) == 40


def test_precision_counts_what_was_said_and_recall_what_was_true():
    answers = [read_ours(case) for case in CASES]
    assert score("price", answers, CASES) == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    answers[0].price = None
    answers[1].price = (answers[1].price or 0) + 1
    worse = score("price", answers, CASES)
    assert 0 < worse["recall"] < worse["precision"] < 1
