"""Campaigns and spend of the demo brand."""

from datetime import date

from tracker.demo import media
from tracker.demo.world import make_world
from tracker.domain.channels import Channel

WORLD = make_world(11, 120, 1.0, date(2026, 11, 21))


def spend_of(day: date) -> list[media.SpendRecord]:
    return media.spend(WORLD.seed, WORLD.season, WORLD.persons, WORLD.scale, day)


def test_every_day_has_spend_in_known_channels_and_one_row_a_campaign():
    for day in WORLD.season.days():
        rows = spend_of(day)
        assert {row.channel for row in rows} <= {channel.value for channel in Channel}
        keys = [(row.platform, row.account, row.campaign_ref) for row in rows]
        assert len(keys) == len(set(keys))
        assert all(row.amount_minor >= 0 and row.spent_on == day for row in rows)


def test_some_spend_boosts_posts_of_influencers():
    boosted = {row.influencer for day in WORLD.season.days() for row in spend_of(day)} - {""}
    assert len(boosted) > 10


def test_the_peak_costs_more():
    total = {day: sum(row.amount_minor for row in spend_of(day)) for day in WORLD.season.days()}
    assert total[date(2026, 11, 11)] > 1.8 * sorted(total.values())[60]


def test_marks_and_spend_name_campaigns_that_exist():
    known = {effort.code for effort in media.efforts(WORLD.season, WORLD.scale)}
    assert set(WORLD.campaigns.values()) <= known
    named = {row.campaign for day in WORLD.season.days() for row in spend_of(day)}
    assert named <= known | {""}
    assert "" in named  # one account's report is left for somebody to map


def test_rates_are_there_for_every_day_or_at_most_three_days_before():
    days = {rate.day for rate in media.exchange_rates(11, WORLD.season)}
    for day in WORLD.season.days():
        assert any((day - rate).days in range(4) for rate in days)


def test_sources_have_a_true_channel_or_none():
    known = {channel.value for channel in Channel} | {""}
    assert {source.channel for source in (*media.SOURCES, media.EMAIL, media.SMS)} <= known
