"""A random world to attribute, what is derived from it, and making that anew."""

import random
from datetime import timedelta

from sqlalchemy import delete, func, select

from tests import factories
from tests.services.credit_world import World, at, rows_of
from tracker.db import Database
from tracker.models import Credit, CreditDay, CreditDayChannel, ProductDay, Workspace
from tracker.services import dirty
from tracker.services.recompute import attribute_dirty

DERIVED = (Credit, CreditDay, CreditDayChannel, ProductDay)


def fill(database: Database, orders: int = 60, seed: int = 7) -> int:
    """A random but repeatable world; gives the workspace's id. Every order day is marked."""
    chance = random.Random(seed)
    with database.write() as session, factories.using(session):
        world = World(session)
        people = [world.influencer() for _ in range(3)]
        marks = [world.direct, world.search, world.mail, *map(world.kol_mark, people)]
        codes = [world.coupon(person) for person in people]
        customers = [world.customer() for _ in range(8)]
        world.goods_cost("sku", 777)
        for _ in range(orders):
            visitor = world.visitor()
            for _ in range(chance.randrange(5)):
                world.touch(visitor, chance.uniform(-25, 5), chance.choice(marks))
            order = world.order(
                chance.uniform(-10, 5),
                visitor if chance.random() < 0.9 else None,
                customer=chance.choice([None, *customers]),
                paid_minor=chance.randrange(1, 50_000),
            )
            if chance.random() < 0.3:
                world.use(order, chance.choice(codes))
            if chance.random() < 0.2:
                world.affiliate(order, chance.choice(people), clicked=chance.uniform(-15, 5))
            if chance.random() < 0.5:
                world.line(order, chance.choice(["sku", "other"]), chance.randrange(1, 4))
            for _ in range(chance.choice([0, 0, 1, 3])):
                days = (order.placed_at - at(0)) / timedelta(days=1) + chance.uniform(0, 9)
                world.refund(order, days, chance.randrange(1, order.paid_minor + 1) // 2)
        dirty.policy_applied(session, world.workspace)
        return world.workspace.id


def derived(database: Database) -> list[list[tuple[object, ...]]]:
    with database.read() as session:
        return [rows_of(session, table) for table in DERIVED]


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def rebuild(database: Database) -> None:
    """Drop all that is derived and compute it again."""
    with database.write() as session:
        for table in DERIVED:
            session.execute(delete(table))
        for workspace in session.scalars(select(Workspace)):
            dirty.policy_applied(session, workspace)
    attribute_dirty(database)
