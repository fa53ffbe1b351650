"""The page of journeys and its files."""

from __future__ import annotations

import csv
import io

import pytest

from tests import factories
from tests.factories import NOON, TODAY
from tracker.models import Credit, Workspace
from tracker.models.credit import MODELS

DAY = f"from={TODAY}&to={TODAY}"


def add_path(session, workspace: Workspace, shop_id: int, *touches: tuple[int, int, int]) -> None:
    """An order whose path is (channel, kind, influencer) ..., nothing for none."""
    from tracker.models import Shop

    order = factories.OrderFactory(shop=session.get_one(Shop, shop_id))
    for position, (channel, kind, influencer_id) in enumerate(touches or [(0, 0, 0)], 1):
        is_last = position == max(len(touches), 1)
        session.add(
            Credit(
                policy_id=workspace.policy_id, shop_id=shop_id, ordered_on=order.ordered_on,
                order_id=order.id, entry=0, position=position if touches else 0,
                booked_on=order.ordered_on, touch_kind=1, touch_id=0, touched_at=NOON,
                channel_code=channel, kind_code=kind, campaign_id=0, influencer_id=influencer_id,
                evidence=0,
                **{f"weight_{model}": 1_000_000 * is_last for model in MODELS},
                **{f"net_{model}": order.net_base_minor * is_last for model in MODELS},
            )
        )  # fmt: skip
    session.flush()


@pytest.fixture
def paths(world, database):
    """Three orders: two that an influencer opened and a direct visit closed, one without path."""
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        for _ in range(2):
            add_path(session, workspace, world.shop, (21, 3, world.influencer), (1, 1, 0))
        add_path(session, workspace, world.shop)
    return world


def table(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_page_shows_paths_and_who_closed(client, paths):
    page = client.get(f"/journeys?{DAY}").text
    assert "Orders with a path" in page
    assert "1 more have no touchpoint" in page
    assert page.index("Influencers</a>") < page.index("Direct</a>")
    assert "Who opened, who closed: channels" in page


def test_files_hold_the_same_orders_as_the_page(client, paths):
    [path] = table(client.get(f"/journeys/journeys.csv?{DAY}"))
    assert (path["Path"], path["Orders"], path["Net revenue"]) == (
        "Influencers > Direct", "2", "200.00"
    )  # fmt: skip
    roles = {row["Channel"]: row for row in table(client.get(f"/journeys/roles.csv?{DAY}"))}
    assert roles["Direct"]["Closed orders"] == "2"
    assert roles["Influencers"]["Assisted share"] == "1"
    buckets = table(client.get(f"/journeys/path_buckets.csv?{DAY}"))
    assert {row["Divided by"] for row in buckets} == {"Path length", "Time to order", "Customer"}


def test_names_of_strangers_start_no_formula_in_a_file(client, paths, database):
    from tracker.models import Influencer

    with database.write() as session:
        session.get_one(Influencer, paths.influencer).name = "=cmd|' /C calc'!A0"
    [path] = table(client.get(f"/journeys/journeys.csv?{DAY}&unit=influencer"))
    assert path["Path"].startswith("'=cmd")


def test_the_unit_travels_with_every_link_of_the_page(client, paths):
    page = client.get(f"/journeys?{DAY}&unit=influencer").text
    assert "unit=influencer" in page
    assert f"/influencers/{paths.influencer}?" in page
    assert 'name="unit" value="influencer"' in page  # the shop's form keeps it


def test_an_empty_page_says_what_to_do_next(client, world, paths):
    nothing = client.get("/journeys?from=2020-01-01&to=2020-01-02").text
    assert "No figures yet" in nothing
    filtered = client.get(f"/journeys?{DAY}&channel=sms").text
    assert "No order of this period has such a touchpoint" in filtered
    assert "Show all" in filtered


def test_orders_without_any_path_lead_to_the_script(client, world, database):
    with database.write() as session, factories.using(session):
        add_path(session, session.get_one(Workspace, world.workspace), world.shop)
    page = client.get(f"/journeys?{DAY}").text
    assert "No order of this period has a known path" in page


def test_only_tables_of_the_page_are_files(client, paths):
    assert client.get("/journeys/orders.csv").status_code == 404


def test_journeys_are_for_whoever_may_see_reports(client_of, world):
    assert client_of("analyst").get("/journeys").status_code == 200
    agency = client_of("agency")
    assert agency.get("/journeys").status_code == 403
    assert agency.get("/journeys/roles.csv").status_code == 403
