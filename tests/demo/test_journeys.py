"""A cohort: the same for the same seed, inside the season, and consistent with itself."""

import hashlib
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from tracker.demo import people
from tracker.demo.footprints import Ids
from tracker.demo.journeys import Cohort, Journeys
from tracker.demo.season import ZONE
from tracker.demo.tmall import MarketOrders
from tracker.demo.world import World, make_world
from tracker.domain.events import link_of_click
from tracker.domain.marks import classify, read_click_param, read_mark
from tracker.domain.rules import Rules

UNTIL = date(2026, 11, 21)


@cache
def small_world() -> World:
    return make_world(11, 60, 0.3, UNTIL)


def ids_of(world: World) -> Ids:
    links = sorted({post.link for person in world.persons for post in person.posts})
    return Ids(1, {link: number for number, link in enumerate(links, 1)})


@cache
def cohorts() -> tuple[tuple[Cohort, Cohort], ...]:
    world = small_world()
    return tuple(
        (Journeys(world, day, ids_of(world)).make(), MarketOrders(world, day).make())
        for day in world.season.days()
    )


def own() -> list[Cohort]:
    return [one for one, _ in cohorts()]


def both() -> list[Cohort]:
    return [cohort for pair in cohorts() for cohort in pair]


def digest(cohort: Cohort) -> str:
    rows = (
        *cohort.events, *cohort.orders, *cohort.refunds, *cohort.affiliate_rows, *cohort.truths,
    )  # fmt: skip
    return hashlib.sha256(repr([astuple(row) for row in rows]).encode()).hexdigest()


def test_the_same_seed_makes_the_same_rows():
    world = make_world(11, 60, 0.3, UNTIL)
    for day in (world.season.start, world.season.peak.ends_on, world.season.end):
        made = Journeys(world, day, ids_of(world)).make()
        assert digest(made) == digest(own()[world.day_index(day)])


def test_another_seed_makes_other_rows():
    world = make_world(12, 60, 0.3, UNTIL)
    made = Journeys(world, world.season.start, ids_of(world)).make()
    assert digest(made) != digest(own()[0])


def test_nothing_happens_outside_the_season_but_what_led_to_its_first_days():
    world = small_world()
    start = datetime(world.season.start.year, world.season.start.month, world.season.start.day,
                     tzinfo=ZONE)  # fmt: skip
    end = start + timedelta(days=world.season.n_days, minutes=30)
    earliest = (start - timedelta(days=3)).timestamp() * 1e6
    for cohort in both():
        assert all(earliest <= event.at_micros < end.timestamp() * 1e6 for event in cohort.events)
        assert all(start <= order.placed_at < end for order in cohort.orders)
        assert all(refund.refunded_at < end for refund in cohort.refunds)


def test_ids_are_unique_over_all_cohorts():
    events = [event.event_id for cohort in both() for event in cohort.events]
    orders = [order.ref for cohort in both() for order in cohort.orders]
    refunds = [(r.order_ref, r.ref) for cohort in both() for r in cohort.refunds]
    for ids in (events, orders, refunds):
        assert len(ids) == len(set(ids))


def test_every_paid_order_has_one_truth_and_every_truth_an_order():
    for cohort in both():
        paid = [order.ref for order in cohort.orders if order.status == "paid"]
        assert sorted(paid) == sorted(truth.order_ref for truth in cohort.truths)


def test_marketplace_orders_have_19_digits_and_name_no_buyer():
    orders = [order for _, cohort in cohorts() for order in cohort.orders]
    assert orders
    assert all(len(order.ref) == 19 and order.ref.isdigit() for order in orders)
    assert not any(order.buyer.platform_id for order in orders)


def test_what_buyers_pay_is_what_the_parts_say():
    for order in (order for cohort in both() for order in cohort.orders):
        goods = order.gross_minor - order.discount_shop_minor - order.discount_platform_minor
        assert sum(line.amount_minor for line in order.lines) == goods
        assert min(line.amount_minor for line in order.lines) > 0
        if order.status == "paid":
            assert order.paid_minor == goods + order.freight_minor + order.tax_minor


