from __future__ import annotations

import pytest

from tests import factories
from tests.reports.world import END, START, World
from tracker.models import Alias, AllowedValue, TagDay
from tracker.reports.tags import tag_report, tag_rows
from tracker.services.addresses import allow_value
from tracker.services.campaign_names import rename_campaign


@pytest.fixture
def came(world: World):
    """Visits of a day with these tags."""

    def add(visits, source="", medium="", campaign="", *, day=START, shop=None, content=""):
        mark = factories.MarkFactory(
            workspace=world.workspace, utm_source=source, utm_medium=medium,
            utm_campaign=campaign, utm_content=content,
        )  # fmt: skip
        world.session.add(
            TagDay(shop_id=(shop or world.own).id, day=day, mark_id=mark.id, visits=visits,
                   n_values=1)
        )  # fmt: skip
        world.session.flush()

    return add


def found(world: World, **changes):
    return {
        (row.dimension, row.value, row.source): (row.visits, row.status, row.read_as or
                                                 row.suggestion)
        for row in tag_rows(world.session, world.state(**changes))
    }  # fmt: skip


def test_every_value_is_counted_and_judged(world: World, came):
    factories.CampaignFactory(workspace=world.workspace, utm_campaign="spring-sale")
    came(900, "xiaohongshu", "kol", "spring-sale")
    came(60, "XHS", "KOL", "Spring-Sale", day=END)
    came(30, "xiaohongsu", "kll", "spring-sael")
    came(10, "", "cpc")
    rows = found(world)
    assert rows["source", "xiaohongshu", ""] == (900, "known", "")
    assert rows["source", "xhs", ""] == (60, "alias", "xiaohongshu")
    assert rows["source", "xiaohongsu", ""] == (30, "unknown", "xiaohongshu")
    assert rows["source", "", ""] == (10, "missing", "")
    assert rows["medium", "kol", ""] == (960, "known", "")
    assert rows["medium", "kll", ""] == (30, "unknown", "")  # three letters: no guess
    assert rows["campaign", "spring-sale", "xhs"] == (60, "known", "")
    assert rows["campaign", "spring-sael", "xiaohongsu"] == (30, "unknown", "spring-sale")
    assert not [key for key in rows if key[0] == "campaign" and not key[1]]


def test_each_dimension_adds_up_to_all_tagged_visits(world: World, came):
    came(5, "baidu", "cpc", "a")
    came(3, "baidu", "", "", content="x")
    world.session.add(TagDay(shop_id=world.own.id, day=START, mark_id=0, visits=4, n_values=4))
    world.session.flush()
    report = tag_report(world.session, world.state())
    assert report.visits == 12
    assert (report.rare_visits, report.rare_values) == (4, 4)
    for dimension in ("source", "medium"):
        assert sum(row.visits for row in report.of(dimension)) == 8
    assert report.of("source")[0].share == pytest.approx(8 / 12)
    assert report.open_visits == 0


def test_what_needs_a_decision_comes_first(world: World, came):
    came(500, "baidu", "cpc")
    came(2, "bajdu", "cpc")
    report = tag_report(world.session, world.state())
    assert [row.value for row in report.of("source")] == ["bajdu", "baidu"]
    assert report.of("source")[0].suggestion == "baidu"
    assert report.open_visits == 2
    rows = tag_rows(world.session, world.state(sort="-visits", search="ba"))
    assert [row.value for row in rows] == ["baidu", "bajdu"]


def test_a_list_of_values_is_the_judge(world: World, came):
    allow_value(world.session, world.workspace, field="medium", value="paid-social")
    came(5, "baidu", "paid-social")
    came(5, "baidu", "paid_social")
    came(5, "baidu", "cpc")
    rows = found(world)
    assert rows["medium", "paid-social", ""][1] == "known"
    assert rows["medium", "paid_social", ""] == (5, "not_allowed", "paid-social")
    assert rows["medium", "cpc", ""] == (5, "not_allowed", "")


def test_aliases_and_former_names_and_people_are_known(world: World, came):
    world.session.add_all(
        Alias(workspace_id=world.workspace.id, dimension=d, source=s, value=v, canonical=c)
        for d, s, v, c in [("source", "", "my-notes", "xiaohongshu"), ("medium", "", "ad", "cpc"),
                           ("campaign", "xiaohongshu", "old", "new")]
    )  # fmt: skip
    factories.InfluencerFactory(workspace=world.workspace, slug="lina")
    campaign = factories.CampaignFactory(workspace=world.workspace, utm_campaign="d11")
    rename_campaign(world.session, world.workspace, campaign, "double11")
    came(1, "my-notes", "ad", "old")
    came(1, "lina", "kol", "d11")
    rows = found(world)
    assert rows["source", "my-notes", ""] == (1, "alias", "xiaohongshu")
    assert rows["medium", "ad", ""] == (1, "alias", "cpc")
    assert rows["campaign", "old", "my-notes"] == (1, "alias", "new")
    assert rows["source", "lina", ""][1] == "known"
    assert rows["campaign", "d11", "lina"][1] == "known"


def test_only_the_period_and_the_shops_asked_for_count(world: World, came):
    came(1, "baidu", day=START)
    came(2, "baidu", day=END, shop=world.tmall)
    came(4, "baidu", shop=factories.ShopFactory())
    assert found(world)["source", "baidu", ""][0] == 3
    assert found(world, end=START)["source", "baidu", ""][0] == 1
    assert found(world, shop_ids=(world.tmall.id,))["source", "baidu", ""][0] == 2


def test_lists_of_others_do_not_judge(world: World, came):
    other = factories.WorkspaceFactory()
    world.session.add(
        AllowedValue(workspace_id=other.id, field="source", value="x", created_at=factories.NOON)
    )
    came(1, "baidu", "cpc")
    assert found(world)["source", "baidu", ""][1] == "known"


def test_the_rarer_of_two_unknown_words_is_the_slip(world: World, came):
    came(500, "mybrand", "kol")
    came(10, "mybrnad", "kol")
    rows = found(world)
    assert rows["source", "mybrand", ""] == (500, "unknown", "")
    assert rows["source", "mybrnad", ""] == (10, "unknown", "mybrand")
