"""Sixty influencers, with posts inside the season and codes that have one owner at a time."""

from datetime import date

from tracker.demo import people
from tracker.demo.world import make_world

WORLD = make_world(11, 120, 1.0, date(2026, 11, 21))


def test_there_are_sixty_with_names_accounts_and_posts():
    assert len({person.slug for person in WORLD.persons}) == 60
    assert len({person.name for person in WORLD.persons}) == 60
    assert len({person.platform for person in WORLD.persons}) == 7
    assert all(person.posts and person.followers > 0 for person in WORLD.persons)


def test_posts_lie_in_the_season_and_cost_something():
    for person in WORLD.persons:
        for post in person.posts:
            assert WORLD.season.start <= post.posted_on <= WORLD.season.end
            assert post.fee_minor > 0


def test_codes_are_unique_and_say_what_they_take_off():
    codes = [record.code for record in people.coupon_records(WORLD.persons, WORLD.season)]
    repeated = {code for code in codes if codes.count(code) > 1}
    assert repeated == {people.PASSED_ON[2]}
    assert all(0 < percent <= 20 for percent in WORLD.coupon_percent.values())
    assert WORLD.coupon_percent["DAJIANG20"] == 20


def test_a_code_that_changed_hands_has_two_periods_that_meet():
    first, second = (
        record
        for record in people.coupon_records(WORLD.persons, WORLD.season)
        if record.code == people.PASSED_ON[2]
    )
    assert first.influencer != second.influencer
    assert first.valid_until == second.valid_from


def test_attention_for_a_post_begins_on_its_day_and_fades():
    post = WORLD.person("linxiaoman").posts[0]
    days = WORLD.season.days()
    at = days.index(post.posted_on)
    assert post.reached(days[at]) > post.reached(days[at + 1]) > 0
    assert at == 0 or post.reached(days[at - 1]) == 0


def test_fees_keep_in_step_with_the_scale():
    large = make_world(11, 120, 10.0, date(2026, 11, 21))
    fees = [
        sum(post.fee_minor for person in world.persons for post in person.posts)
        for world in (WORLD, large)
    ]
    assert 9 < fees[1] / fees[0] < 11
