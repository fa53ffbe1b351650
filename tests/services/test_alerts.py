"""Alerts: what is watched is told once, again after a step, and stays until it is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories, watched
from tests.factories import NOON
from tests.watched import DAY
from tracker.models import AlertRule, AlertState, FxRate
from tracker.services import alerts


def states(session, kind: str) -> dict[int, AlertState]:
    found = session.scalars(
        select(AlertState).join(AlertRule, AlertRule.id == AlertState.rule_id)
        .where(AlertRule.kind == kind)
    )  # fmt: skip
    return {row.subject_id: row for row in found}


@pytest.fixture
def shelf(session, workspace):
    """Ours at 100, a competitor's at 120."""
    ours = watched.listing(session, workspace.id, "ours", is_own=True)
    theirs = watched.listing(session, workspace.id, "theirs")
    watched.price(session, ours, 10_000)
    watched.price(session, theirs, 12_000)
    return ours, theirs


def test_a_price_below_ours_is_told_once_and_ends_when_it_rises(session, workspace, shelf):
    _ours, theirs = shelf
    assert alerts.evaluate(session, workspace, NOON).told == 0
    assert states(session, "price_below_ours")[theirs.id].state == "ok"

    watched.price(session, theirs, 9_500, NOON + timedelta(hours=1))
    assert alerts.evaluate(session, workspace, NOON + timedelta(hours=1)).told == 1
    state = states(session, "price_below_ours")[theirs.id]
    assert (state.state, state.value, state.told_value) == ("triggered", 950_000, 950_000)
    assert state.figures["price_minor"] == 9_500
    assert state.figures["ours_minor"] == 10_000
    assert alerts.evaluate(session, workspace, NOON + timedelta(hours=2)).told == 0

    watched.price(session, theirs, 9_400, NOON + timedelta(hours=3))  # a step too small
    assert alerts.evaluate(session, workspace, NOON + timedelta(hours=3)).told == 0
    watched.price(session, theirs, 9_000, NOON + timedelta(hours=4))
    assert alerts.evaluate(session, workspace, NOON + timedelta(hours=4)).told == 1

    watched.price(session, theirs, 10_000, NOON + timedelta(hours=5))
    alerts.evaluate(session, workspace, NOON + timedelta(hours=5))
    session.refresh(state)
    assert (state.state, state.since) == ("ok", NOON + timedelta(hours=5))


def test_what_is_sold_out_or_not_read_lately_is_no_lower_price(session, workspace, shelf):
    _ours, theirs = shelf
    watched.price(session, theirs, 5_000, NOON + timedelta(hours=1), availability="out_of_stock")
    alerts.evaluate(session, workspace, NOON + timedelta(hours=1))
    assert states(session, "price_below_ours") == {}  # nothing could be said so far
    assert states(session, "out_of_stock")[theirs.id].state == "triggered"
    watched.price(session, theirs, 5_000, NOON + timedelta(hours=2))
    assert alerts.evaluate(session, workspace, NOON + 9 * DAY).told == 0  # a week without reading


def test_prices_are_compared_in_one_currency_or_not_at_all(session, workspace, shelf):
    _ours, theirs = shelf
    watched.price(session, theirs, 1_300, NOON + timedelta(hours=1), currency="USD")
    alerts.evaluate(session, workspace, NOON + timedelta(hours=1))
    assert states(session, "price_below_ours") == {}  # no rate is known; it is not 1
    session.add(
        FxRate(workspace_id=workspace.id, from_currency="USD", to_currency="CNY",
               day=NOON.date(), rate_e8=700_000_000)
    )  # fmt: skip
    session.flush()
    alerts.evaluate(session, workspace, NOON + timedelta(hours=1))
    assert states(session, "price_below_ours")[theirs.id].value == 910_000


def test_a_promotion_of_a_competitor_is_told_ours_is_not(session, workspace, shelf):
    ours, theirs = shelf
    watched.price(session, ours, 9_000, NOON + timedelta(hours=1), list_price_minor=10_000)
    watched.price(session, theirs, 11_000, NOON + timedelta(hours=1), promotion="双11 第二件半价")
    assert alerts.evaluate(session, workspace, NOON + timedelta(hours=1)).told == 1
    state = states(session, "promotion_started")
    assert list(state) == [theirs.id]
    assert state[theirs.id].figures["promotion"] == "双11 第二件半价"
    watched.price(session, theirs, 6_000, NOON + timedelta(hours=2), list_price_minor=12_000)
    alerts.evaluate(session, workspace, NOON + timedelta(hours=2))
    assert states(session, "promotion_started")[theirs.id].figures["discount"] == 0.5


