import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.factories import TODAY, OrderFactory
from tracker.domain.money import MoneyError
from tracker.models import DirtyDay
from tracker.services.repricing import net_base, reprice


def test_only_paid_orders_have_net_revenue_and_a_rate_is_needed_for_it():
    assert net_base("paid", 10_000, "USD", "CNY", 712_340_000) == 71_234
    assert net_base("unpaid", 10_000, "USD", "CNY", 712_340_000) == 0
    assert net_base("paid", 1_000, "JPY", "CNY", 5_000_000) == 5_000
    with pytest.raises(MoneyError):
        net_base("paid", 10_000, "USD", "CNY", 0)


@given(st.integers(0, 10**12))
def test_base_currency_is_not_converted(minor):
    assert net_base("paid", minor, "CNY", "CNY", 100_000_000) == minor


def test_day_that_lost_its_rate_keeps_what_it_was_loaded_with(session, shop, workspace):
    order = OrderFactory(shop=shop, currency="USD", fx_e8=5, net_base_minor=1)
    session.execute(delete(DirtyDay))
    reprice(session, workspace, "USD", [TODAY], lambda currency, day: None)
    session.expire_all()
    assert (order.fx_e8, order.net_base_minor) == (5, 1)
    assert session.scalars(select(DirtyDay)).all() == []
