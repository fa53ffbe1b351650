"""The first day: a list that is ticked by what is in the database, and goes when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import factories
from tracker.db import Database
from tracker.models import CostDayChannel, CreditDayChannel, Workspace
from tracker.reports.first_steps import read_first_steps

pytestmark = pytest.mark.usefixtures("database")


def done(database: Database, workspace_id: int) -> dict[str, bool]:
    with database.read() as session:
        found = read_first_steps(session, session.get_one(Workspace, workspace_id))
    return {step.code: step.is_done for step in found.steps}


@pytest.fixture
def brand(database: Database) -> int:
    with database.write() as session, factories.using(session):
        factories.WorkspaceFactory(slug="other")  # somebody else's rows tick nothing
        factories.OrderFactory()
        return int(factories.WorkspaceFactory(slug="new", policy_id=77).id)


def test_each_step_is_ticked_by_its_rows(database: Database, brand: int):
    assert not any(done(database, brand).values())
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, brand)
        shop = factories.ShopFactory(workspace=workspace, platform="own")
        person = factories.InfluencerFactory(workspace=workspace)
    assert [code for code, is_done in done(database, brand).items() if is_done] == [
        "shop", "influencer",
    ]  # fmt: skip
    with database.write() as session, factories.using(session):
        shop = session.merge(shop)
        factories.VisitFactory(visitor=factories.VisitorFactory(shop=shop))
        factories.OrderFactory(shop=shop)
        factories.CouponFactory(shop=shop, influencer=session.merge(person))
        factories.DealFactory(influencer=session.merge(person))
    assert [code for code, is_done in done(database, brand).items() if not is_done] == ["result"]


def test_the_list_is_over_when_an_order_is_credited_and_a_cost_is_booked(
    database: Database, brand: int
):
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory(workspace=session.get_one(Workspace, brand), platform="tmall")
        credited = {
            "policy_id": 77, "model_code": 3, "shop_id": shop.id, "booked_on": factories.TODAY,
            "customer_kind": 1, "orders_micro": 1, "net_revenue_minor": 1, "refund_minor": 0,
            "refunded_orders_micro": 0, "goods_cost_minor": 0, "orders_without_goods_cost_micro": 0,
        }  # fmt: skip
        session.add(CreditDayChannel(**credited, channel_code=0, kind_code=0))
    assert not done(database, brand)["result"]
    with database.write() as session:
        session.add(
            CostDayChannel(
                workspace_id=brand, day=factories.TODAY, shop_id=0, channel_code=5, kind_code=2,
                spend_minor=1, fee_minor=0, goods_given_minor=0, platform_fee_minor=0,
                commission_minor=0, impressions=0, clicks=0,
            )
        )  # fmt: skip
    assert not done(database, brand)["result"]  # nobody is credited with the order yet
    with database.write() as session:
        session.add(CreditDayChannel(**credited, channel_code=5, kind_code=2))
        session.flush()
        found = read_first_steps(session, session.get_one(Workspace, brand))
    assert found.is_over
    assert "visits" not in {step.code for step in found.steps}  # no script fits into Tmall


def test_the_overview_leads_on_while_there_is_no_roi(
    client_of: Callable[..., FlaskClient], database: Database, brand: int
):
    client = client_of("owner", "en", [brand])
    page = client.get("/").text
    assert "Your way to the first ROI" in page
    assert re.findall(r'<li class="next"[^>]*>.*?<strong>(.*?)</strong>', page, re.S) == [
        "Add your shop"
    ]
    assert 'href="/settings/shops"' in client.get("/first-steps").text


def test_a_new_brand_begins_with_the_list(client_of: Callable[..., FlaskClient]):
    from tests.web.conftest import form_token

    client = client_of("admin")
    assert "Or see the demo brand first" in client.get("/workspaces/new").text
    form = {
        "name": "Tea", "slug": "tea", "base_currency": "CNY", "time_zone": "Asia/Shanghai",
        "shop_name": "Tea shop", "platform": "own", "csrf_token": form_token(client),
    }  # fmt: skip
    assert client.post("/workspaces/new", data=form).location == "/first-steps"
    page = client.get("/first-steps").text
    assert page.count('class="done"') == 1
    assert "See the demo brand" in page
