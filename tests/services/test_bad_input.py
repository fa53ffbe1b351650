"""The job on facts that no one would want: credits that add up for each, and no exception."""

import time

import pytest
from sqlalchemy import select, text

from tests import factories
from tests.services.credit_world import World, at
from tracker.domain.channels import Channel, Kind
from tracker.models import Credit, DirtyDay, Fit, Order, Touch, Workspace
from tracker.models.base import to_micros
from tracker.models.credit import MODELS
from tracker.services import dirty
from tracker.services.explain import explain
from tracker.services.fitting import ensure_fits
from tracker.services.recompute import attribute_dirty


@pytest.fixture
def attributed(database):
    """Makes a world by a function, attributes it with fits, and gives the rows of each order."""

    def run(make):
        with database.write() as session, factories.using(session):
            world = World(session)
            make(world)
            dirty.policy_applied(session, world.workspace)
        ensure_fits(database, now=at(60))
        attribute_dirty(database)
        with database.read() as session:
            assert session.scalars(select(DirtyDay.day)).all() == []
            orders = session.scalars(select(Order).order_by(Order.id)).all()
            return [
                session.scalars(
                    select(Credit)
                    .where(Credit.order_id == order.id)
                    .order_by(Credit.entry, Credit.position)
                ).all()
                for order in orders
            ]

    return run


def totals(rows):
    """The sum of an order's ledger under each model; they are all the same."""
    sums = {sum(getattr(row, f"net_{model}") for row in rows) for model in MODELS}
    assert len(sums) == 1
    return sums.pop()


def test_orders_without_touches_are_credited_to_nobody(attributed):
    def make(world):
        world.order(visitor=world.visitor(), paid_minor=700)
        world.order(paid_minor=300)

    rows = attributed(make)
    assert [[(row.position, row.channel_code) for row in some] for some in rows] == [[(0, 0)]] * 2
    assert [totals(some) for some in rows] == [700, 300]


def test_touches_after_the_order_do_not_count_even_by_a_microsecond(attributed):
    def make(world):
        visitor = world.visitor()
        world.touch(visitor, 0, world.mail)
        world.touch(visitor, 1e-11, world.search)
        late = world.touch(visitor, 1, world.mail)
        assert late.at > at(0)
        world.order(0, visitor)

    [rows] = attributed(make)
    assert rows[-1].touched_at == at(0)
    assert at(1) not in {row.touched_at for row in rows}


def test_equal_timestamps_are_settled_by_class_and_number(attributed):
    def make(world):
        visitor, person = world.visitor(), world.influencer()
        marks = [world.direct, world.search, world.mail, world.kol_mark(person), world.mail]
        for mark in marks:
            world.touch(visitor, 0, mark)
        world.order(0, visitor)

    [rows] = attributed(make)
    evidence = [row.evidence for row in rows]
    assert evidence == [64, 16, 16, 8, 1]  # direct, two tags, paid click, link: the strongest last
    assert rows[1].touch_id < rows[2].touch_id


def test_circles_share_like_any_path(attributed):
    def make(world):
        visitor = world.visitor()
        for day in range(20):
            world.touch(visitor, day - 20, (world.mail, world.search)[day % 2])
        world.order(0, visitor, paid_minor=999)

    [rows] = attributed(make)
    assert len(rows) == 20
    assert totals(rows) == 999


def test_one_channel_only_gets_every_order_even_by_a_fit(attributed, database):
    def make(world):
        for order in range(4):
            visitor = world.visitor()
            world.touch(visitor, -11, world.mail)
            world.touch(visitor, -10, world.mail)
            world.order((-10, 0)[order % 2], visitor, paid_minor=100 + order)

    rows = attributed(make)
    assert {row.channel_code for some in rows for row in some} == {Channel.EMAIL.code}
    with database.read() as session:
        gaps = session.scalars(select(Fit.gap).where(Fit.outcome == "fitted")).all()
    assert set(gaps) == {0.0}


