"""Writing the world of `attribution_world` to a database: integers by bulk load, text by SQL."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from benchmarks.attribution_world import (
    DAY_US,
    INFLUENCERS,
    START_US,
    World,
    channel_of_marks,
    make_world,
)
from benchmarks.bulk import load, run_sql, text_sql
from tracker.db import Database, connect, insert_new
from tracker.domain.channels import Channel, kind_of
from tracker.migrations import upgrade
from tracker.models import Coupon, CouponOwnership, Influencer, Mark, Shop, Workspace
from tracker.models.base import from_micros
from tracker.services.bulk import table_of
from tracker.services.policies import ensure_policy

Ints = NDArray[np.int64]

START_DAY = START_US // DAY_US + 1
"""Number of the first day; START_US is Shanghai's midnight, which is before UTC's."""


def fill(url: str, touches: int) -> dict[str, Any]:
    """Write a workspace with touches, buyers, orders, coupons and refunds; gives its shape."""
    database, world = connect(url), make_world(touches)
    upgrade(database)
    with database.write() as session:
        shop = _shop(session)
        _people(session, shop)
    _touches(database, world)
    _orders(database, world)
    _settle(database)
    database.dispose()
    return {"visitors": world.n_visitors, "orders": int(world.buyer.size)}


def _shop(session: Session) -> Shop:
    at, zone = from_micros(START_US), "Asia/Shanghai"
    workspace = Workspace(
        slug="bench", name="Bench", base_currency="CNY", time_zone=zone, created_at=at
    )
    session.add(workspace)
    session.flush()
    shop = Shop(
        workspace_id=workspace.id, slug="bench", name="Bench", platform="own", currency="CNY",
        time_zone=zone, site_key="bench", has_script=True, created_at=at,
    )  # fmt: skip
    session.add(shop)
    session.flush()
    ensure_policy(session, workspace)
    return shop


def _people(session: Session, shop: Shop) -> None:
    """Influencers with a mark and a code each, and one mark of every other channel."""
    at, workspace_id = from_micros(START_US), shop.workspace_id
    people = range(1, INFLUENCERS + 1)
    rows: list[dict[str, Any]] = [
        {"workspace_id": workspace_id, "slug": f"kol-{n}", "name": f"KOL {n}", "created_at": at}
        for n in people
    ]
    insert_new(session, table_of(Influencer), rows)
    insert_new(
        session, table_of(Coupon), [{"shop_id": shop.id, "code": f"code{n}"} for n in people]
    )
    owned = [{"coupon_id": n, "influencer_id": n, "valid_from": from_micros(0)} for n in people]
    insert_new(session, table_of(CouponOwnership), owned)
    marks = []
    for channel, person in channel_of_marks():
        kind = kind_of(channel, has_influencer=False, has_paid_medium=False)
        name = "direct" if channel is Channel.DIRECT else "tag"
        marks.append(
            {
                "workspace_id": workspace_id,
                "key": f"{channel}-{person}",
                "channel_code": channel.code,
                "kind_code": kind.code if kind else 0,
                "influencer_id": person,
                "precedence_class": "kol" if person else name,
                "rules_version": 1,
            }
        )
    insert_new(session, table_of(Mark), marks)


def _touches(database: Database, world: World) -> None:
    number = np.arange(1, world.n_visitors + 1, dtype=np.int64)
    load(
        database,
        "INSERT INTO visitor (id, shop_id, key, created_at) "
        f"SELECT a, 1, {text_sql(database, 'f:', 'a')}, {START_US} FROM staged",
        number,
    )
    number = np.arange(1, world.at.size + 1, dtype=np.int64)
    # an index is faster made at once than grown by rows in random order
    run_sql(database, "DROP INDEX ix_touch_path")
    load(
        database,
        "INSERT INTO touch (id, shop_id, key, visitor_id, at, mark_id, interaction, cost_minor,"
        f" batch_id) SELECT a, 1, {text_sql(database, 't', 'a')}, b, c, d, 'visit', 0, 0"
        " FROM staged",
        number,
        world.visitor,
        world.at,
        world.mark,
    )
    run_sql(database, "CREATE INDEX ix_touch_path ON touch (visitor_id, at)")


def _orders(database: Database, world: World) -> None:
    """Every tenth order has a code, every twelfth was half refunded five days later."""
    buyers, customer = np.unique(world.buyer, return_inverse=True)
    number = np.arange(1, world.buyer.size + 1, dtype=np.int64)
    day = START_DAY + (world.placed_at - START_US) // DAY_US
    ref = text_sql(database, "o", "a")
    load(
        database,
        "INSERT INTO customer (id, workspace_id, customer_key) "
        f"SELECT a, 1, {text_sql(database, 'c', 'a')} FROM staged",
        np.arange(1, buyers.size + 1, dtype=np.int64),
    )
    columns = (number, customer.astype(np.int64) + 1, world.placed_at, day, world.net)
    load(
        database,
        'INSERT INTO "order" (id, shop_id, ref, placed_at, ordered_on, paid_at, status, version_at,'
        " content_hash, customer_id, currency, fx_e8, gross_minor, discount_platform_minor,"
        " discount_shop_minor, freight_minor, tax_minor, paid_minor, net_base_minor, token_hash,"
        f" landing_click_event_id, batch_id) SELECT a, 1, {ref}, c, d, c, 'paid', c, {ref}, b,"
        " 'CNY', 100000000, 0, 0, 0, 0, 0, e, e, '', '', 0 FROM staged",
        *columns,
    )
    load(
        database,
        "INSERT INTO order_visitor (shop_id, order_ref, visitor_id, evidence, at, token_hash,"
        f" batch_id) SELECT 1, {ref}, b, 'file', c, '', 0 FROM staged",
        number,
        world.buyer,
        world.placed_at,
    )
    used = number[::10]
    code = text_sql(database, "code", "b", digits=0)
    load(
        database,
        f"INSERT INTO order_coupon (order_id, code, raw) SELECT a, {code}, '' FROM staged",
        used,
        used % INFLUENCERS + 1,
    )
    back = slice(None, None, 12)
    load(
        database,
        "INSERT INTO refund (shop_id, order_ref, ref, refunded_at, refunded_on, amount_minor,"
        f" batch_id) SELECT 1, {ref}, 'total', c, d + 5, e / 2, 0 FROM staged",
        *(column[back] for column in columns),
    )


def _settle(database: Database) -> None:
    """Rows were numbered by hand: sequences go on after them. Statistics as upkeep makes them."""
    if not database.is_sqlite:
        for table in ("visitor", "touch", "customer", '"order"'):
            run_sql(
                database,
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}",
            )
    run_sql(database, "ANALYZE")
