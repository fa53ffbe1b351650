import numpy as np
import pytest

from tests.domain.attribution.journey_worlds import journeys
from tracker.domain.attribution.journeys import Journeys, dense_units


def test_journeys_that_teach_nothing_are_left_out():
    all_of_them = journeys([([1, 2], 1, 0), ([], 3, 3), ([5], 0, 0), ([4, 4], 0, 2)])
    told = all_of_them.telling()
    assert (told.unit.tolist(), told.offsets.tolist()) == ([1, 2, 4, 4], [0, 2, 4])
    converting = all_of_them.converting()
    assert (converting.unit.tolist(), converting.offsets.tolist()) == ([1, 2], [0, 2])
    assert len(converting) == 1


@pytest.mark.parametrize(
    ("unit", "offsets", "conversions", "nulls"),
    [
        ([1], [], [], []),
        ([1], [0, 1], [1, 1], [0]),
        ([1], [0, 1], [1], [0, 0]),
        ([1], [0, 2], [1], [0]),
        ([1], [1, 1], [1], [0]),
        ([1], [0, 2, 1], [1, 1], [0, 0]),
        ([1], [0, 1], [-1], [0]),
        ([1], [0, 1], [1], [float("nan")]),
        ([1], [0, 1], [float("inf")], [0]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(unit, offsets, conversions, nulls):
    with pytest.raises(ValueError):
        Journeys(
            np.array(unit, np.int64),
            np.array(offsets, np.int64),
            np.array(conversions, np.float64),
            np.array(nulls, np.float64),
        )


@pytest.mark.parametrize("ids", [[], [7], [3, -2, 3, 9], [10**18, -(10**18), 5], [0] * 9])
def test_units_are_numbered_by_their_order(ids):
    units, place = dense_units(np.array(ids, np.int64))
    assert units.tolist() == sorted(set(ids))
    assert units[place].tolist() == ids
