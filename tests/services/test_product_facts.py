"""Products by day: exact, complete, and of the order's own day alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import func, select, text

from tests import factories
from tests.services.credit_rebuild import fill
from tests.services.credit_world import World, at
from tracker.models import Credit, CreditDay, DirtyDay, Order, OrderLine, Product, ProductDay
from tracker.services import dirty
from tracker.services.product_facts import replace_product_days
from tracker.services.recompute import attribute_dirty


def attributed(database, world):
    with database.write() as session:
        dirty.policy_applied(session, session.merge(world.workspace))
    attribute_dirty(database)


def line(order, sku, quantity, amount, refunded=None, title=""):
    return OrderLine(
        order_id=order.id, line_ref=f"{sku}{title}", sku=sku, title=title, quantity=quantity,
        amount_minor=amount, refunded_minor=refunded,
    )  # fmt: skip


def by_product(session):
    """(SKU, influencer) -> [pieces, orders, net, refunds]."""
    found = defaultdict(lambda: [0, 0, 0, 0])
    rows = session.execute(
        select(ProductDay, Product.sku).outerjoin(Product, Product.id == ProductDay.product_id)
    )
    for row, sku in rows:
        sums = found[sku, row.influencer_id]
        sums[0] += row.pieces_micro / 1e6
        sums[1] += row.orders_micro / 1e6
        sums[2] += row.net_revenue_minor
        sums[3] += row.refund_minor
    return dict(found)


def test_products_add_up_to_the_credits_of_every_day_and_owner(database):
    fill(database)
    attribute_dirty(database)
    keys = ("policy_id", "shop_id", "ordered_on", "booked_on", "channel_code", "kind_code",
            "campaign_id", "influencer_id")  # fmt: skip

    def sums(session, table, *conditions):
        columns = [getattr(table, key) for key in keys]
        rows = session.execute(
            select(*columns, func.sum(table.net_revenue_minor), func.sum(table.refund_minor))
            .where(*conditions)
            .group_by(*columns)
        )
        return {tuple(row[:-2]): tuple(map(int, row[-2:])) for row in rows if any(row[-2:])}

    with database.read() as session:
        credited = sums(session, CreditDay, CreditDay.model_code == 3)
        assert sums(session, ProductDay) == credited
        assert len(credited) > 20
        sold = session.scalar(
            select(func.sum(OrderLine.quantity)).join(Order, Order.id == OrderLine.order_id)
        )
        assert session.scalar(select(func.sum(ProductDay.pieces_micro))) == sold * 1_000_000


def test_an_order_is_shared_among_its_lines_and_its_refund_goes_to_the_line_that_it_names(
    database,
):
    with database.write() as session, factories.using(session):
        world = World(session)
        mia = world.influencer()
        visitor = world.visitor()
        world.visit(visitor, -1, world.kol_mark(mia))
        order = world.order(0, visitor, paid_minor=10_000)
        session.add(line(order, "tea", 2, 6_000, refunded=6_000))
        session.add(line(order, "cup", 1, 4_000))
        world.refund(order, 2, 6_000)
        bare = world.order(0, paid_minor=700)
        unnamed = world.order(0, paid_minor=300)
        session.add(line(unnamed, "", 3, 300))
        assert bare.id != unnamed.id
    attributed(database, world)
    with database.read() as session:
        found = by_product(session)
        assert found == {
            ("tea", mia.id): [2, 1, 0, 6_000],
            ("cup", mia.id): [1, 1, 4_000, 0],
            (None, 0): [3, 2, 1_000, 0],  # no product named
        }
        days = session.scalars(
            select(ProductDay.booked_on).where(ProductDay.refund_minor > 0).distinct()
        ).all()
        assert days == [at(2).date()]
        # by hand: 60.00 of the order's 100.00 stand under the tea on the day it was placed
        [net] = session.execute(
            text(
                "SELECT sum(p.net_revenue_minor) FROM product_day p JOIN product x"
                " ON x.id = p.product_id WHERE x.sku = 'tea' AND p.booked_on = p.ordered_on"
            )
        ).one()
        assert net == 6_000


def test_only_the_rows_of_a_dirty_day_are_made_anew(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        first, second = world.order(0, paid_minor=500), world.order(1, paid_minor=900)
        session.add_all([line(first, "tea", 1, 500), line(second, "tea", 1, 900)])
    attributed(database, world)
    with database.write() as session:
        # were the other day computed too, this would be mended
        row = session.scalars(select(ProductDay).where(ProductDay.ordered_on == at(0).date())).one()
        row.net_revenue_minor = 77
        changed = session.get_one(Order, second.id)
        changed.net_base_minor = changed.paid_minor = 1_000
        dirty.orders_changed(session, session.merge(world.shop), [at(1).date()])
    attribute_dirty(database)
    with database.read() as session:
        rows = session.execute(
            select(ProductDay.ordered_on, ProductDay.net_revenue_minor).order_by(
                ProductDay.ordered_on
            )
        ).all()
        assert rows == [(at(0).date(), 77), (at(1).date(), 1_000)]
        assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0


def test_a_day_without_orders_any_more_has_no_products(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        order = world.order(0, paid_minor=500)
        session.add(line(order, "tea", 1, 500))
    attributed(database, world)
    with database.write() as session:
        session.get_one(Order, order.id).status = "cancelled"
        dirty.orders_changed(session, session.merge(world.shop), [at(0).date()])
    attribute_dirty(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProductDay)) == 0
        assert session.scalar(select(func.count()).select_from(Credit)) == 0


def test_a_product_is_called_as_its_newest_order_calls_it(session):
    world = _world(session)
    for days, title in ((0, "old"), (3, "newest"), (1, "new")):
        order = world.order(days, paid_minor=500)
        session.add(line(order, "tea", 1, 500, title=title))
        _ledger(session, world, order)
        replace_product_days(session, world.policy.id, [(world.shop.id, order.ordered_on)])
    product = session.scalars(select(Product)).one()
    session.refresh(product)
    assert (product.sku, product.title, product.titled_on) == ("tea", "newest", at(3).date())


def test_lines_without_a_sku_are_told_apart_by_their_title(session):
    world = _world(session)
    order = world.order(0, paid_minor=600)
    session.add_all([line(order, "", 1, 100, title="cup"), line(order, "", 1, 500, title="tea")])
    _ledger(session, world, order, net=600)
    replace_product_days(session, world.policy.id, [(world.shop.id, order.ordered_on)])
    rows = session.execute(
        select(Product.title_key, ProductDay.net_revenue_minor)
        .join(ProductDay, ProductDay.product_id == Product.id)
        .order_by(Product.title_key)
    ).all()
    assert rows == [("cup", 100), ("tea", 500)]


def test_an_order_with_more_products_than_can_be_shared_among_keeps_its_sum(session):
    world = _world(session)
    order = world.order(0, paid_minor=60_000)
    session.add_all([line(order, f"sku{n}", 1, 100) for n in range(600)])
    _ledger(session, world, order, net=60_000)
    replace_product_days(session, world.policy.id, [(world.shop.id, order.ordered_on)])
    rows = session.scalars(select(ProductDay)).all()
    assert len(rows) == 512
    assert sum(row.net_revenue_minor for row in rows) == 60_000
    assert sum(row.pieces_micro for row in rows) == 600_000_000


def _world(session):
    with factories.using(session):
        return World(session)


def _ledger(session, world, order, net=500):
    names = [column.name for column in Credit.__table__.columns]
    values = dict.fromkeys(names, 0) | {
        "policy_id": world.policy.id, "shop_id": world.shop.id, "ordered_on": order.ordered_on,
        "order_id": order.id, "position": 0, "booked_on": order.ordered_on,
        "touched_at": order.placed_at, "weight_last_non_direct": 1_000_000,
        "net_last_non_direct": net,
    }  # fmt: skip
    session.add(Credit(**values))
    session.flush()


def test_a_refund_is_on_its_own_day_and_under_its_order_day(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        order = world.order(0, paid_minor=500)
        session.add(line(order, "tea", 1, 500))
        world.refund(order, 5, 200)
    attributed(database, world)
    with database.read() as session:
        rows = session.execute(
            select(
                ProductDay.ordered_on, ProductDay.booked_on, ProductDay.net_revenue_minor,
                ProductDay.pieces_micro,
            ).order_by(ProductDay.booked_on)
        ).all()  # fmt: skip
    day = at(0).date()
    assert rows == [(day, day, 500, 1_000_000), (day, day + timedelta(days=5), -200, 0)]