def test_followers_that_creep_are_told_when_they_are_a_step_from_what_was_told(session, workspace):
    who = factories.InfluencerFactory(workspace=workspace, name="Lin")
    account = factories.SocialAccountFactory(influencer=who)
    told = []
    for day in range(20):
        at = NOON + day * DAY
        watched.count(session, "account", account, "followers", round(50_000 * 1.01**day), at)
        if alerts.evaluate(session, workspace, at).told:
            told.append(day)
    assert told == [10]
    state = states(session, "follower_jump")[account.id]
    assert state.figures["name"] == "Lin"
    assert (state.figures["was"], state.figures["followers"]) == (50_000, 55_231)


def test_growth_that_takes_months_is_no_jump(session, workspace):
    who = factories.InfluencerFactory(workspace=workspace)
    account = factories.SocialAccountFactory(influencer=who)
    for day in range(0, 200, 2):
        at = NOON + day * DAY
        watched.count(session, "account", account, "followers", 50_000 + 120 * day, at)
        assert alerts.evaluate(session, workspace, at).told == 0
    at = NOON + 200 * DAY
    watched.count(session, "account", account, "followers", 82_000, at)
    assert alerts.evaluate(session, workspace, at).told == 1
    assert states(session, "follower_jump")[account.id].figures["was"] == 50_000 + 120 * 170


def test_rounding_and_a_few_people_are_no_jump(session, workspace):
    who = factories.InfluencerFactory(workspace=workspace)
    coarse, small = (factories.SocialAccountFactory(influencer=who) for _ in range(2))
    for day, (rounded, few) in enumerate([(5_000, 300), (6_000, 700), (5_000, 120)]):
        at = NOON + day * DAY
        watched.count(session, "account", coarse, "followers", rounded, at, step=1_000)
        watched.count(session, "account", small, "followers", few, at)
        assert alerts.evaluate(session, workspace, at).told == 0


def test_a_deleted_post_is_told_and_one_of_another_workspace_is_not(session, workspace):
    who = factories.InfluencerFactory(workspace=workspace, name="Lin")
    account = factories.SocialAccountFactory(influencer=who)
    gone = watched.post(session, account, "gone", removed_at=NOON - DAY)
    watched.post(session, account, "there")
    watched.post(session, factories.SocialAccountFactory(), "foreign", removed_at=NOON - DAY)
    assert alerts.evaluate(session, workspace, NOON).told == 1
    assert list(states(session, "post_deleted")) == [gone.id]
    assert alerts.evaluate(session, workspace, NOON + DAY).told == 0


def test_what_is_no_longer_watched_is_forgotten(session, workspace, shelf):
    _ours, theirs = shelf
    alerts.evaluate(session, workspace, NOON)
    theirs.removed_at = NOON
    session.flush()
    alerts.evaluate(session, workspace, NOON)
    assert theirs.id not in states(session, "out_of_stock")


def test_somebody_who_has_seen_it_says_so_for_their_own_workspace_only(session, workspace, shelf):
    _ours, theirs = shelf
    watched.price(session, theirs, 9_000, NOON + timedelta(hours=1))
    alerts.evaluate(session, workspace, NOON + timedelta(hours=1))
    state = states(session, "price_below_ours")[theirs.id]
    other = factories.WorkspaceFactory()
    assert alerts.mark_seen(session, other, [state.id], NOON + DAY) == 0
    assert state.seen_at is None
    assert alerts.mark_seen(session, workspace, [state.id], NOON + DAY) == 1
    assert state.seen_at == NOON + DAY


def test_a_rule_that_is_off_is_not_looked_at(session, workspace, shelf):
    _ours, theirs = shelf
    for rule in alerts.ensure_rules(session, workspace, NOON):
        rule.is_active = False
    session.flush()
    watched.price(session, theirs, 1, NOON + timedelta(hours=1))
    assert alerts.evaluate(session, workspace, NOON + DAY) == alerts.Evaluated(0, 0)


def test_a_look_that_finds_nothing_new_writes_nothing_for_an_hour(
    session, workspace, shelf, queries
):
    alerts.evaluate(session, workspace, NOON)
    queries.clear()
    alerts.evaluate(session, workspace, NOON + timedelta(minutes=5))
    assert [text for text in queries if text.startswith(("UPDATE", "INSERT", "DELETE"))] == []
    alerts.evaluate(session, workspace, NOON + timedelta(minutes=61))
    assert [text for text in queries if text.startswith("UPDATE alert_state")]
