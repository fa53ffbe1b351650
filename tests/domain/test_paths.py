import numpy as np
import pytest

from tracker.domain.paths import EVIDENCE_OF, Evidence, Signal, TouchKind, touches_of
from tracker.domain.policy import MODELS
from tracker.models import credit


def test_codes_of_signals_are_stable():
    assert [s.code for s in Signal] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [Signal.from_code(s.code) for s in Signal] == list(Signal)
    assert Signal.from_code(0) is None


def test_every_class_of_signal_has_its_own_evidence_bit():
    assert len({int(bit) for bit in EVIDENCE_OF.values()}) == len(Signal)


def test_numbers_are_those_that_the_tables_keep():
    assert tuple(MODELS) == credit.MODELS
    assert {k.name: k.value for k in TouchKind} == credit.TOUCH_KINDS
    bits = {e.name: e.value for e in Evidence}
    assert {"none": 0, **bits} == credit.EVIDENCE


def test_missing_columns_are_zero_and_the_claim_is_the_signal_s_time():
    touches = touches_of(2, at=np.array([5, 6]), influencer=3)
    assert touches.influencer.tolist() == [3, 3]
    assert touches.claim_at.tolist() == [5, 6]
    assert touches.lookback.tolist() == [0, 0]
    with pytest.raises(TypeError, match="no such columns"):
        touches_of(1, colour=1)


def test_touches_can_be_chosen_and_joined():
    touches = touches_of(3, at=np.array([1, 2, 3]))
    assert touches.take(np.array([2, 0])).at.tolist() == [3, 1]
    assert touches.joined(touches.take(touches.at > 2)).at.tolist() == [1, 2, 3, 3]
    assert touches.joined(touches_of(0)) is touches_of(0).joined(touches) is touches
