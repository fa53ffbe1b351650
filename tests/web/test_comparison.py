"""The page of models side by side."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests import factories
from tests.factories import TODAY
from tracker.models import CreditDay, CreditDayChannel, Workspace

DAY = f"from={TODAY}&to={TODAY}"


@pytest.fixture
def credited(world, database):
    """300.00 under two models: the first touch gives it to an influencer, the last to direct."""
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        for model, channel, kind, owner, net in (
            (1, 21, 3, world.influencer, 30_000),
            (3, 1, 1, 0, 20_000),
            (3, 21, 3, world.influencer, 10_000),
        ):
            common = {
                "policy_id": workspace.policy_id, "shop_id": world.shop, "model_code": model,
                "booked_on": TODAY, "channel_code": channel, "kind_code": kind,
                "customer_kind": 1, "orders_micro": 1_000_000, "net_revenue_minor": net,
                "refund_minor": 0, "refunded_orders_micro": 0, "goods_cost_minor": 0,
                "orders_without_goods_cost_micro": 0,
            }  # fmt: skip
            session.add(CreditDayChannel(**common))
            session.add(CreditDay(**common, ordered_on=TODAY, campaign_id=0, influencer_id=owner,
                                  evidence=1))  # fmt: skip
    return world


def test_models_stand_side_by_side_and_have_one_total(client, credited):
    page = client.get(f"/models?{DAY}").text
    assert "First touch" in page
    assert "Last non-direct" in page
    assert "Linear" not in re.findall(r"<th[^>]*><a[^>]*>([^<]+)", page)  # not computed
    assert re.findall(r'title="CN¥300.00">', page.split("<tfoot>")[1].split("</tfoot>")[0])
    assert "unsure" in page
    assert "All that is not an influencer's" in page


def test_each_table_has_its_file(client, credited):
    links = re.findall(r'href="(/models/export\.csv[^"]*)"', client.get(f"/models?{DAY}").text)
    assert len(links) == 2
    sums = []
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        sums.append(
            [sum(float(row[model]) for row in rows) for model in ("First touch", "Last non-direct")]
        )
        assert {row["Linear"] for row in rows} == {""}
    assert sums == [[300.0, 300.0], [300.0, 300.0]]


def test_an_empty_page_says_what_to_do_next(client, world):
    assert "No figures yet" in client.get("/models").text


def test_models_are_compared_by_whoever_may_see_reports(client_of, world):
    assert client_of("finance").get("/models").status_code == 200
    assert client_of("agency").get("/models").status_code == 403