def test_nobody_gets_back_more_than_they_paid_for_the_goods():
    paid = {order.ref: order for cohort in both() for order in cohort.orders}
    returned: dict[str, int] = {}
    for refund in (refund for cohort in both() for refund in cohort.refunds):
        assert refund.refunded_at > paid[refund.order_ref].placed_at
        returned[refund.order_ref] = returned.get(refund.order_ref, 0) + refund.amount_minor
    for ref, amount in returned.items():
        order = paid[ref]
        assert 0 < amount <= order.paid_minor - order.freight_minor - order.tax_minor
    several = [r for cohort in both() for r in cohort.refunds if r.ref.endswith("-R2")]
    assert several  # some come back in two parts


def test_some_orders_are_abroad_some_unpaid_and_some_carry_two_owned_codes():
    owned = {person.code for person in small_world().persons if person.code}
    orders = [order for cohort in both() for order in cohort.orders]
    assert any(order.currency == "USD" for order in orders)
    assert any(order.status == "unpaid" for order in orders)
    big = make_world(11, 120, 1.0, UNTIL)
    two = [
        order
        for day in big.season.days()
        for order in Journeys(big, day, ids_of(big)).make().orders
        if len(set(order.coupons) & owned) > 1
    ]
    assert 2 <= len(two) <= 12


def test_a_click_is_followed_by_its_landing_and_both_name_the_link():
    numbers = ids_of(small_world()).links
    landings = {
        click: event
        for cohort in own()
        for event in cohort.events
        if event.kind == "page_view" and (click := read_click_param(event.url))
    }
    clicks = [e for cohort in own() for e in cohort.events if e.kind == "click"]
    assert len(clicks) > 100
    for click in clicks:
        landing = landings[click.event_id]
        assert 0 < landing.at_micros - click.at_micros < 3_000_000
        assert link_of_click(click.event_id) == click.link_id == numbers[click.link_slug]


def test_marks_are_read_as_the_fourteen_channels():
    rules = Rules.default()
    channels = {
        classify(read_mark(event.url, event.referrer, event.user_agent), rules).channel.value
        for cohort in own()
        for event in cohort.events
        if event.kind == "page_view"
    }
    assert channels - {"internal"} == {
        "direct", "organic_search", "organic_social", "organic_video", "ai_assistant", "referral",
        "paid_search", "paid_social", "paid_video", "display", "affiliate", "email", "sms", "kol",
    }  # fmt: skip


def test_a_leaked_code_is_used_without_its_owner_from_the_day_it_leaks():
    world = small_world()
    code = world.person(people.LEAKED).code
    leaked = [t for cohort in own() for t in cohort.truths if t.reason == "leaked_code"]
    refs = {truth.order_ref for truth in leaked}
    orders = [o for cohort in own() for o in cohort.orders if o.ref in refs]
    assert len(orders) > 5
    assert all(order.coupons == (code,) for order in orders)
    assert all(order.placed_at.astimezone(ZONE).date() >= world.leak_on for order in orders)
    assert not any(truth.influencer for truth in leaked)


def test_a_festival_sells_more():
    world = small_world()
    per_day: dict[date, int] = {}
    for order in (order for cohort in both() for order in cohort.orders):
        day = order.placed_at.astimezone(ZONE).date()
        per_day[day] = per_day.get(day, 0) + 1
    plain = sorted(per_day.values())[len(per_day) // 2]
    assert per_day[world.season.peak.ends_on] > 2.5 * plain


@pytest.mark.parametrize("scale", [0.0, -1.0, 101.0])
def test_a_scale_that_makes_no_sense_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        make_world(11, 60, scale, UNTIL)


def test_events_carry_the_time_in_utc():
    first = min(event.at_micros for event in own()[10].events)
    at = datetime.fromtimestamp(first / 1e6, UTC)
    assert abs(at.astimezone(ZONE).date() - small_world().season.days()[10]) <= timedelta(days=3)
