"""Tables on pages: columns of choice, pages of rows, figures that lead to what is behind them."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.web.conftest import World
from tests.web.test_pages import _credit
from tracker.db import Database
from tracker.domain.channels import Channel
from tracker.models import CostDay, CostDayChannel, Workspace
from tracker.reports.columns import shown_columns
from tracker.reports.state import ReportState
from tracker.reports.tables import TABLES
from tracker.web.report_tables import PAGE_ROWS

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
DAY = factories.TODAY.isoformat()
PERIOD = f"from={DAY}&to={DAY}"


@pytest.fixture
def sold(world: World, database: Database) -> World:
    """The brand's influencer sold something on one day, and cost something."""
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        _credit(session, workspace, world.shop, world.influencer, Channel.KOL.code - 1)
        common = {
            "workspace_id": world.workspace, "day": factories.TODAY, "shop_id": 0,
            "channel_code": Channel.KOL.code, "kind_code": 3, "spend_minor": 0, "fee_minor": 4_000,
            "goods_given_minor": 0, "platform_fee_minor": 0, "commission_minor": 500,
            "impressions": 0, "clicks": 0,
        }  # fmt: skip
        session.add(CostDayChannel(**common))
        session.add(
            CostDay(**common, campaign_id=0, influencer_id=world.influencer, media_channel_code=0)
        )
    return world


def headings(page: str) -> list[str]:
    head = page.split("<thead>")[1].split("</thead>")[0]
    return re.findall(r"<th[^>]*>(?:<a[^>]*>)?([^<]+)", head)


def links(page: str, text: str) -> list[str]:
    return re.findall(rf'<a href="([^"]+)">(?:<span[^>]*>)?{re.escape(text)}', html.unescape(page))


@pytest.mark.parametrize("table", ["channels", "campaigns", "influencers"])
def test_every_column_that_can_be_chosen_is_there_and_sorts(table: str, world: World, client: Any):
    spec = TABLES[table]
    keys = {column.key for column in spec.columns}
    assert set(spec.choosable) <= keys
    assert set(spec.usual) <= set(spec.choosable)
    page = client.get(f"/{table}?{PERIOD}&cols={','.join(spec.choosable)}")
    assert page.status_code == 200
    for column in spec.columns:
        if column.key in spec.choosable:
            assert client.get(f"/{table}?{PERIOD}&sort=-{column.sort}").status_code == 200


@sqlite_only
def test_columns_stand_in_the_order_of_the_address(sold: World, client: FlaskClient):
    page = client.get(f"/influencers?{PERIOD}&cols=roas,aov,nonsense,orders").text
    assert headings(page) == ["Influencer", "ROAS", "Average order", "Orders"]
    usual = client.get(f"/influencers?{PERIOD}&cols=nonsense").text
    assert headings(usual)[1:3] == ["Net revenue", "Cost"]
    form = client.get(f"/influencers?{PERIOD}&cols=roas&cols=aov").text  # as the form sends it
    assert headings(form) == ["Influencer", "ROAS", "Average order"]


@sqlite_only
def test_the_file_has_the_columns_of_the_page(sold: World, client: FlaskClient):
    text = client.get(f"/influencers/export.csv?{PERIOD}&cols=roas,cost").text.lstrip("\ufeff")
    [head, row, *_] = csv.reader(io.StringIO(text))
    assert head[:2] == ["Short name", "Influencer"]
    assert {"Cost", "ROAS"} <= set(head)
    assert "Average order" not in head
    assert row[head.index("Cost")] == "45.00"


@sqlite_only
def test_many_rows_come_in_pages_with_one_total(
    sold: World, client: FlaskClient, database: Database
):
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, sold.workspace)
        for n in range(PAGE_ROWS + 4):
            factories.InfluencerFactory(workspace=workspace, name=f"Person {n:03}")
    first = client.get(f"/influencers?{PERIOD}&sort=name").text
    last = client.get(f"/influencers?{PERIOD}&sort=name&page=2").text
    beyond = client.get(f"/influencers?{PERIOD}&sort=name&page=9").text
    assert first.count("<tr>") == PAGE_ROWS + 2  # and head and foot
    assert last.count("<tr>") == 5 + 2
    assert "101 to 105 of 105" in last
    assert "101 to 105 of 105" in beyond
    for page in (first, last):
        assert "Total of 105" in page
        assert page.split("<tfoot>")[1].count(">CN¥100<") == 1
    [back] = re.findall(r'<a href="([^"]+)" rel="prev">‹', html.unescape(last))
    assert "page" not in parse_qs(urlsplit(back).query)
    assert "sort=name" in back


def args(url: str) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}


