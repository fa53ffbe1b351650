"""What stands around the orders of the large brand: deals and spend, accounts and posts with their
numbers over time, listings and competitors, what platforms say, promotions.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.pages_world import CAMPAIGNS, PAID, World
from tracker.db import insert_new
from tracker.models import (
    Deal,
    Listing,
    ListingSnapshot,
    MetricPoint,
    PlatformFigure,
    Promotion,
    SocialAccount,
    SocialPost,
    Spend,
)
from tracker.models.base import from_micros
from tracker.services.bulk import table_of

ONE = 100_000_000
"""An exchange rate of 1, in 1e-8."""

PLATFORMS = ("xiaohongshu", "douyin", "bilibili", "weibo")
WATCHED = 200
"""Accounts with a reading a day."""

POST_READINGS = (1, 3, 7, 30)
GROUPS, RIVALS = 12, 3
ACCOUNT_DAYS = 4
"""Platform accounts with figures of every day."""

Rows = list[dict[str, Any]]


def fill_around(session: Session, world: World, first: date) -> None:
    """Write all of it in the caller's transaction; the workspace and the shop are number 1."""
    chance = np.random.default_rng(7)
    for model, rows in (
        (Promotion, _promotions(world, first)),
        (Deal, _deals(world, first, chance)),
        (Spend, _spend(world, first, chance)),
        (SocialAccount, _accounts(world)),
        (SocialPost, _posts(world)),
        (MetricPoint, _account_points(world, chance)),
        (MetricPoint, _post_points(world, chance)),
        (Listing, _listings(world)),
        (ListingSnapshot, _snapshots(world, chance)),
        (PlatformFigure, _months_of_influencers(world, first, chance)),
        (PlatformFigure, _days_of_accounts(world, first)),
    ):
        insert_new(session, table_of(model), rows)


def _at(world: World, day: int, hours: int = 6) -> datetime:
    return from_micros(world.start_us) + timedelta(days=day, hours=hours)


def _promotions(world: World, first: date) -> Rows:
    return [
        {"workspace_id": 1, "festival": name, "name": name, "starts_on": first + timedelta(day),
         "ends_on": first + timedelta(day + 5), "created_at": _at(world, 0)}
        for name, day in (("618", 40), ("double11", world.days - 14), ("double12", 20))
    ]  # fmt: skip


def _posts_of(world: World) -> list[tuple[int, int, int, int]]:
    """(number of the post from 1, influencer, campaign, day) of every post."""
    marks = world.marks
    which = np.flatnonzero(marks.influencer > 0)
    columns = marks.influencer[which], marks.campaign[which], marks.posted_on[which]
    return [(n, *map(int, row)) for n, row in enumerate(zip(*columns, strict=True), 1)]


def _deals(world: World, first: date, chance: np.random.Generator) -> Rows:
    posts = _posts_of(world)
    fees = np.exp(chance.normal(12.3, 1.0, len(posts))).astype(np.int64)
    return [
        {"workspace_id": 1, "influencer_id": person, "campaign_id": campaign, "ref": f"deal-{n}",
         "title": f"合作 {n}", "currency": "CNY", "fx_e8": ONE, "fee_minor": int(fees[n - 1]),
         "goods_given_minor": int(fees[n - 1]) // 20, "platform_fee_minor": int(fees[n - 1]) // 10,
         "commission_ppm": 150_000 if n % 3 == 0 else 0, "posted_on": first + timedelta(day),
         "spread_days": 1 + n % 7, "created_at": _at(world, 0)}
        for n, person, campaign, day in posts
    ]  # fmt: skip


