"""The demo brand's influencers: who they are, what they posted when, and whom they reach."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tracker.demo.dice import Dice, Weighted
from tracker.demo.season import ZONE, Season
from tracker.domain.records import AccountRecord, CouponRecord, DealRecord, InfluencerRecord

LEAKED = "dajiang"
"""Whose code a deal site publishes."""

PASSED_ON = ("yizhanqing", "suyi", "SHANJU8")
"""A code that belonged to the first and was handed to the second in the middle of the season."""

SHOP_WIDE = ("SHANYE5", "XINKE8")
"""Codes that everybody has."""

_DATA = Path(__file__).with_name("data") / "people.toml"


class _Row(NamedTuple):
    """A row of the data file."""

    slug: str
    name: str
    platform: str
    thousands: int
    reach: float
    agency: int


_POSTS = Weighted([(1, 0.28), (2, 0.36), (3, 0.25), (4, 0.11)])

_ATTENTION_DAYS = {"xiaohongshu": 8.0, "douyin": 2.2, "bilibili": 11.0, "weibo": 1.5, "wechat": 3.0,
                   "kuaishou": 2.0, "zhihu": 18.0}  # fmt: skip
"""Mean age in days of a post when somebody comes through it."""

_CLICKS = {"xiaohongshu": 0.42, "douyin": 0.6, "bilibili": 0.62, "weibo": 0.66, "wechat": 0.75,
           "kuaishou": 0.6, "zhihu": 0.7}  # fmt: skip
"""Share of those whom a post moves that click its link; the others come later by themselves."""

_ADDRESS = {
    "xiaohongshu": "https://www.xiaohongshu.com/user/profile/{}",
    "douyin": "https://www.douyin.com/user/{}",
    "bilibili": "https://space.bilibili.com/{}",
    "weibo": "https://weibo.com/u/{}",
    "wechat": "https://mp.weixin.qq.com/mp/profile_ext?id={}",
    "kuaishou": "https://www.kuaishou.com/profile/{}",
    "zhihu": "https://www.zhihu.com/people/{}",
}


@dataclass(frozen=True, slots=True)
class Post:
    """A post that was paid for: its day, how many people it moves, what it cost (fen)."""

    ref: str
    title: str
    posted_on: date
    audience: float
    fee_minor: int
    goods_given_minor: int
    platform_fee_minor: int
    commission_ppm: int
    spread_days: int
    campaign: str
    """utm_campaign of its link."""
    link: str
    """Slug of its tracked link; posts of one campaign share one."""
    attention_days: float
    """Mean age of the post when somebody is moved by it."""

    def reached(self, day: date) -> float:
        """How many people it is expected to move on a day."""
        age = (day - self.posted_on).days
        if age < 0:
            return 0.0
        fade = 1 - math.exp(-1 / self.attention_days)
        return self.audience * fade * math.exp(-age / self.attention_days)


@dataclass(frozen=True, slots=True)
class Person:
    """An influencer of the demo."""

    slug: str
    name: str
    platform: str
    followers: int
    agency: str
    code: str
    """Handed out at the start; empty: none."""
    posts: tuple[Post, ...]
    is_in_affiliate: bool
    """Whether the platform's affiliate programme reports their orders in the second shop."""

    @property
    def click_share(self) -> float:
        """Share of the people they move that click the link."""
        return _CLICKS[self.platform]

    def newest_post(self, at: datetime) -> Post | None:
        """Their latest post at an instant; None: they have not posted yet."""
        day = at.astimezone(ZONE).date()
        shown = [post for post in self.posts if post.posted_on < day]
        return shown[-1] if shown else None

    def discount_percent(self) -> int:
        """What their code takes off: the number at its end."""
        return int(self.code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0)


def people(
    seed: int, season: Season, running: Mapping[date, str], scale: float, reached: float
) -> tuple[Person, ...]:
    """The influencers with their posts.

    Args:
        running: the campaign of each day.
        scale: multiplies fees, so that they keep in step with the orders.
        reached: people whom all posts together are to move (before some fall out of the season).
    """
    content = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    dice = Dice(seed, 1)
    plans = [(row, _post_days(dice, season)) for row in map(_Row._make, content["people"])]
    total = sum(_pull(row) * len(days) for row, days in plans)
    made = []
    for row, days in plans:
        posts = tuple(
            _post(dice, row, number, day, running[day], reached * _pull(row) / total, scale)
            for number, day in enumerate(days, 1)
        )
        in_affiliate = row.platform in ("douyin", "kuaishou", "weibo") or dice.chance(0.4)
        made.append(
            Person(
                row.slug,
                row.name,
                row.platform,
                row.thousands * 1000 + dice.whole(-480, 480),
                content["agencies"][row.agency],
                content["codes"].get(row.slug, ""),
                posts,
                in_affiliate,
            )
        )
    return tuple(made)