@sqlite_only
def test_figures_lead_down_with_every_filter_kept(sold: World, client: FlaskClient):
    """kind -> channel -> campaign -> influencer -> orders, and costs beside."""
    overview = client.get(f"/?{PERIOD}").text
    [kind] = links(overview, "Influencers (KOL)")
    assert args(kind) == {"from": DAY, "to": DAY, "kind": "kol"}
    channels = client.get(kind).text
    [channel] = [u for u in links(channels, "Influencers") if "channel=" in u]
    assert urlsplit(channel).path == "/campaigns"
    assert args(channel) == {"from": DAY, "to": DAY, "kind": "kol", "channel": "kol"}
    [orders] = {u for u in links(channels, "CN¥100") if u.startswith("/orders") and "channel" in u}
    assert args(orders) == args(channel)
    [costs] = {u for u in links(channels, "CN¥45") if "channel" in u}
    assert urlsplit(costs).path == "/costs"
    assert "CN¥45.00" in client.get(costs).text
    people = client.get(f"/influencers?{PERIOD}&kind=kol&channel=kol&sort=name&q=script").text
    [person] = {u for u in re.findall(r'<a href="([^"]+)">', html.unescape(people))
                if u.startswith(f"/influencers/{sold.influencer}?")}  # fmt: skip
    assert args(person) == {"from": DAY, "to": DAY, "kind": "kol", "channel": "kol"}
    [sales] = {u for u in links(people, "CN¥100") if "influencer=" in u}
    assert args(sales) == {**args(person), "influencer": str(sold.influencer)}
    assert client.get(sales).status_code == 200


@sqlite_only
def test_an_order_leads_back_to_the_list_it_was_in(world: World, client: FlaskClient):
    listed = html.unescape(client.get(f"/orders?{PERIOD}&status=paid").text)
    [order] = re.findall(rf'href="(/orders/{world.order}\?[^"]+)"', listed)
    page = html.unescape(client.get(order).text)
    [back] = re.findall(r'<a class="button" href="(/orders\?[^"]+)"', page)
    assert args(back) == {"from": DAY, "to": DAY, "status": "paid"}


@sqlite_only
def test_a_filter_says_whose_it_is(world: World, client: FlaskClient, database: Database):
    with database.write() as session, factories.using(session):
        mine = session.get_one(Workspace, world.workspace)
        person = factories.InfluencerFactory(workspace=mine, name="Lin Xiaoman").id
        campaign = factories.CampaignFactory(workspace=mine, name="Double 11").id
    page = client.get(f"/orders?influencer={person}&campaign={campaign}").text
    assert "Lin Xiaoman ×" in page
    assert "Double 11 ×" in page
    foreign = client.get(f"/orders?influencer={world.foreign_influencer}").text
    assert "one influencer ×" in foreign


@sqlite_only
def test_the_menu_keeps_period_and_model_and_drops_the_filters_of_rows(
    world: World, client: FlaskClient
):
    page = html.unescape(client.get(f"/orders?{PERIOD}&model=linear&kind=kol&q=7").text)
    [entry] = re.findall(r'<a class="entry" href="(/channels[^"]*)"', page)
    assert args(entry) == {"from": DAY, "to": DAY, "model": "linear"}
    [plain] = re.findall(r'<a class="entry" href="(/imports[^"]*)"', page)
    assert plain == "/imports"


@sqlite_only
def test_costs_add_up_to_what_the_overview_says(sold: World, client: FlaskClient):
    page = client.get(f"/costs?{PERIOD}").text
    foot = page.split("<tfoot>")[1]
    assert "CN¥45.00" in foot
    assert "CN¥40.00" in foot
    assert "No costs here" in client.get(f"/costs?{PERIOD}&kind=paid").text
    text = client.get(f"/costs/export.csv?{PERIOD}").text
    assert text.count("\r\n") == 2


@sqlite_only
def test_what_moved_is_told_on_its_own_page(sold: World, client: FlaskClient):
    page = client.get(f"/changes?{PERIOD}").text
    assert "Began to sell" in page
    assert "No change can be explained" in client.get(f"/changes?{PERIOD}&compare=none").text
    festival = client.get(f"/changes?{PERIOD}&compare=festival").text
    assert "took place before" in festival
    assert "there is no ROI" in html.unescape(client.get(f"/changes?{PERIOD}&of=roi").text)
    for by in ("channel", "influencer", "campaign"):
        assert client.get(f"/changes?{PERIOD}&by={by}&sort=-new").status_code == 200


def test_a_table_without_its_columns_shows_the_usual_ones(world: World):
    state = ReportState(
        workspace_id=1, policy_id=1, base_currency="CNY", time_zone="UTC", today=factories.TODAY,
        start=factories.TODAY, end=factories.TODAY, columns=("slug",),
    )  # fmt: skip
    keys = [column.key for column in shown_columns(TABLES["influencers"], state)]
    assert keys == list(TABLES["influencers"].usual)
