"""The search box."""

from __future__ import annotations

import html
import re

import pytest

from tests import factories
from tracker.models import Shop, Workspace


@pytest.fixture
def things(database, world):
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        shop = session.get_one(Shop, world.shop)
        owner = factories.InfluencerFactory(workspace=workspace, name="林小满", slug="linxm")
        factories.SocialAccountFactory(influencer=owner, handle="manman")
        factories.CouponFactory(shop=shop, code="manman30", influencer=owner)
        factories.TrackedLinkFactory(shop=shop, slug="manman-tea", influencer_id=owner.id)
        factories.CampaignFactory(workspace=workspace, name="Manman live", utm_campaign="mm")
        factories.OrderFactory(shop=shop, ref="#1001")
        return owner.id


def found(client, text: str) -> list[str]:
    page = html.unescape(client.get("/search", query_string={"q": text}).text)
    return re.findall(r'<li><a href="([^"]+)">', page)


def test_a_word_finds_everything_that_carries_it(client, world, things):
    assert found(client, "MANMAN") == [
        f"/influencers/{things}",
        found(client, "Manman live")[0],
        f"/influencers/{things}#codes",
        f"/influencers/{things}#links",
    ]


def test_names_slugs_and_order_numbers_are_found(client, world, things):
    assert found(client, "小满") == [f"/influencers/{things}"]
    assert found(client, "linxm") == [f"/influencers/{things}"]
    assert len(found(client, "1001")) == 1
    assert found(client, "paid search") == ["/channels?channel=paid_search"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' or 1=1 --", "", " ", "a" * 5000, "\t"])
def test_signs_of_patterns_and_statements_are_only_text(client, world, things, text):
    assert client.get("/search", query_string={"q": text}).status_code == 200
    assert not [url for url in found(client, text) if url == f"/influencers/{things}"]


def test_nothing_of_another_workspace_is_found(client, world, things, database):
    with database.write() as session, factories.using(session):
        factories.InfluencerFactory(workspace=factories.WorkspaceFactory(), name="小满 elsewhere")
    assert found(client, "小满") == [f"/influencers/{things}"]
