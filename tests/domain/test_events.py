from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.events import link_of_click, new_click_id, no_consent_key


@given(st.integers(1, 2**32 - 1))
def test_a_click_id_is_a_uuid_that_carries_its_link(link_id):
    click_id = new_click_id(link_id)
    assert link_of_click(click_id) == link_id
    assert str(UUID(click_id)) == click_id
    assert UUID(click_id).version == 8


def test_two_clicks_on_one_link_have_two_ids():
    assert len({new_click_id(7) for _ in range(1_000)}) == 1_000


@given(st.one_of(st.text(max_size=80), st.uuids(version=4).map(str)))
def test_other_ids_carry_no_link(text):
    assert link_of_click(text) == 0


def test_a_visitor_without_consent_lives_as_long_as_the_page():
    assert no_consent_key("0b0e7d1e-0000-4000-8000-000000000001").startswith("c:0b0e7d1e")