def test_totals_that_orders_cannot_attain_are_told_and_every_order_still_adds_up(
    attributed, database
):
    def make(world):
        sms = world.mark(Channel.SMS, Kind.NATURAL, "tag")
        for day in (-9, 0):  # the first week teaches, the next is weighed by it
            for _ in range(10):
                visitor = world.visitor()
                world.touch(visitor, day - 1, world.search)
                world.order(day, visitor, paid_minor=101)
            visitor = world.visitor()
            world.touch(visitor, day - 2, world.mail)
            world.touch(visitor, day - 1, sms)
            world.order(day, visitor, paid_minor=101)

    rows = attributed(make)
    assert [totals(some) for some in rows] == [101] * 22
    with database.read() as session:
        gap = session.scalar(select(Fit.gap).where(Fit.model == "markov", Fit.outcome == "fitted"))
    assert gap == pytest.approx((10 - 110 / 12) / 11)


def test_zero_and_negative_nets_are_shared_to_the_unit(attributed):
    def make(world):
        for freight in (1_000, 1_500):
            visitor = world.visitor()
            world.touch(visitor, -2, world.search)
            world.touch(visitor, -1, world.mail)
            order = world.order(
                0, visitor, paid_minor=1_000, freight_minor=freight, net_base_minor=1_000 - freight
            )
            world.refund(order, 1, 333)
            world.refund(order, 2, 1_000)

    free, loss = attributed(make)
    assert [totals([row for row in free if row.entry == entry]) for entry in (0, 1, 2)] == [
        0, -333, -1_000,
    ]  # fmt: skip
    assert totals(loss) == -500 - 1_333


def test_channels_that_nobody_knows_are_credited_like_others(attributed):
    def make(world):
        visitor = world.visitor()
        strange = world.mark(Channel.UNASSIGNED, Kind.NATURAL, "tag")
        strange.channel_code = 999
        odd = world.mark(Channel.EMAIL, Kind.NATURAL, "no such class")
        world.touch(visitor, -2, strange)
        world.touch(visitor, -1, odd)
        world.order(0, visitor, paid_minor=100)

    [rows] = attributed(make)
    assert [row.channel_code for row in rows] == [999, Channel.EMAIL.code]
    assert totals(rows) == 100


MANY = 200_000
"""Of one visitor. A million take two seconds of a core on SQLite and one on PostgreSQL."""


def test_any_number_of_touches_of_one_visitor_is_fast(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        visitor = world.visitor()
        orders = [world.order(0, visitor, paid_minor=1_000 + n) for n in range(20)]
        _touches_of(session, world, visitor)
        last, ids = to_micros(at(0)), {order.id for order in orders}
    with database.write() as session:
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
    began = time.process_time()
    done = attribute_dirty(database)
    assert time.process_time() - began < 10  # less than one where nothing else runs
    assert (done.orders, done.rows) == (20, 20 * 500)
    with database.read() as session:
        rows = session.execute(select(Credit.order_id, Credit.touched_at, Credit.net_linear)).all()
        assert {order_id for order_id, _, _ in rows} == ids
        assert sum(net for _, _, net in rows) == sum(range(1_000, 1_020))
        # a touch a second: the newest 500, the order's own second included
        assert {(last - to_micros(when)) // 1_000_000 for _, when, _ in rows} == set(range(500))
        explained = explain(session, min(ids))
        assert len(explained.touchpoints) == 500
        assert len(explained.unqualified) == 2_000 - 500


def _touches_of(session, world, visitor):
    """A touch a second until the order, made by the database itself."""
    last = to_micros(at(0))
    series = (
        "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series "
        f"WHERE n < {MANY - 1})"
        if session.get_bind().dialect.name == "sqlite"
        else f"WITH series(n) AS (SELECT * FROM generate_series(0::bigint, {MANY - 1}))"
    )
    columns = "shop_id, key, visitor_id, at, mark_id, interaction, cost_minor, batch_id"
    session.flush()
    session.execute(
        text(
            f"INSERT INTO {Touch.__tablename__} ({columns}) {series} "
            f"SELECT {world.shop.id}, 'k' || n, {visitor.id}, {last} - n * 1000000, "
            f"{world.mail.id}, 'visit', 0, 0 FROM series"
        )
    )
