from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import (
    TODAY,
    DealFactory,
    InfluencerFactory,
    OrderFactory,
    SpendFactory,
    WorkspaceFactory,
)
from tracker.domain.money import RATE_SCALE
from tracker.domain.records import FxRateRecord, Outcome, Reason
from tracker.models import DirtyDay, Order
from tracker.services.fx import MAX_AGE_DAYS, base_rates, load_rates


def usd(day=TODAY, rate=700_000_000):
    return FxRateRecord(day, "USD", "CNY", rate)


def test_rate_holds_for_its_day_and_seven_more_and_never_before(session, workspace):
    load_rates(session, workspace, [usd()])
    book = base_rates(session, workspace)
    assert book.rate("USD", TODAY) == 700_000_000
    assert book.rate("USD", TODAY + timedelta(days=MAX_AGE_DAYS)) == 700_000_000
    assert book.rate("USD", TODAY + timedelta(days=MAX_AGE_DAYS + 1)) is None
    assert book.rate("USD", TODAY - timedelta(days=1)) is None
    assert book.rate("EUR", TODAY) is None
    assert book.rate("CNY", date(1999, 1, 1)) == RATE_SCALE


def test_newest_rate_up_to_the_day_counts(session, workspace):
    load_rates(session, workspace, [usd(), usd(TODAY - timedelta(2), 1)])
    assert base_rates(session, workspace).rate("USD", TODAY + timedelta(1)) == 700_000_000
    assert base_rates(session, workspace).rate("USD", TODAY - timedelta(1)) == 1


def test_outcomes(session, workspace):
    assert load_rates(session, workspace, [usd(), usd()]).outcomes == (
        Outcome.LOADED,
        Outcome.UNCHANGED,
    )
    assert load_rates(session, workspace, [usd(rate=5)]).updated == 1
    bad = load_rates(session, workspace, [FxRateRecord(TODAY, "USD", "BTC", 5)])
    assert bad.problems[0][1].reason is Reason.UNKNOWN_CURRENCY


def test_changed_rate_prices_orders_and_costs_of_its_days_again(session, shop, workspace):
    load_rates(session, workspace, [usd()])
    order = OrderFactory(shop=shop, currency="USD", fx_e8=700_000_000, net_base_minor=70_000)
    unpaid = OrderFactory(shop=shop, currency="USD", status="unpaid", net_base_minor=0)
    spend = SpendFactory(workspace=workspace, currency="USD", fx_e8=700_000_000)
    deal = DealFactory(
        influencer=InfluencerFactory(workspace=workspace), currency="USD", fx_e8=700_000_000
    )
    session.execute(delete(DirtyDay))
    load_rates(session, workspace, [usd(rate=800_000_000)])
    session.expire_all()
    assert (order.fx_e8, order.net_base_minor) == (800_000_000, 80_000)
    assert unpaid.net_base_minor == 0
    assert (spend.fx_e8, deal.fx_e8) == (800_000_000, 800_000_000)
    scopes = set(session.scalars(select(DirtyDay.scope)))
    assert scopes == {"credit", "cost"}


def test_same_rates_again_price_nothing(session, shop, workspace, queries):
    OrderFactory(shop=shop, currency="USD")
    load_rates(session, workspace, [usd()])
    queries.clear()
    load_rates(session, workspace, [usd()])
    assert not [one for one in queries if "UPDATE" in one or "INSERT" in one]


def test_orders_of_other_days_and_workspaces_stay(session, shop, workspace):
    mine = OrderFactory(
        shop=shop, currency="USD", fx_e8=1, ordered_on=TODAY + timedelta(MAX_AGE_DAYS + 1)
    )
    other = OrderFactory(shop__workspace=WorkspaceFactory(), currency="USD", fx_e8=1)
    load_rates(session, workspace, [usd()])
    session.expire_all()
    assert {order.fx_e8 for order in (mine, other)} == {1}
    assert session.scalars(select(Order.fx_e8)).all() == [1, 1]


@pytest.mark.parametrize("target", ["EUR"])
def test_rate_into_another_currency_than_the_base_prices_nothing(session, shop, workspace, target):
    order = OrderFactory(shop=shop, currency="USD", fx_e8=1)
    load_rates(session, workspace, [FxRateRecord(TODAY, "USD", target, 5)])
    session.expire_all()
    assert order.fx_e8 == 1
