from __future__ import annotations

import pytest

from tests import factories, watched
from tests.factories import NOON
from tests.reports.test_comparison import two_models
from tests.reports.world import END, START, World
from tracker.models import Influencer
from tracker.reports.influencer_list import engaged_of, influencer_list, read_engaged
from tracker.reports.influencers import influencer_report
from tracker.reports.social import social


def engaged(world: World, influencer_id: int, likes: int, fee: int) -> None:
    """A deal of the period with one post."""
    person = world.session.get_one(Influencer, influencer_id)
    account = factories.SocialAccountFactory(influencer=person)
    deal = factories.DealFactory(influencer=person, posted_on=START, fee_minor=fee)
    made = watched.post(world.session, account, f"post {influencer_id}", deal_id=deal.id)
    watched.count(world.session, "post", made, "likes", likes, NOON)


def rows(world: World, **changes):
    report = influencer_list(world.session, world.state(**changes))
    return {row.influencer_id: row for row in report.rows}


def test_cost_per_engagement_and_spread_come_when_their_columns_are_shown(world: World):
    ids = two_models(world)
    engaged(world, ids["lin"], 1_000, 20_000)
    plain = rows(world)[ids["lin"]]
    assert (plain.cpe_minor, plain.spread) == (None, None)
    shown = rows(world, columns=("cpe", "spread"))
    assert shown[ids["lin"]].cpe_minor == 20
    assert shown[ids["lin"]].spread == pytest.approx(4_999 / 67_499.5)
    assert "models_disagree" not in {tag.code for tag in shown[ids["lin"]].tags}
    assert "models_disagree" in {tag.code for tag in shown[ids["feng"]].tags}
    assert shown[ids["feng"]].cpe_minor is None


def test_sorting_by_an_extra_reads_it(world: World):
    ids = two_models(world)
    report = influencer_list(world.session, world.state(sort="-spread"))
    spreads = [row.spread for row in report.rows if row.spread is not None]
    assert spreads == sorted(spreads, reverse=True)
    assert len(spreads) == 2
    assert report.rows[0].influencer_id == ids["feng"]


def test_a_file_of_all_columns_has_them_and_one_of_chosen_columns_only_those(world: World):
    ids = two_models(world)
    engaged(world, ids["lin"], 1_000, 20_000)
    whole = influencer_list(world.session, world.state(), is_whole=True)
    few = influencer_list(world.session, world.state(columns=("roi",)), is_whole=True)
    assert {row.cpe_minor for row in whole.rows} == {20, None}
    assert {row.cpe_minor for row in few.rows} == {None}


def test_the_extras_change_nothing_else(world: World):
    two_models(world)
    plain = influencer_report(world.session, world.state())
    whole = influencer_list(world.session, world.state(), is_whole=True)
    assert [row.figures for row in whole.rows] == [row.figures for row in plain.rows]
    assert whole.total == plain.total


def test_an_agency_leaves_its_own_people_only(world: World):
    ids = two_models(world)
    world.session.get_one(Influencer, ids["lin"]).agency = "Star"
    world.session.flush()
    found = influencer_list(world.session, world.state(agency="Star"))
    assert [row.influencer_id for row in found.rows] == [ids["lin"]]
    assert found.total.figures.net_revenue_minor == 65_000
    assert influencer_list(world.session, world.state(agency="Sta")).rows == ()


def test_the_page_of_one_says_what_the_list_says(world: World):
    ids = two_models(world)
    engaged(world, ids["lin"], 1_000, 20_000)
    mine = world.state(influencer_id=ids["lin"])
    found = engaged_of(social(world.session, mine).deals, mine)
    assert found == read_engaged(world.session, mine, [ids["lin"]])[ids["lin"]]
    later = mine.changed(start=END, end=END)
    assert engaged_of(social(world.session, later).deals, later).fee_minor == 0


def test_engagements_of_posts_without_a_deal_or_of_other_days_do_not_count(world: World):
    ids = two_models(world)
    engaged(world, ids["lin"], 500, 1_000)
    person = world.session.get_one(Influencer, ids["lin"])
    other = factories.SocialAccountFactory(influencer=person)
    made = watched.post(world.session, other, "no deal")
    watched.count(world.session, "post", made, "likes", 9_999, NOON)
    found = read_engaged(world.session, world.state(), [ids["lin"]])
    assert (found[ids["lin"]].fee_minor, found[ids["lin"]].engagements) == (1_000, 500)
