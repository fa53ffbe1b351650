from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories import OrderFactory, ShopFactory
from tracker.domain.records import Outcome
from tracker.models import Order
from tracker.models.base import to_day_number
from tracker.services.bulk import Merge, among, chunks


def refs(session, *conditions):
    return sorted(session.scalars(select(Order.ref).where(*conditions)))


def test_rows_are_found_among_more_values_than_a_statement_has_parameters(session, shop):
    OrderFactory.create_batch(3, shop=shop)
    first = session.scalars(select(Order.ref)).first()
    many = [first, *(f"x{n}" for n in range(70_000))]
    assert refs(session, among(session, Order.ref, many)) == [first]


def test_numbers_days_and_nothing_at_all(session, shop):
    order = OrderFactory(shop=shop)
    OrderFactory(shop=shop, ordered_on=order.ordered_on.replace(day=1))
    assert refs(session, among(session, Order.id, [order.id])) == [order.ref]
    day = to_day_number(order.ordered_on)
    assert refs(session, among(session, Order.ordered_on, [day])) == [order.ref]
    assert refs(session, among(session, Order.ref, [])) == []


@hypothesis_settings(max_examples=25)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_compared_as_it_is(session, text):
    shop = ShopFactory()
    OrderFactory(shop=shop, ref=text)
    found = among(session, Order.ref, [text, text + "x"])
    assert refs(session, found, Order.shop_id == shop.id) == [text]


def test_merge_tells_new_changed_and_equal_rows_apart():
    merge = Merge(("id",), ("value",), {(1,): ("old",), (2,): ("same",)})
    rows = [{"id": 1, "value": "new"}, {"id": 2, "value": "same"}, {"id": 3, "value": "x"}]
    assert [merge.put(row) for row in rows] == [
        Outcome.UPDATED,
        Outcome.UNCHANGED,
        Outcome.LOADED,
    ]
    assert merge.put({"id": 3, "value": "y"}) is Outcome.UPDATED
    assert merge.rows == [{"id": 1, "value": "new"}, {"id": 3, "value": "y"}]


def test_chunks_hold_everything_once():
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
