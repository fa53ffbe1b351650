"""Fitted models on the pages: in the menu, with the quality of their fits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tracker.models import CreditDayChannel, Fit, Workspace

WEEK = factories.TODAY - timedelta(days=factories.TODAY.weekday())
SPAN = f"from={factories.TODAY}&to={factories.TODAY}"


@pytest.fixture
def fit(database, world):
    """Makes the Markov fit of the orders' week."""

    def make(outcome: str = "fitted", gap: float = 0.0) -> None:
        with database.write() as session:
            session.add(
                Fit(
                    policy_id=session.get_one(Workspace, world.workspace).policy_id,
                    week_start=WEEK, model="markov", version=2, outcome=outcome, gap=gap,
                    window_from=date(2026, 8, 1), window_until=WEEK, n_converting=1234, n_null=5678,
                    factors={"units": [], "log2_factors": []}, document={},
                    made_at=factories.NOON,
                )
            )  # fmt: skip

    return make


@pytest.fixture
def credited(database, world):
    """An order in the facts of the Markov model."""
    with database.write() as session:
        session.add(
            CreditDayChannel(
                policy_id=session.get_one(Workspace, world.workspace).policy_id, model_code=7,
                shop_id=world.shop, booked_on=factories.TODAY, channel_code=1, kind_code=1,
                customer_kind=0, orders_micro=1_000_000, net_revenue_minor=1, refund_minor=0,
                refunded_orders_micro=0, goods_cost_minor=0, orders_without_goods_cost_micro=0,
            )
        )  # fmt: skip


def test_the_menu_names_every_model(client):
    page = client.get("/channels").text
    for name in ("Markov (channels)", "Markov (influencers)", "Shapley (channels)",
                 "Shapley (influencers)"):  # fmt: skip
        assert name in page


def test_an_order_says_which_fit_it_was_weighed_by(client, world, fit):
    fit(gap=0.031)
    page = client.get(f"/orders/{world.order}").text
    assert "(version 2), from 1,234 orders and 5,678 visitors without an order" in page
    assert "3.1% of the orders go elsewhere" in page


def test_an_order_of_a_week_with_too_little_before_it_says_so(client, world, fit):
    fit("not_enough")
    assert "Markov (channels): not enough data before the week of" in (
        client.get(f"/orders/{world.order}").text
    )


def test_a_report_says_when_its_weeks_have_no_fit(client, credited, fit):
    address = f"/channels?{SPAN}&model=markov"
    assert "1 week of this period has no fit of this model" in client.get(address).text
    assert "no fit of this model" not in client.get(f"/channels?{SPAN}&model=linear").text
    fit(gap=0.021)
    page = client.get(address).text
    assert "no fit of this model" not in page
    assert "by up to 2.1% of all orders" in page
