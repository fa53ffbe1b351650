import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.identity import BEACON_US, Claim, LinkEvidence, buyers_visitors, judge_one

PLACED = 10 * BEACON_US
SIGNED, FILE, CLICK, BEACON = LinkEvidence


def verdicts(*claims):
    return [str(v) for v in judge_one(PLACED, claims)]


def test_a_beacon_counts_within_a_day_of_the_order():
    at = [PLACED - BEACON_US, PLACED + BEACON_US, PLACED - BEACON_US - 1, PLACED + BEACON_US + 1]
    assert verdicts(*(Claim(5, BEACON, t) for t in at)) == ["linked", "linked", "late", "late"]


def test_the_first_beacon_wins_and_another_visitor_is_a_conflict():
    claims = [Claim(6, BEACON, PLACED + 2), Claim(5, BEACON, PLACED + 1)]
    assert verdicts(*claims) == ["conflict", "linked"]


def test_a_beacon_without_the_order_s_token_neither_links_nor_blocks():
    claims = [Claim(6, BEACON, PLACED, token_ok=False), Claim(5, BEACON, PLACED + 1)]
    assert verdicts(*claims) == ["wrong_token", "linked"]


def test_a_late_beacon_does_not_block_one_in_time():
    claims = [Claim(6, BEACON, PLACED - BEACON_US - 1), Claim(5, BEACON, PLACED + 1)]
    assert verdicts(*claims) == ["late", "linked"]


def test_signed_evidence_beats_an_earlier_beacon():
    claims = [Claim(6, BEACON, PLACED), Claim(5, SIGNED, PLACED + 9), Claim(5, BEACON, PLACED + 9)]
    assert verdicts(*claims) == ["conflict", "linked", "linked"]


def test_signed_beats_file_and_both_name_one_buyer():
    assert verdicts(Claim(6, FILE, PLACED), Claim(5, SIGNED, PLACED + 1)) == ["conflict", "linked"]


def test_the_visitor_whom_a_person_chose_is_the_buyer():
    chosen = Claim(6, BEACON, PLACED + 2 * BEACON_US, token_ok=False, is_chosen=True)
    claims = [Claim(5, SIGNED, PLACED), Claim(7, BEACON, PLACED), chosen]
    assert verdicts(*claims) == ["conflict", "conflict", "linked"]


def test_a_click_links_beside_the_others():
    assert verdicts(Claim(6, CLICK, PLACED), Claim(5, BEACON, PLACED)) == ["linked", "linked"]


@given(
    st.lists(
        st.builds(
            Claim,
            st.integers(1, 3),
            st.sampled_from(LinkEvidence),
            st.integers(PLACED - 2 * BEACON_US, PLACED + 2 * BEACON_US),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.randoms(),
)
def test_at_most_one_visitor_besides_clicks_and_in_any_order(claims, random):
    before = dict(zip(map(id, claims), judge_one(PLACED, claims), strict=True))
    linked = {
        c.visitor
        for c in claims
        if str(before[id(c)]) == "linked" and c.evidence is not LinkEvidence.click
    }
    assert len(linked) <= 1
    random.shuffle(claims)
    assert dict(zip(map(id, claims), judge_one(PLACED, claims), strict=True)) == before


def test_a_buyer_s_visitors_are_known_from_the_first_order_on():
    paths, visitors, known = (np.array(v) for v in ([1, 1, 2, 1], [5, 5, 5, 6], [30, 20, 25, 40]))
    got = [column.tolist() for column in buyers_visitors(paths, visitors, known)]
    assert got == [[1, 1, 2], [5, 6, 5], [20, 40, 25]]
