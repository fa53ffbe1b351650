"""The array splitter against the rules spelled out hit by hit."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.visits import Hits, split_visits

MINUTE = 60_000_000
SILENCE = 30 * MINUTE


@dataclass(frozen=True)
class Hit:
    visitor: int = 1
    at: int = 0
    event: str = ""
    tag: int = 0
    is_search: bool = False
    kind: str = "page_view"
    is_flagged: bool = False


@dataclass
class Visit:
    hits: list[Hit] = field(default_factory=list)

    @property
    def entry(self):
        first = self.hits[0]
        searches = [hit for hit in self.hits if hit.is_search and not hit.tag]
        return searches[0] if not first.tag and searches else first


def reference(hits):
    """The rules of SEMANTICS 1.4, one hit after the other."""
    visits = []
    last = None
    tag = 0
    for hit in sorted(hits, key=lambda hit: (hit.visitor, hit.is_flagged, hit.at, hit.event)):
        same = last is not None and (last.visitor, last.is_flagged) == (hit.visitor, hit.is_flagged)
        if not same or hit.at - last.at > SILENCE:
            tag = 0
            visits.append(Visit())
        elif hit.tag and hit.tag != tag:
            visits.append(Visit())
        tag = hit.tag or tag
        visits[-1].hits.append(hit)
        last = hit
    return visits


def as_arrays(hits):
    return Hits(
        visitor=np.array([hit.visitor for hit in hits], np.int64),
        at=np.array([hit.at for hit in hits], np.int64),
        event=np.array([hit.event for hit in hits], np.str_),
        tag=np.array([hit.tag for hit in hits], np.int64),
        is_search=np.array([hit.is_search for hit in hits], np.bool_),
        is_page_view=np.array([hit.kind == "page_view" for hit in hits], np.bool_),
        is_event=np.array([hit.kind == "cart" for hit in hits], np.bool_),
        is_flagged=np.array([hit.is_flagged for hit in hits], np.bool_),
    )


def split(hits):
    """Visits as (event ids of first, last and entry hit, page views, events, bounce)."""
    visits = split_visits(as_arrays(hits))
    return [
        (
            hits[visits.first[i]].event, hits[visits.last[i]].event, hits[visits.entry[i]].event,
            int(visits.n_page_views[i]), int(visits.n_events[i]), bool(visits.is_bounce[i]),
        )
        for i in range(visits.visitor.size)
    ]  # fmt: skip


def expected(hits):
    rows = []
    for visit in reference(hits):
        pages = sum(hit.kind == "page_view" for hit in visit.hits)
        events = sum(hit.kind == "cart" for hit in visit.hits)
        rows.append(
            (
                visit.hits[0].event, visit.hits[-1].event, visit.entry.event,
                pages, events, pages <= 1 and not events,
            )
        )  # fmt: skip
    return rows


some_hits = st.lists(
    st.builds(
        Hit,
        visitor=st.integers(1, 3),
        at=st.integers(0, 12).map(lambda n: n * 10 * MINUTE + 1),
        tag=st.sampled_from([0, 0, 0, 7, 8]),
        is_search=st.booleans(),
        kind=st.sampled_from(["page_view", "page_view", "cart"]),
        is_flagged=st.sampled_from([False, False, False, True]),
    ),
    max_size=25,
).map(lambda hits: [Hit(**(vars(hit) | {"event": f"e{i:02d}"})) for i, hit in enumerate(hits)])


@given(some_hits)
def test_arrays_and_reference_give_the_same_visits(hits):
    assert split(hits) == expected(hits)


@given(some_hits, st.randoms())
def test_the_order_of_arrival_does_not_matter(hits, random):
    shuffled = list(hits)
    random.shuffle(shuffled)
    assert split(shuffled) == split(hits)


@given(some_hits)
def test_every_hit_is_in_exactly_one_visit(hits):
    visits = split_visits(as_arrays(hits))
    assert visits.n_page_views.sum() + visits.n_events.sum() == len(hits)
    assert (visits.duration_micros >= 0).all()


def test_exactly_half_an_hour_of_silence_is_still_one_visit():
    one = [Hit(at=0, event="a"), Hit(at=SILENCE, event="b")]
    two = [Hit(at=0, event="a"), Hit(at=SILENCE + 1, event="b")]
    assert len(split(one)) == 1
    assert len(split(two)) == 2


def test_a_new_campaign_starts_a_visit_and_the_same_one_again_does_not():
    hits = [
        Hit(at=0, event="a"), Hit(at=1, event="b", tag=7), Hit(at=2, event="c"),
        Hit(at=3, event="d", tag=7), Hit(at=4, event="e", tag=8), Hit(at=5, event="f", tag=7),
    ]  # fmt: skip
    assert [row[:2] for row in split(hits)] == [("a", "a"), ("b", "d"), ("e", "e"), ("f", "f")]


def test_a_search_in_an_open_visit_replaces_an_untagged_entry_only():
    untagged = [Hit(at=0, event="a"), Hit(at=1, event="b", is_search=True)]
    tagged = [Hit(at=0, event="a", tag=7), Hit(at=1, event="b", is_search=True)]
    assert split(untagged)[0][2] == "b"
    assert split(tagged)[0][2] == "a"


def test_flagged_hits_are_visits_apart():
    hits = [Hit(at=0, event="a"), Hit(at=1, event="b", is_flagged=True), Hit(at=2, event="c")]
    assert [row[:2] for row in split(hits)] == [("a", "c"), ("b", "b")]


def test_pages_are_pointed_at_and_their_absence_is_said():
    visits = split_visits(
        as_arrays([Hit(event="a", kind="cart"), Hit(at=1, event="b"), Hit(visitor=2, kind="cart")])
    )
    assert visits.first_page.tolist() == [1, -1]
    assert visits.last_page.tolist() == [1, -1]


def test_no_hits_are_no_visits():
    assert split([]) == []


def test_negative_silence_is_refused():
    with pytest.raises(ValueError):
        split_visits(as_arrays([Hit()]), silence_seconds=-1)


def hits_every(seconds: int, count: int, start: int = 0):
    return [Hit(at=start + i * seconds * 1_000_000, event=f"e{i:03}") for i in range(count)]


def flags(hits):
    return split_visits(as_arrays(hits)).is_flagged.tolist()


def test_a_visit_faster_than_a_hand_is_a_bots():
    assert flags(hits_every(1, 60)) == [True]
    assert flags(hits_every(1, 59)) == [False]
    assert flags(hits_every(2, 200)) == [False]


def test_a_burst_anywhere_flags_the_whole_visit_and_no_other():
    burst = [Hit(at=h.at + 300_000_000, event=f"z{h.event}") for h in hits_every(1, 60)]
    later = [Hit(at=9_000_000_000, event="later")]
    assert flags(hits_every(30, 5) + burst + later) == [True, False]


def test_the_hits_of_two_visitors_are_no_burst():
    two = [Hit(visitor=i % 2, at=i * 500_000, event=f"e{i:03}") for i in range(80)]
    assert flags(two) == [False, False]