def _pull(row: _Row) -> float:
    """How many people a post of theirs moves, in arbitrary units."""
    return math.pow(row.thousands, 0.72) * row.reach


def _post_days(dice: Dice, season: Season) -> list[date]:
    """Days of somebody's posts: half of them in the week before the peak or during it."""
    days = set()
    for _ in range(_POSTS.draw(dice)):
        if dice.chance(0.4):
            before = min(7, (season.peak.starts_on - season.start).days)
            day = season.peak.starts_on + timedelta(days=dice.whole(-before, 2))
        else:
            day = season.start + timedelta(days=dice.whole(0, season.n_days - 3))
        days.add(day)
    return sorted(days)


_TITLES = (
    "秋冬暖胃茶单", "办公室三分钟功夫茶", "明前龙井开箱", "减糖人的第一杯茶", "送长辈的茶礼怎么选",
    "一人食的下午茶", "跟着茶农上山", "平价口粮茶横评", "冷泡茶的正确打开方式", "围炉煮茶全攻略",
    "双手温热的一天", "老白茶值不值得存",
)  # fmt: skip


def _post(
    dice: Dice,
    row: _Row,
    number: int,
    day: date,
    campaign: str,
    audience: float,
    scale: float,
) -> Post:
    fee = 35 * math.pow(row.thousands, 0.85) * dice.lognormal(1.0, 0.35) * scale
    fee_minor = max(200, round(fee / 50) * 50) * 100
    takes_part = row.platform in ("xiaohongshu", "douyin", "bilibili", "kuaishou")
    return Post(
        ref=f"D-{row.slug}-{number}",
        title=dice.pick(_TITLES),
        posted_on=day,
        audience=audience * dice.lognormal(1.0, 0.3),
        fee_minor=fee_minor,
        goods_given_minor=dice.whole(1, 3) * 4900 if dice.chance(0.7) else 0,
        platform_fee_minor=fee_minor // 10 if takes_part else 0,
        commission_ppm=dice.pick((0, 50_000, 80_000, 100_000, 150_000)),
        spread_days=30 if dice.chance(0.12) else 1,
        campaign=campaign,
        link=f"sy-{row.slug}-{campaign}".replace("_", "-"),
        attention_days=_ATTENTION_DAYS[row.platform],
    )


# --- as the services take them --------------------------------------------------------------------


def influencer_records(persons: tuple[Person, ...]) -> list[InfluencerRecord]:
    """Everybody with their account, as a file would say it."""
    return [
        InfluencerRecord(
            person.slug,
            person.name,
            person.agency,
            accounts=(
                AccountRecord(
                    person.platform,
                    person.slug,
                    _ADDRESS[person.platform].format(person.slug),
                    person.followers,
                ),
            ),
        )
        for person in persons
    ]


def deal_records(persons: tuple[Person, ...]) -> list[DealRecord]:
    """What was agreed for every post."""
    return [
        DealRecord(
            post.ref, person.slug, post.posted_on, "CNY", post.title,
            post.campaign, post.fee_minor, post.goods_given_minor,
            post.platform_fee_minor, post.commission_ppm,
            ends_on=post.posted_on + timedelta(days=60), spread_days=post.spread_days,
        )
        for person in persons
        for post in person.posts
    ]  # fmt: skip


def coupon_records(persons: tuple[Person, ...], season: Season) -> list[CouponRecord]:
    """Codes with their owners, a code that changed hands, and those that everybody has."""
    first, second, code = PASSED_ON
    handover = passed_on_at(season)
    return [
        *(CouponRecord(person.code, person.slug) for person in persons if person.code),
        CouponRecord(code, first, valid_until=handover),
        CouponRecord(code, second, valid_from=handover),
        *(CouponRecord(code, is_shop_wide=True) for code in SHOP_WIDE),
    ]


def passed_on_at(season: Season) -> datetime:
    """When the code of PASSED_ON changed hands: a midnight."""
    day = season.days()[season.n_days // 2]
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
