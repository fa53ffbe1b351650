"""What moves people to the demo brand: natural sources and paid media, with campaigns and spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.demo import doors
from tracker.demo.dice import Dice, Weighted
from tracker.demo.doors import Door
from tracker.demo.people import Person
from tracker.demo.season import Season
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import FxRateRecord, SpendRecord

EVERYDAY = "daily_tea"
"""Campaign of a day without a festival."""

_WARM_UP_DAYS = 7
"""A festival's campaign runs from so many days before it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A cause of purchases other than an influencer."""

    channel: str
    """The true channel, a `Channel` value; "" for those who would have come anyway."""
    doors: Weighted[Door]
    daily: float
    """People it moves towards the own shop on a plain day."""
    buys: float
    """Share of them that order on a plain day."""
    elsewhere: float
    """Orders it causes in the second shop on a plain day."""
    refunded: float
    """Share of its orders that are given back, wholly or in part."""
    is_paid: bool = False


BASELINE = Source("", doors.DIRECT, 56, 0.075, 8.0, 0.035)

SOURCES = (
    BASELINE,
    Source("organic_search", doors.SEARCH, 37, 0.050, 3.6, 0.05),
    Source("organic_social", doors.SOCIAL, 26, 0.032, 2.2, 0.07),
    Source("organic_video", doors.VIDEO, 13, 0.026, 1.0, 0.08),
    Source("ai_assistant", doors.ASSISTANT, 7, 0.060, 0.5, 0.04),
    Source("referral", doors.REFERRAL, 8, 0.036, 0.3, 0.05),
    Source("paid_search", doors.PAID_SEARCH, 23, 0.052, 1.2, 0.06, is_paid=True),
    Source("paid_social", doors.PAID_SOCIAL, 33, 0.036, 2.6, 0.10, is_paid=True),
    Source("paid_video", doors.PAID_VIDEO, 28, 0.026, 2.2, 0.15, is_paid=True),
    Source("display", doors.DISPLAY, 12, 0.012, 0.3, 0.08, is_paid=True),
    Source("affiliate", doors.AFFILIATE, 7, 0.075, 0.5, 0.09, is_paid=True),
)

EMAIL = Source("email", doors.EMAIL, 9, 0.0, 0.0, 0.04)
SMS = Source("sms", doors.SMS, 6, 0.0, 0.0, 0.05)
"""These two bring customers back; people who never bought get neither."""

KOL_BUYS = 0.062
KOL_REACHED_DAILY = 80.0
KOL_ELSEWHERE = 0.085
"""Orders in the second shop for each person whom an influencer moves towards the first."""

KOL_REFUNDED = {"douyin": 0.21, "kuaishou": 0.24, "xiaohongshu": 0.08, "weibo": 0.1}
"""Share of their orders that are given back, by platform; others 0.06."""

LATER_DOORS = Weighted([
    (doors.DIRECT, 0.40), (doors.SEARCH, 0.22), (doors.BRAND_SEARCH, 0.16),
    (doors.RETARGETING, 0.13), (doors.SOCIAL, 0.05), (doors.ASSISTANT, 0.04),
])  # fmt: skip
"""How people come back who have been moved already: this is where last-click credit goes astray."""

SEEKING_DOORS = Weighted([
    (doors.SEARCH, 0.45), (doors.DIRECT, 0.35), (doors.BRAND_SEARCH, 0.20),
])  # fmt: skip
"""How people come who saw a post and did not click its link."""


@dataclass(frozen=True, slots=True)
class Effort:
    """A campaign of the demo; days None: open."""

    code: str
    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    budget_minor: int | None = None
    target_net_minor: int | None = None
    target_orders: int | None = None


def efforts(season: Season, scale: float) -> list[Effort]:
    """The campaigns, the everyday one first."""
    found = [
        Effort(EVERYDAY, "日常种草"),
        Effort("brand", "品牌词保护"),
        Effort("retarget", "再营销"),
        Effort("member", "会员召回"),
    ]
    for festival in season.festivals:
        found.append(
            Effort(
                f"{festival.code}_{festival.starts_on.year}",
                f"{festival.starts_on.year} {festival.name}",
                festival.starts_on - timedelta(days=_WARM_UP_DAYS),
                festival.ends_on,
                round(festival.strength * 60_000 * scale) * 100,
                round(festival.strength * 35_000 * scale) * 100,
                round(festival.strength * 150 * scale),
            )
        )
    return found


def campaign_by_day(season: Season) -> dict[date, str]:
    """The campaign that marks carry on each day: a festival's in its weeks, else the everyday one.

    Where the weeks of two festivals overlap, the stronger one's.
    """
    running = dict.fromkeys(season.days(), EVERYDAY)
    for festival in sorted(season.festivals, key=lambda f: f.strength):
        day = festival.starts_on - timedelta(days=_WARM_UP_DAYS)
        while day <= festival.ends_on:
            if day in running:
                running[day] = f"{festival.code}_{festival.starts_on.year}"
            day += timedelta(days=1)
    return running


# --- what it costs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Account:
    """An advertising account: what a click costs (fen), and which source it pays for."""

    platform: str
    account: str
    channel: str
    people: float
    """Clicks on a plain day that it pays for."""
    click_minor: float
    click_rate: float
    claims: float
    """What the platform says it sold, for each yuan spent."""
    campaign: str = ""
    """A fixed campaign; empty: the running one."""
    is_named: bool = True
    """False: its report names no campaign of ours, and somebody has to map it."""