def _spend(world: World, first: date, chance: np.random.Generator) -> Rows:
    """Every campaign spends in two channels every day."""
    rows: Rows = []
    for day in range(world.days):
        amounts = chance.integers(2_000, 90_000, CAMPAIGNS * 2)
        for n, amount in enumerate(amounts.tolist()):
            channel, _ = PAID[n % len(PAID)]
            rows.append(
                {"workspace_id": 1, "shop_id": 1, "platform": "ads", "account": "a",
                 "campaign_ref": f"{n % CAMPAIGNS}-{n // CAMPAIGNS}", "layer": "",
                 "spent_on": first + timedelta(day), "channel_code": channel.code,
                 "campaign_id": n % CAMPAIGNS + 1, "currency": "CNY", "fx_e8": ONE,
                 "amount_minor": amount, "impressions": amount * 3, "clicks": amount // 90}
            )  # fmt: skip
    return rows


def _accounts(world: World) -> Rows:
    return [
        {"workspace_id": 1, "influencer_id": n, "platform": PLATFORMS[n % len(PLATFORMS)],
         "handle": f"handle{n}", "followers": 3_000_000 // n + 900}
        for n in range(1, world.influencers + 1)
    ]  # fmt: skip


def _posts(world: World) -> Rows:
    return [
        {"workspace_id": 1, "social_account_id": person, "influencer_id": person, "deal_id": n,
         "platform": PLATFORMS[person % len(PLATFORMS)], "ref": f"post-{n}", "title": f"笔记 {n}",
         "published_at": _at(world, day), "first_seen_at": _at(world, day),
         "last_seen_at": _at(world, world.days)}
        for n, person, _, day in _posts_of(world)
    ]  # fmt: skip


def _point(world: World, kind: str, subject: int, metric: str, day: int, value: int) -> Any:
    return {"workspace_id": 1, "subject_kind": kind, "subject_id": subject, "metric": metric,
            "taken_at": _at(world, day), "value": value, "low": value, "high": value + 1,
            "precision": "exact", "parser_version": 1}  # fmt: skip


def _account_points(world: World, chance: np.random.Generator) -> Rows:
    rows: Rows = []
    for n in range(1, min(WATCHED, world.influencers) + 1):
        followers = 3_000_000 // n + np.cumsum(chance.integers(-20, 200, world.days))
        rows += [
            _point(world, "account", n, "followers", day, value)
            for day, value in enumerate(followers.tolist())
        ]
    return rows


def _post_points(world: World, chance: np.random.Generator) -> Rows:
    rows: Rows = []
    for n, person, _, day in _posts_of(world):
        likes = int(chance.integers(50, 2_000_000 // (person + 30)))
        for step, age in enumerate(POST_READINGS, 1):
            if day + age < world.days:
                rows += [
                    _point(world, "post", n, metric, day + age, likes * share * step // 100)
                    for metric, share in (("likes", 25), ("comments", 2), ("views", 400))
                ]
    return rows


def _listings(world: World) -> Rows:
    return [
        {"workspace_id": 1, "shop_id": 0 if rival else 1, "is_own": not rival,
         "competitor": f"对手 {rival}" if rival else "", "product_group": f"组 {group}",
         "url": f"https://shop{rival}.example/item/{group}", "title": f"商品 {group}",
         "sku": f"sku{group}", "created_at": _at(world, 0)}
        for group in range(GROUPS) for rival in range(RIVALS + 1)
    ]  # fmt: skip


def _snapshots(world: World, chance: np.random.Generator) -> Rows:
    prices = 9_900 + 100 * chance.integers(-9, 9, (GROUPS * (RIVALS + 1), world.days))
    return [
        {"listing_id": n + 1, "taken_at": _at(world, day), "currency": "CNY",
         "price_minor": int(prices[n, day]), "availability": "in_stock", "parser_version": 1}
        for n in range(GROUPS * (RIVALS + 1)) for day in range(world.days)
    ]  # fmt: skip


def _of_platform(**figures: Any) -> dict[str, Any]:
    return {"workspace_id": 1, "shop_id": 1, "platform": "xiaohongshu", "scope": "total",
            "currency": "CNY", "fx_e8": ONE, **figures}  # fmt: skip


def _months_of_influencers(world: World, first: date, chance: np.random.Generator) -> Rows:
    rows: Rows = []
    for start in range(0, world.days - 29, 30):
        gmv = chance.integers(10_000, 9_000_000, world.influencers)
        rows += [
            _of_platform(
                report="month", subject="influencer", subject_ref=f"handle{n}",
                influencer=f"handle{n}", handle_platform=PLATFORMS[n % len(PLATFORMS)],
                starts_on=first + timedelta(start), ends_on=first + timedelta(start + 29),
                gmv_minor=int(gmv[n - 1]), orders=int(gmv[n - 1]) // 12_000,
            )
            for n in range(1, world.influencers + 1)
        ]  # fmt: skip
    return rows


def _days_of_accounts(world: World, first: date) -> Rows:
    return [
        _of_platform(
            report="day", subject="account", account=f"account {n}",
            starts_on=first + timedelta(day), ends_on=first + timedelta(day),
            gmv_minor=5_000_000 + 1_000 * n, visitors=20_000 + n,
        )
        for day in range(world.days) for n in range(ACCOUNT_DAYS)
    ]  # fmt: skip
