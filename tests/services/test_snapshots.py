"""History: on change, once a day, never over what was there."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories import NOON, InfluencerFactory
from tracker.domain.numbers import read_count
from tracker.models import Listing, ListingSnapshot, MetricPoint, SocialAccount, VariantPoint
from tracker.observed import AccountItem, Count, ListingItem, VariantItem, counts_of
from tracker.services.snapshots import Observed, confirm, record


@pytest.fixture
def account(session, workspace):
    influencer = InfluencerFactory(workspace=workspace)
    row = SocialAccount(
        workspace_id=workspace.id, influencer_id=influencer.id, platform="weibo", handle="lina"
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def listing(session, workspace):
    row = Listing(workspace_id=workspace.id, url="https://shop.example/mug", created_at=NOON)
    session.add(row)
    session.flush()
    return row


def seen(row, hours, item):
    kind = "account" if isinstance(row, SocialAccount) else "listing"
    return Observed(row.workspace_id, (kind, row.id), item, NOON + timedelta(hours=hours), "page")


def followers(count):
    counts = (
        {"followers": Count.exactly(count)}
        if isinstance(count, int)
        else counts_of({"followers": read_count(count)})
    )
    return AccountItem(counts=counts, parser_version=1)


def mug(price="9.90", **more):
    fields = {"title": "Mug", "currency": "EUR", "availability": "in_stock", **more}
    amount = None if price is None else Decimal(price)
    return ListingItem(price=amount, parser_version=1, **fields)


def points(session):
    rows = session.scalars(select(MetricPoint).order_by(MetricPoint.taken_at, MetricPoint.id))
    return [(int((row.taken_at - NOON).total_seconds() / 3600), row.value) for row in rows]


def prices(session):
    rows = session.scalars(select(ListingSnapshot).order_by(ListingSnapshot.taken_at))
    return [(int((row.taken_at - NOON).total_seconds() / 3600), row.price_minor) for row in rows]


def test_a_number_is_written_when_it_changes_and_once_a_day(session, account):
    for hours, count in [(0, 1000), (6, 1000), (12, 1001), (18, 1001), (37, 1001), (61, 1001)]:
        assert record(session, [seen(account, hours, followers(count))]) == [None]
    assert points(session) == [(0, 1000), (12, 1001), (37, 1001), (61, 1001)]
    assert account.followers == 1001


def test_one_batch_of_several_instants_gives_what_single_ones_give(session, account):
    several = [seen(account, hours, followers(1000 + hours // 6)) for hours in range(0, 48, 3)]
    record(session, several)
    assert points(session) == [(6 * n, 1000 + n) for n in range(8)]


def test_the_same_reading_twice_is_stored_once(session, account):
    reading = seen(account, 0, followers(1000))
    record(session, [reading])
    record(session, [reading])
    assert points(session) == [(0, 1000)]


def test_a_rounded_count_keeps_what_is_not_known(session, account):
    record(session, [seen(account, 0, followers("10万+"))])
    (row,) = session.scalars(select(MetricPoint))
    assert (row.value, row.low, row.high) == (100_000, 100_000, None)
    assert (row.raw, row.precision) == ("10万+", "at_least")


def test_an_older_file_fills_the_past_and_leaves_the_present(session, account):
    record(session, [seen(account, 100, followers(2000))])
    record(session, [seen(account, 50, followers(2000))], is_checked=False)
    record(session, [seen(account, 0, followers(50))], is_checked=False)
    assert points(session) == [(0, 50), (50, 2000), (100, 2000)]
    assert account.followers == 2000


def test_a_doubtful_reading_is_handed_back_and_changes_nothing(session, account):
    record(session, [seen(account, 0, followers(10_000))])
    (doubt,) = record(session, [seen(account, 24, followers(100))])
    assert doubt is not None
    assert doubt.reason == "count_fell"
    assert points(session) == [(0, 10_000)]
    record(session, [seen(account, 48, followers(100))], is_checked=False)  # a person vouches
    assert account.followers == 100


def test_a_snapshot_is_written_when_anything_said_changes_and_once_a_day(session, listing):
    for hours, item in [
        (0, mug()),
        (6, mug()),
        (12, mug(availability="out_of_stock")),
        (18, mug(availability="out_of_stock", promotion="2 for 1")),
        (42, mug(availability="out_of_stock", promotion="2 for 1")),
    ]:
        record(session, [seen(listing, hours, item)])
    assert [hours for hours, _ in prices(session)] == [0, 12, 18, 42]
    assert listing.title == "Mug"


def test_without_a_currency_there_is_no_amount_unless_a_person_fixed_one(session, listing):
    record(session, [seen(listing, 0, mug(currency=""))])
    listing.currency = "CNY"
    session.flush()
    record(session, [seen(listing, 1, mug(currency=""))])
    assert prices(session) == [(0, None), (1, 990)]


def test_an_amount_with_more_digits_than_its_currency_is_no_amount(session, listing):
    record(session, [seen(listing, 0, mug("9.905"))])
    assert prices(session) == [(0, None)]


def test_a_price_that_moved_its_decimal_point_is_doubted_and_an_ambiguous_one_is_stored(
    session, listing
):
    record(session, [seen(listing, 0, mug("9.90"))])
    (doubt,) = record(session, [seen(listing, 1, mug("990"))])
    assert doubt is not None
    assert doubt.reason == "price_jumped"
    assert record(session, [seen(listing, 2, mug(None, is_ambiguous=True))]) == [None]
    assert prices(session) == [(0, 990), (2, None)]


def test_variants_are_written_when_they_change_or_go(session, listing):
    def with_variants(hours, **amounts):
        variants = [VariantItem(sku=sku, price=Decimal(p)) for sku, p in amounts.items()]
        record(session, [seen(listing, hours, mug(variants=variants))])

    with_variants(0, red="9.90", blue="9.90")
    with_variants(1, red="9.90", blue="8.90")
    with_variants(2, red="9.90")
    rows = session.scalars(select(VariantPoint).order_by(VariantPoint.id))
    assert [(row.sku, row.price_minor, row.is_removed) for row in rows] == [
        ("red", 990, False),
        ("blue", 990, False),
        ("blue", 890, False),
        ("blue", 890, True),
    ]


def test_unchanged_repeats_the_last_values_once_a_day(session, account, listing):
    record(session, [seen(account, 0, followers(1000)), seen(listing, 0, mug())])
    for hours in (6, 24, 30):
        at = NOON + timedelta(hours=hours)
        confirm(session, account.workspace_id, ("account", account.id), at, run_id=0)
        confirm(session, account.workspace_id, ("listing", listing.id), at, run_id=0)
    assert points(session) == [(0, 1000), (24, 1000)]
    assert prices(session) == [(0, 990), (24, 990)]


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(90, 110)), min_size=1, max_size=25),
    st.lists(st.integers(1, 6), max_size=8),
)
def test_the_stored_points_say_at_every_reading_what_was_read(session, workspace, steps, cuts):
    """However the readings are cut into batches; and no two days are without a point."""
    influencer = InfluencerFactory(workspace=workspace)
    row = SocialAccount(
        workspace_id=workspace.id, influencer_id=influencer.id, platform="x",
        handle=f"lina {influencer.id}",
    )  # fmt: skip
    session.add(row)
    session.flush()
    hours = list(itertools.accumulate(gap for gap, _ in steps))
    counts = [count for _, count in steps]
    readings = [seen(row, at, followers(n)) for at, n in zip(hours, counts, strict=True)]
    rest = iter(readings)
    for size in [*cuts, len(readings)]:
        record(session, list(itertools.islice(rest, size)))
    stored = [
        ((point.taken_at - NOON) // timedelta(hours=1), point.value)
        for point in session.scalars(
            select(MetricPoint)
            .where(MetricPoint.subject_id == row.id, MetricPoint.subject_kind == "account")
            .order_by(MetricPoint.taken_at)
        )
    ]
    for at, count in zip(hours, counts, strict=True):
        before = [point for point in stored if point[0] <= at]
        assert before[-1][1] == count
        assert at - before[-1][0] < 23
    assert {at for at, _ in stored} <= set(hours)
