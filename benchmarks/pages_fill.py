"""A large brand in a database: visits, orders and costs in bulk, then the program's own services
for everything that is derived from them, so that pages read what they would read in such a shop.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from benchmarks.bulk import Ints, load, run_sql, text_sql
from benchmarks.pages_around import fill_around
from benchmarks.pages_world import CAMPAIGNS, DAY_US, PRODUCTS, Marks, World, make_world
from benchmarks.week_fits import copy_fits
from tracker.db import Database, connect, insert_new
from tracker.demo.derive import derive
from tracker.domain.channels import kind_of
from tracker.domain.periods import day_start
from tracker.migrations import upgrade
from tracker.models import (
    Campaign,
    Coupon,
    CouponOwnership,
    Customer,
    GoodsCost,
    Hit,
    Influencer,
    Mark,
    Order,
    OrderCoupon,
    OrderLine,
    OrderVisitor,
    Refund,
    Shop,
    TrackedLink,
    Visit,
    Visitor,
    Workspace,
)
from tracker.models.base import from_micros, to_day_number
from tracker.services import dirty
from tracker.services.bulk import table_of
from tracker.services.fitting import ensure_fits
from tracker.services.policies import ensure_policy

ZONE = ZoneInfo("Asia/Shanghai")
MOST_LINES = 3
CLICKS_OF_KOL = 8
"""One in so many visits of influencers has its click of a tracked link in the table of hits."""


def fill(url: str, touches: int, days: int, influencers: int) -> dict[str, Any]:
    """Write the brand to an empty database and derive its facts; gives counts and seconds."""
    steps: dict[str, float] = {}
    began = time.perf_counter()

    def done(step: str) -> None:
        nonlocal began
        steps[step] = round(time.perf_counter() - began, 1)
        began = time.perf_counter()

    first = datetime.now(ZONE).date() - timedelta(days=days)  # the last day is yesterday
    world = make_world(touches, days, influencers, day_start(first, ZONE))
    database = connect(url)
    upgrade(database)
    with database.write() as session:
        workspace_id = _people(session, world, first)
    done("world")
    _visits(database, world)
    done("visits")
    _orders(database, world, first)
    done("orders")
    with database.write() as session:
        fill_around(session, world, first)
    done("around")
    _settle(database)
    _fit_once(database, days, first)
    done("fits")
    _mark_all(database, first, days)
    derive(database, workspace_id, lambda step: None, datetime.now(UTC))
    run_sql(database, "ANALYZE")
    done("facts")
    database.dispose()
    return {"touches": touches, "days": days, "influencers": influencers,
            "visitors": world.n_visitors, "orders": int(world.buyer.size),
            "seconds": steps}  # fmt: skip


# --- what does not depend on the day --------------------------------------------------------------


def _people(session: Session, world: World, first: date) -> int:
    """Workspace, shop, influencers with a code and links each, campaigns, marks, goods costs."""
    at = from_micros(world.start_us)
    workspace = Workspace(
        slug="bench", name="Bench", base_currency="CNY", time_zone=str(ZONE), created_at=at
    )
    session.add(workspace)
    session.flush()
    shop = Shop(
        workspace_id=workspace.id, slug="bench", name="Bench", platform="own", currency="CNY",
        time_zone=str(ZONE), site_key="bench", has_script=True, created_at=at,
    )  # fmt: skip
    session.add(shop)
    session.flush()
    ensure_policy(session, workspace)
    people = range(1, world.influencers + 1)
    mine = {"workspace_id": workspace.id, "created_at": at}
    insert_new(session, table_of(Influencer), [
        {**mine, "slug": f"kol-{n}", "name": f"达人 {n}",
         "agency": f"机构 {n % 40}" if n % 3 else ""}
        for n in people
    ])  # fmt: skip
    insert_new(session, table_of(Campaign), [
        {**mine, "utm_campaign": f"campaign-{n}", "name": f"活动 {n}", "starts_on": first,
         "budget_minor": 50_000_000} for n in range(1, CAMPAIGNS + 1)
    ])  # fmt: skip
    insert_new(session, table_of(Coupon), [
        {"shop_id": shop.id, "code": f"code{n}", "label": f"CODE{n}"} for n in people
    ])  # fmt: skip
    insert_new(session, table_of(CouponOwnership), [
        {"coupon_id": n, "influencer_id": n, "valid_from": from_micros(0)} for n in people
    ])  # fmt: skip
    _marks(session, workspace.id, shop.id, world.marks, at)
    insert_new(session, table_of(GoodsCost), [
        {"shop_id": shop.id, "sku": f"sku{n}", "valid_from": first, "unit_cost_minor": 900 + 7 * n}
        for n in range(PRODUCTS)
    ])  # fmt: skip
    return workspace.id


def _marks(session: Session, workspace_id: int, shop_id: int, marks: Marks, at: datetime) -> None:
    """A row of every mark; those of posts have a tracked link."""
    rows: list[dict[str, Any]] = []
    linked: list[dict[str, Any]] = []
    columns = zip(marks.channel, marks.campaign.tolist(), marks.influencer.tolist(), strict=True)
    for n, (channel, campaign, person) in enumerate(columns, 1):
        kind = kind_of(channel, has_influencer=bool(person), has_paid_medium=False)
        paid = "paid_click" if str(channel).startswith("paid") else "tag"
        rows.append(
            {"workspace_id": workspace_id, "key": f"mark-{n}", "channel_code": channel.code,
             "kind_code": kind.code if kind else 0, "campaign_id": campaign,
             "influencer_id": person, "rules_version": 1, "source": f"source-{n % 9}",
             "medium": str(channel), "campaign": f"campaign-{campaign}" if campaign else None,
             "is_tagged": bool(campaign),
             "precedence_class": "kol" if person else paid if campaign else "direct"}
        )  # fmt: skip
        if person:
            linked.append(
                {"workspace_id": workspace_id, "shop_id": shop_id, "slug": f"go-{n}",
                 "target_url": "https://shop.example/", "influencer_id": person,
                 "campaign_id": campaign, "created_at": at}
            )  # fmt: skip
    insert_new(session, table_of(Mark), rows)
    insert_new(session, table_of(TrackedLink), linked)


# --- rows by the million --------------------------------------------------------------------------


def insert_sql(table: Table, values: Mapping[str, str]) -> str:
    """INSERT .. SELECT of expressions; columns that are left out get their model's default."""
    made = dict(values)
    for column in table.columns:
        default = column.default
        if column.name not in made and default is not None and default.is_scalar:
            value = default.arg
            made[column.name] = f"'{value}'" if isinstance(value, str) else str(value).lower()
    names = ", ".join(made)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(made.values())} FROM staged'


