import json

import pytest
from click.testing import CliRunner

from tests import factories
from tests.services.credit_world import World, at
from tracker.cli import explain
from tracker.services import dirty
from tracker.services.fitting import ensure_fits
from tracker.services.recompute import attribute_dirty


@pytest.fixture
def run(settings, database):
    with database.write() as session, factories.using(session):
        world = World(session)
        influencer = world.influencer()
        buyer = world.visitor()
        world.visit(buyer, -3, world.search)
        world.visit(buyer, -2, world.kol_mark(influencer))
        order = world.order(0, buyer, ref="1234567890123456789")
        world.use(order, world.coupon(influencer, label="LINA10"))
        world.refund(order, 1, 2_500)
        other = factories.ShopFactory(workspace=world.workspace, slug="other")
        for shop in (world.shop, other):
            factories.OrderFactory(shop=shop, ref="twice")
        dirty.policy_applied(session, world.workspace)
    ensure_fits(database, now=at(60))
    attribute_dirty(database)

    def call(*arguments):
        return CliRunner().invoke(explain.command, arguments)

    return call


def test_json_names_touchpoints_reasons_and_ledger(run):
    result = run("1234567890123456789", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["net"] == "100.00"
    assert answer["net_after_refunds"] == "75.00"
    (touch,) = answer["touchpoints"]
    assert touch["evidence"] == ["link", "coupon"]
    assert touch["weights"]["linear"] == "1.000000"
    assert touch["credits"]["last_non_direct"] == "75.00"
    reasons = {one["reason"]: one for one in answer["unqualified"]}
    assert set(reasons) == {"merged", "other_owner"}
    assert (reasons["merged"]["label"], reasons["merged"]["into"]) == ("LINA10", 1)
    assert [entry["net"] for entry in answer["ledger"]] == ["100.00", "-25.00"]
    assert answer["policy"]["lookback_days"] == 30
    assert answer["formula_version"] == 1
    assert answer["is_stored"] is True
    assert answer["fits"]["markov"] == {
        "week": "2026-11-09", "version": 1, "outcome": "not_enough", "from": "2026-08-11",
        "to": "2026-11-08", "converting": 0, "null": 1, "gap": 0.0,
    }  # fmt: skip


def test_text_shows_the_path(run):
    text = run("1234567890123456789").stdout
    assert "[link, coupon]" in text
    assert "paid_search: other_owner" in text
    assert "refund booked on 2026-11-12: -25.00" in text
    assert "shapley: not enough data before the week of 2026-11-09, as linear" in text


def test_an_unknown_order_is_refused(run):
    result = run("nothing", "--json")
    assert isinstance(result.exception, explain.OrderNotFoundError)
    assert result.stdout == ""


def test_an_id_that_two_shops_have_needs_the_shop(run):
    assert "say which" in str(run("twice").exception)
    assert run("twice", "--shop", "other").exit_code == 0