_ACCOUNTS = (
    _Account("baidu", "百度推广-山野", "paid_search", 25, 560, 0.031, 3.1),
    _Account("baidu", "百度推广-山野", "paid_search", 24, 170, 0.11, 9.5, "brand"),
    _Account("xiaohongshu", "聚光-山野茶铺", "paid_social", 14, 460, 0.018, 2.8),
    _Account("ocean_engine", "千川-山野官方", "paid_social", 11, 340, 0.014, 3.4),
    _Account("tencent_ads", "腾讯广告-01", "paid_social", 7, 360, 0.011, 2.4),
    _Account("bilibili", "必选-山野", "paid_video", 17, 250, 0.012, 2.2),
    _Account("kuaishou", "磁力-山野茶铺", "paid_video", 11, 280, 0.016, 2.6),
    _Account("tencent_ads", "腾讯广告-01", "display", 14, 120, 0.004, 1.2),
    _Account("tencent_ads", "腾讯广告-01", "display", 20, 110, 0.007, 6.0, "retarget"),
    _Account("fanli", "返利联盟", "affiliate", 8, 400, 0.05, 4.2, is_named=False),
    _Account("sms", "短信通道", "sms", 6, 120, 0.02, 5.0, "member"),
)

_BOOSTS = {"xiaohongshu": ("xiaohongshu", "聚光-山野茶铺", "paid_social"),
           "douyin": ("ocean_engine", "千川-山野官方", "paid_social"),
           "bilibili": ("bilibili", "必选-山野", "paid_video")}  # fmt: skip
"""Platforms where posts are boosted: through which account, in which channel."""

_BOOST_DAYS = 4


def spend(
    seed: int, season: Season, persons: tuple[Person, ...], scale: float, day: date
) -> list[SpendRecord]:
    """Everything spent on media on one day, boosts of influencers' posts included."""
    dice = Dice(seed, 2, day.toordinal())
    running = campaign_by_day(season)[day]
    found = []
    for account in _ACCOUNTS:
        clicks = dice.poisson(account.people * season.media_factor(day) * scale)
        amount = round(clicks * account.click_minor * dice.lognormal(1.0, 0.12))
        campaign = account.campaign or running
        found.append(
            SpendRecord(
                account.platform, day, account.channel, "CNY", amount, account.account,
                f"{account.channel}-{campaign}", campaign if account.is_named else "",
                impressions=round(clicks / (account.click_rate * dice.between(0.85, 1.15))),
                clicks=clicks,
                platform_gmv_minor=round(amount * account.claims * dice.lognormal(1.0, 0.2)),
                platform_orders=round(amount * account.claims / 19_000),
            )
        )  # fmt: skip
    found.extend(_boosts(dice, persons, running, scale, day))
    return found


def platform_figures(spent: Sequence[SpendRecord]) -> list[PlatformFigureRecord]:
    """What the media claim to have sold for what was spent: more than they did, as they do."""
    return [
        PlatformFigureRecord(
            platform=row.platform,
            report="spend",
            subject="campaign",
            subject_ref=row.campaign_ref,
            subject_name=row.campaign or row.campaign_ref,
            account=row.account,
            starts_on=row.spent_on,
            ends_on=row.spent_on,
            currency=row.currency,
            basis="click-15d",
            kind="paid",
            channel=row.channel,
            gmv_minor=row.platform_gmv_minor,
            spend_minor=row.amount_minor,
            orders=row.platform_orders,
            clicks=row.clicks,
            impressions=row.impressions,
        )
        for row in spent
        if row.platform_gmv_minor is not None and not row.influencer
    ]


def _boosts(
    dice: Dice, persons: tuple[Person, ...], running: str, scale: float, day: date
) -> list[SpendRecord]:
    """Ads that carry an influencer's post further in its first days: every third post has them."""
    found = []
    for person in persons:
        for number, post in enumerate(person.posts):
            age = (day - post.posted_on).days
            boosted = (number + len(person.slug)) % 3 == 0
            if person.platform not in _BOOSTS or not boosted or not 0 <= age < _BOOST_DAYS:
                continue
            platform, account, channel = _BOOSTS[person.platform]
            amount = max(2_000, round(post.fee_minor * 0.09 * dice.lognormal(1.0, 0.3)))
            clicks = round(amount / 160)
            found.append(
                SpendRecord(
                    platform=platform,
                    spent_on=day,
                    channel=channel,
                    currency="CNY",
                    amount_minor=amount,
                    account=account,
                    campaign_ref=f"boost-{post.ref}",
                    campaign=running,
                    influencer=person.slug,
                    impressions=clicks * 70,
                    clicks=clicks,
                    platform_gmv_minor=round(amount * 2.2),
                    platform_orders=round(amount / 9_000),
                )
            )
    return found


def exchange_rates(seed: int, season: Season) -> list[FxRateRecord]:
    """Yuan for a US dollar on every working day from a week before the season on."""
    dice = Dice(seed, 3)
    rate = 7.10
    found = []
    day = season.start - timedelta(days=7)
    while day <= season.end:
        rate += 0.006 * dice.normal()
        if day.weekday() < 5:
            found.append(FxRateRecord(day, "USD", "CNY", round(rate * 10_000) * 10_000))
        day += timedelta(days=1)
    return found
