"""Lift beside attributed credit: on an influencer's page, in the list of campaigns, in files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from tests import factories
from tests.web.conftest import World
from tracker.models import CreditDay, CreditDayChannel, TrafficDay, TrafficDayChannel, Workspace
from tracker.reports import lift

POSTED = date(2026, 10, 20)
FIRST = POSTED - timedelta(days=80)
PERIOD = "from=2026-10-15&to=2026-10-31"


@pytest.fixture(autouse=True, scope="module")
def _helper_ends() -> Iterator[None]:
    yield
    lift.close()


@pytest.fixture
def sold(world: World, database) -> World:
    """A shop that sells 1,000.00 a day, and 300.00 more on the seven days after a post."""
    dice = np.random.default_rng(2)
    days = [FIRST + timedelta(days=n) for n in range(90)]
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        credit = [
            {
                "policy_id": workspace.policy_id, "shop_id": world.shop, "model_code": 3,
                "booked_on": day, "channel_code": 1, "kind_code": 1, "customer_kind": 0,
                "orders_micro": 5_000_000, "refund_minor": 0, "refunded_orders_micro": 0,
                "goods_cost_minor": 0, "orders_without_goods_cost_micro": 0,
                "net_revenue_minor": 100_000 + int(dice.normal(0, 2_000))
                + (30_000 if 0 <= (day - POSTED).days < 7 else 0),
            }
            for day in days
        ]  # fmt: skip
        session.execute(insert(CreditDayChannel), credit)
        session.execute(
            insert(CreditDay),
            [{**row, "ordered_on": row["booked_on"], "campaign_id": 0, "influencer_id": 0,
              "evidence": 0} for row in credit],
        )  # fmt: skip
        traffic = [
            {
                "shop_id": world.shop, "day": day, "channel_code": 1, "kind_code": 1,
                "visits": 200 + int(dice.normal(0, 6)), "bounces": 0, "page_views": 0,
                "duration_seconds": 0, "carts": 0, "clicks": 0, "valid_clicks": 0,
            }
            for day in days
        ]  # fmt: skip
        session.execute(insert(TrafficDayChannel), traffic)
        both = {"campaign_id": 0, "influencer_id": 0}
        session.execute(insert(TrafficDay), [{**row, **both} for row in traffic])
        from tracker.models import Influencer

        lin = session.get_one(Influencer, world.influencer)
        factories.DealFactory(influencer=lin, posted_on=POSTED, ref="D-LIFT")
        factories.CampaignFactory(
            workspace=workspace, name="Autumn", starts_on=POSTED, ends_on=POSTED + timedelta(days=6)
        )
        factories.CampaignFactory(
            workspace=workspace, name="Early", starts_on=FIRST, ends_on=POSTED - timedelta(days=1)
        )
    return world


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_card_says_the_lift_its_interval_and_whether_the_baseline_holds(client, sold):
    page = client.get(f"/influencers/{sold.influencer}?{PERIOD}").text
    card = page[page.index("Lift over baseline") :].split("</section>")[0]
    assert "95%: " in card
    assert "passed" in card
    assert "7 days from 10/20, against 80 days before." in card
    assert "not enough data" not in card


def test_the_same_figures_are_in_the_file(client, sold):
    answer = client.get(f"/influencers/{sold.influencer}/lifts.csv?{PERIOD}")
    [row] = rows_of(answer)
    assert row["Deals"] == "D-LIFT"
    assert float(row["Lift, low (95 %)"]) < 2_100 < float(row["Lift, high (95 %)"])
    assert float(row["Lift, low (95 %)"]) > 0
    assert (row["Placebo test"], row["Not measured because"]) == ("passed", "")


def test_what_cannot_be_judged_says_why(client, sold):
    page = client.get(f"/influencers/{sold.influencer}?from=2026-11-01&to=2026-11-20").text
    card = page[page.index("Lift over baseline") :].split("</section>")[0]
    assert (
        "not enough data" in card
    )  # the deal of the brand is on a promotion's day, after all data
    none = client.get(f"/influencers/{sold.influencer}?from=2026-09-01&to=2026-09-20").text
    assert "No post in this period." in none


def test_campaigns_with_days_have_a_lift_in_the_list_and_in_the_file(client, sold):
    page = client.get(f"/campaigns?{PERIOD}").text
    assert page.count("95%: ") == 1
    assert "It runs for more than 60 days" in page
    rows = {row["Influencer or campaign"]: row for row in rows_of(
        client.get(f"/campaigns/lifts.csv?{PERIOD}"))}  # fmt: skip
    assert float(rows["Autumn"]["Lift"]) == pytest.approx(2_100, rel=0.2)
    assert rows["Early"]["Lift"] == ""


def test_pages_stand_without_the_statistics(client, sold, monkeypatch):
    from tracker.reports.helper import Helper, HelperError

    def fail(_self: Helper, _request: bytes) -> bytes:
        raise HelperError("no memory")

    monkeypatch.setattr(Helper, "ask", fail)
    monkeypatch.setattr(lift._ours(), "known", type(lift._ours().known)())
    page = client.get(f"/influencers/{sold.influencer}?{PERIOD}")
    assert page.status_code == 200
    assert "The statistics could not be run." in page.text


def test_statistics_are_never_imported_into_the_web_process(client, sold):
    import subprocess
    import sys

    from tracker.reports.helper import ROOT

    code = "import sys, app; print('statsmodels' in sys.modules, 'scipy' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["False", "False"]