def _path(database: Database, column: str) -> str:
    """The page of a product, as SQL; a remainder without "%", which is psycopg's."""
    product = f"({column} - {column} / {PRODUCTS} * {PRODUCTS})"
    return text_sql(database, "/item/", product, digits=0)


def _visits(database: Database, world: World) -> None:
    visitors = np.arange(1, world.n_visitors + 1, dtype=np.int64)
    key = {"id": "a", "shop_id": "1", "key": text_sql(database, "v:", "a")}
    load(
        database,
        insert_sql(table_of(Visitor), {**key, "created_at": str(world.start_us)}),
        visitors,
    )
    indexes = {index.name: index for index in table_of(Visit).indexes}
    for name in indexes:  # made at once, not grown in random order
        run_sql(database, f"DROP INDEX {name}")
    number = np.arange(1, world.at.size + 1, dtype=np.int64)
    load(
        database,
        insert_sql(
            table_of(Visit),
            {
                "id": "a", "shop_id": "1", "visitor_id": "b", "mark_id": "d", "n_page_views": "e",
                "first_event_id": text_sql(database, "e", "a"), "started_at": "c",
                "last_at": "c + (e - 1) * 40000000", "n_events": "0",
                "entry_path": _path(database, "a"),
                "exit_path": _path(database, "b"),
            },
        ),
        number, world.visitor, world.at, world.mark, world.page_views,
    )  # fmt: skip
    for index in indexes.values():
        index.create(database.engine)
    _clicks(database, world, number)


def _clicks(database: Database, world: World, number: Ints) -> None:
    """Clicks of tracked links of some visits of influencers; links are numbered as their marks."""
    first_post = int(np.argmax(world.marks.influencer > 0))
    some = np.flatnonzero(world.mark > first_post)[::CLICKS_OF_KOL]
    load(
        database,
        insert_sql(
            table_of(Hit),
            {
                "shop_id": "1", "event_id": text_sql(database, "k", "a"), "visitor_id": "b",
                "at": "c", "kind": "'click'", "mark_id": "d", "link_id": f"d - {first_post}",
            },
        ),
        number[some], world.visitor[some], world.at[some], world.mark[some],
    )  # fmt: skip


