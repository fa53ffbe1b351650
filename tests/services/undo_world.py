"""Files of every kind with few keys, so that two of them meet in many rows; what came of them."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from jobs.visits import refresh_all
from tracker.db import Database
from tracker.models import Base, DirtyDay
from tracker.services.cost_facts import refresh_dirty_costs
from tracker.services.recompute import attribute_dirty
from tracker.services.undo_tables import TRACKED

PARTS = ("order_line", "order_coupon", "order_mark")
FACTS = ("credit", "credit_day", "credit_day_channel", "cost_day", "cost_day_channel",
         "traffic_day", "traffic_day_channel")  # fmt: skip
PEOPLE = ("lina", "wang", "mia", "zoe")
EUR = "EUR"


def bundle(path: Path, seed: int, n: int = 12, kinds: tuple[str, ...] = ()) -> Path:
    """A zip with a file of each kind, or of some."""
    chance = random.Random(seed)
    with zipfile.ZipFile(path, "w") as archive:
        for name, make in KINDS.items():
            if kinds and name not in kinds:
                continue
            lines = [make(chance, number) for number in range(n)]
            header, unique = _HEADERS[name], {line.split(",")[0]: line for line in lines}
            if name in ("orders", "deals", "coupons", "influencers"):
                lines = list(unique.values())
            archive.writestr(f"{name}.csv", "\n".join([header, *lines]) + "\n")
    return path


def _day(chance: random.Random, span: int = 6) -> str:
    return f"2026-11-{chance.randint(1, span):02}"


def _row(*cells: object) -> str:
    return ",".join(map(str, cells))


def _order(chance: random.Random, _number: int) -> str:
    paid, who = f"{chance.randint(50, 300)}.00", chance.choice(PEOPLE)
    url = f"https://shop.example/?utm_source=douyin&utm_medium=kol&kol={who}" * chance.randint(0, 1)
    return _row(
        f"T{chance.randint(1, 14)}", f"{_day(chance)} 1{chance.randint(0, 9)}:00:00", "paid",
        chance.choice(["CNY", EUR]), paid, f"B{chance.randint(1, 4)}",
        chance.choice(["", "LINA10", "WANG5"]), url, chance.choice(["", "", "5.00", "9.00"]),
        chance.choice(["", "V1", "V2", "V3"]), f"SKU{chance.randint(1, 2)}", 1, paid,
    )  # fmt: skip


def _refund(chance: random.Random, number: int) -> str:
    ref = f"R{chance.randint(1, 3)}-{number}"
    return _row(
        f"T{chance.randint(1, 14)}", ref, f"{_day(chance)} 20:00:00", f"{chance.randint(1, 9)}.00"
    )


def _affiliate(chance: random.Random, _number: int) -> str:
    return _row(
        "jingxuan", f"T{chance.randint(1, 18)}", chance.choice(PEOPLE), f"{_day(chance)} 09:00:00",
        f"{chance.randint(1, 20)}.50", "CNY",
    )  # fmt: skip


def _touch(chance: random.Random, number: int) -> str:
    channel = chance.choice(["Paid Search", "Email", "达人推广", "Referral"])
    return _row(
        f"V{chance.randint(1, 3)}", f"{_day(chance)} 08:00:00", channel,
        chance.choice(["0", "1.25"]), "CNY", f"K{chance.randint(1, 20)}-{number % 3}",
    )  # fmt: skip


def _spend(chance: random.Random, _number: int) -> str:
    return _row(
        "douyin", "acc", f"c{chance.randint(1, 3)}", _day(chance), f"camp{chance.randint(1, 3)}",
        chance.choice(["", "", *PEOPLE]), f"{chance.randint(10, 99)}.00",
        chance.choice(["CNY", EUR]), 100, 10,
    )  # fmt: skip


def _deal(chance: random.Random, _number: int) -> str:
    return _row(
        f"D{chance.randint(1, 6)}", chance.choice(PEOPLE), "t", "CNY",
        f"{chance.randint(100, 900)}.00", "10.00", "5%", _day(chance), chance.randint(1, 3),
    )  # fmt: skip


def _goods(chance: random.Random, _number: int) -> str:
    return _row(f"SKU{chance.randint(1, 2)}", _day(chance), f"{chance.randint(1, 30)}.00", "CNY")


def _rate(chance: random.Random, _number: int) -> str:
    return _row(_day(chance), EUR, "CNY", 7 + chance.randint(0, 9) / 10)


def _person(chance: random.Random, _number: int) -> str:
    who = chance.choice([*PEOPLE, "new1", "new2"])
    agency = chance.choice(["", "MCN-1", "MCN-2"])
    return _row(who, who.title(), agency, "douyin", f"h-{who}", chance.randint(1, 99))


def _coupon(chance: random.Random, _number: int) -> str:
    code, who = chance.choice([("LINA10", "lina"), ("WANG5", "wang"), ("MIA", "mia")])
    return _row(code, who, "2026-10-01", "", chance.choice(["", "", _day(chance)]))


KINDS = {
    "influencers": _person, "fx_rates": _rate, "coupons": _coupon, "deals": _deal,
    "goods_cost": _goods, "orders": _order, "refunds": _refund, "affiliate": _affiliate,
    "touches": _touch, "spend": _spend,
}  # fmt: skip
_HEADERS = {
    "influencers": "influencer,name,agency,platform,handle,followers",
    "fx_rates": "day,from_currency,to_currency,rate",
    "coupons": "code,influencer,valid_from,valid_until,leaked_at",
    "deals": "deal_id,influencer,title,currency,fee,goods_given,commission_rate,posted_on,"
    "spread_days",
    "goods_cost": "sku,valid_from,unit_cost,currency",
    "orders": "order_id,placed_at,status,currency,paid,buyer_id,coupons,landing_url,refunded,"
    "visitor_id,sku,quantity,line_amount",
    "refunds": "order_id,refund_id,refunded_at,refund_amount",
    "affiliate": "platform,order_id,influencer,ordered_at,commission,currency",
    "touches": "visitor,time,channel,cost,currency,touch_id",
    "spend": "platform,account,campaign_id,day,utm_campaign,influencer,amount,currency,"
    "impressions,clicks",
}


def raw_facts(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that imports fill; without the row ids of what hangs on orders."""
    found = {}
    with database.read() as session:
        for name in (*TRACKED, *PARTS):
            columns = [c for c in Base.metadata.tables[name].c if c.name != "id"]
            rows = session.execute(select(*columns))
            found[name] = sorted(map(tuple, rows), key=repr)
    return found


def daily_facts(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """The facts, once all dirty days are computed."""
    for _ in range(3):
        refresh_all(database)
        attribute_dirty(database)
        refresh_dirty_costs(database)
    found = {}
    with database.read() as session:
        assert session.scalar(select(DirtyDay.day).limit(1)) is None
        for name in FACTS:
            columns = [c for c in Base.metadata.tables[name].c if c.name != "id"]
            found[name] = sorted(map(tuple, session.execute(select(*columns))), key=repr)
    return found
