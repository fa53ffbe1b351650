from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.repeats import Repeats


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 20))
def test_ranks_are_those_of_a_dictionary_however_the_keys_are_cut(keys, size):
    repeats, seen = Repeats(), Counter()
    for start in range(0, len(keys), size):
        part = keys[start : start + size]
        expected = []
        for key in part:
            expected.append(seen[key])
            seen[key] += 1
        assert repeats.ranks(part) == expected


def test_a_million_keys_take_few_bytes():
    repeats = Repeats()
    for start in range(0, 200_000, 10_000):
        repeats.ranks([str(n) for n in range(start, start + 10_000)])
    kept = sum(keys.nbytes + counts.nbytes for keys, counts in repeats._runs)
    assert kept <= 200_000 * 16
    assert len(repeats._runs) < 20