def _orders(database: Database, world: World, first: date) -> None:
    """Four in ten orders from influencers have their code; one in eleven was refunded."""
    buyers, customer = np.unique(world.buyer, return_inverse=True)
    load(
        database,
        insert_sql(
            table_of(Customer),
            {"id": "a", "workspace_id": "1", "customer_key": text_sql(database, "c", "a")},
        ),
        np.arange(1, buyers.size + 1, dtype=np.int64),
    )
    number = np.arange(1, world.buyer.size + 1, dtype=np.int64)
    day = to_day_number(first) + (world.placed_at - world.start_us) // DAY_US
    ref = text_sql(database, "o", "a")
    columns = (number, customer.astype(np.int64) + 1, world.placed_at, day, world.net)
    load(
        database,
        insert_sql(
            table_of(Order),
            {
                "id": "a", "shop_id": "1", "ref": ref, "placed_at": "c", "ordered_on": "d",
                "paid_at": "c", "status": "'paid'", "version_at": "c", "content_hash": ref,
                "customer_id": "b", "currency": "'CNY'", "fx_e8": "100000000", "gross_minor": "e",
                "paid_minor": "e", "net_base_minor": "e",
            },
        ),
        *columns,
    )  # fmt: skip
    load(
        database,
        insert_sql(
            table_of(OrderVisitor),
            {"shop_id": "1", "order_ref": ref, "visitor_id": "b", "evidence": "'signed'",
             "at": "c"},
        ),
        number, world.buyer, world.placed_at,
    )  # fmt: skip
    _lines(database, number, world.net)
    person = world.marks.influencer[world.order_mark - 1]
    with_code = (person > 0) & (number % 10 < 4)
    load(
        database,
        insert_sql(
            table_of(OrderCoupon), {"order_id": "a", "code": text_sql(database, "code", "b", 0)}
        ),
        number[with_code], person[with_code],
    )  # fmt: skip
    back = slice(None, None, 11)
    load(
        database,
        insert_sql(
            table_of(Refund),
            {"shop_id": "1", "order_ref": ref, "ref": "'total'",
             "refunded_at": f"c + 5 * {DAY_US}", "refunded_on": "d + 5", "amount_minor": "e / 2"},
        ),
        *(column[back] for column in columns),
    )  # fmt: skip


def _lines(database: Database, number: Ints, net: Ints) -> None:
    """One to three lines; a few products sell most."""
    for line in range(MOST_LINES):
        some = number[number % MOST_LINES >= line]
        product = np.minimum(PRODUCTS - 1, (some * 7919 % 9973) ** 2 * PRODUCTS // 9973**2)
        parts = some % MOST_LINES + 1
        load(
            database,
            insert_sql(
                table_of(OrderLine),
                {"order_id": "a", "line_ref": f"'{line}'", "quantity": "1", "amount_minor": "c",
                 "sku": text_sql(database, "sku", "b", 0),
                 "title": text_sql(database, "商品 ", "b", 0)},
            ),
            some, product, net[some - 1] // parts,
        )  # fmt: skip


# --- what is derived ------------------------------------------------------------------------------


def _settle(database: Database) -> None:
    """Rows were numbered by hand: sequences go on after them."""
    if not database.is_sqlite:
        for table in ("visitor", "visit", "customer", '"order"'):
            run_sql(
                database,
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}",
            )
    run_sql(database, "ANALYZE")


def _fit_once(database: Database, days: int, first: date) -> None:
    """Fit the last whole week, whose fits serve for the others as well: fitting is not measured."""
    today = first + timedelta(days=days - 1)
    sunday = today - timedelta(days=today.weekday() + 1)
    monday = sunday - timedelta(days=6)
    ensure_fits(database, first=monday, last=sunday)
    copy_fits(database, monday, range(-2, days // 7 + 2))


def _mark_all(database: Database, first: date, days: int) -> None:
    """Every day is due: traffic, credits, costs."""
    with database.write() as session:
        workspace = session.scalars(select(Workspace)).one()
        dirty.policy_applied(session, workspace)
        every = [first + timedelta(days=n) for n in range(days)]
        dirty.costs_changed(session, workspace, every)
        dirty.traffic_changed(session, session.scalars(select(Shop)).one(), every)
