"""What public pages would have shown of the demo brand: influencers' accounts and posts, our own
listings and those of two invented competitors. Stored by the service that a crawl goes through.

One account has followers that no post explains, so that there is something to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.demo.catalogue import PRODUCTS
from tracker.demo.dice import Dice
from tracker.demo.people import Person
from tracker.demo.season import ZONE
from tracker.demo.world import OWN_SHOP, World
from tracker.domain.numbers import Precision
from tracker.models import Deal, Influencer, SocialAccount, SocialPost, Workspace
from tracker.observed import AccountItem, Count, ListingItem, Metric, PostItem
from tracker.services import alerts, listings, workspaces
from tracker.services.snapshots import Observed, record

PURPOSE = 71
"""This module's streams of chance."""

SOURCE = "demo"
WATCHED = 12
"""Accounts that are watched: those with most followers."""

READ_AT = time(6, 20)
DAYS_AT_ONCE = 10

SEEN = 400
"""Views of a post for one whom it moves to come."""

TITLES = (
    "今天喝什么",
    "周末茶会",
    "器物手记",
    "新开一饼",
    "办公室泡茶",
    "冷泡还是热泡",
    "雨天一壶",
)

AGES = (1, 3, 7, 30)
"""Days after publishing on which a post is read."""

GROUPS = {"SY-LJ-100": "龙井 100g", "SY-TGY-250": "铁观音 250g", "SY-MLH-100": "茉莉花茶 100g"}
"""SKU -> the name under which it is compared."""

RIVALS = (("云顶茶行", "yunding", 0.94), ("一叶春", "yiyechun", 1.07))
"""Competitors, how their addresses begin, and their level of prices against ours."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A listing, its level of prices against ours, and its stream of chance."""

    listing_id: int
    sku: str
    level: float
    stream: int


def load_observed(database: Database, world: World, workspace: Workspace, now: datetime) -> int:
    """Store what was observed on every day of the season up to now; gives the readings."""
    with database.write() as session:
        shelves = _listings(session, workspace, world, now)
        accounts = _accounts(session, workspace, world)
        posts = _posts(session, workspace, world, accounts, now)
    days = [day for day in world.season.days() if _at(day) <= now]
    n_read = 0
    for start in range(0, len(days), DAYS_AT_ONCE):
        observed = [
            one
            for day in days[start : start + DAYS_AT_ONCE]
            for one in (
                *_of_accounts(workspace, world, accounts, day),
                *_of_posts(workspace, world, posts, day),
                *_of_listings(workspace, world, shelves, day),
            )
        ]
        with database.write() as session:
            record(session, observed, is_checked=False)
            _tell_alerts(session, workspace, days[start : start + DAYS_AT_ONCE])
        n_read += len(observed)
    return n_read


def _tell_alerts(session: Session, workspace: Workspace, days: list[date]) -> None:
    """Bring the alerts to where they would be at the end of these days."""
    mine = session.get_one(Workspace, workspace.id)
    alerts.evaluate(session, mine, _at(days[-1]) + timedelta(minutes=5))


def _at(day: date) -> datetime:
    return datetime.combine(day, READ_AT, ZONE)


# --- what there is to see -------------------------------------------------------------------------


def _listings(session: Session, workspace: Workspace, world: World, now: datetime) -> list[_Shelf]:
    own = workspaces.get_shop(session, workspace, OWN_SHOP)
    found = []
    titles = {product.sku: product for product in PRODUCTS}
    for n, (sku, group) in enumerate(GROUPS.items()):
        product = titles[sku]
        entries = [
            ("", f"https://www.shanye.example{product.path}", own.id, 1.0),
            *((name, f"https://www.{host}.example{product.path}", 0, level)
              for name, host, level in RIVALS),
        ]  # fmt: skip
        for m, (competitor, url, shop_id, level) in enumerate(entries):
            row = listings.create_listing(
                session, workspace, url=url, title=product.title if shop_id else group,
                shop_id=shop_id, competitor=competitor, product_group=group, sku=sku, now=now,
            )  # fmt: skip
            found.append(_Shelf(row.id, sku, level, 10 * n + m))
    return found


def _accounts(
    session: Session, workspace: Workspace, world: World
) -> list[tuple[SocialAccount, Person]]:
    people = {person.slug: person for person in world.persons}
    rows = session.execute(
        select(SocialAccount, Influencer.slug)
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .where(SocialAccount.workspace_id == workspace.id)
        .order_by(SocialAccount.followers.desc(), SocialAccount.id)
        .limit(WATCHED)
    )
    return [(account, people[slug]) for account, slug in rows]


def _posts(
    session: Session,
    workspace: Workspace,
    world: World,
    accounts: list[tuple[SocialAccount, Person]],
    now: datetime,
) -> list[tuple[SocialPost, float]]:
    """The posts of the deals of these accounts, and how far each reaches."""
    deals = {
        deal.ref: deal.id
        for deal in session.scalars(select(Deal).where(Deal.workspace_id == workspace.id))
    }
    made = []
    for account, person in accounts:
        for post in person.posts:
            at = datetime.combine(post.posted_on, time(19, 30), ZONE)
            if at > now:
                continue
            row = SocialPost(
                workspace_id=workspace.id, social_account_id=account.id,
                influencer_id=account.influencer_id, platform=account.platform, ref=post.ref,
                url="", title=post.title, published_at=at, deal_id=deals.get(post.ref, 0),
                first_seen_at=at, last_seen_at=at,
            )  # fmt: skip
            made.append((row, post.audience / world.scale * SEEN))
        made += _unpaid(workspace, world, account, person, now)
    session.add_all([row for row, _audience in made])
    session.flush()
    return made


def _unpaid(
    workspace: Workspace, world: World, account: SocialAccount, person: Person, now: datetime
) -> list[tuple[SocialPost, float]]:
    """Posts of their own between those that were paid for, one in about ten days."""
    dice = Dice(world.seed, PURPOSE, 4, account.id)
    made = []
    day = world.season.start + timedelta(days=dice.whole(1, 9))
    while datetime.combine(day, time(20, 10), ZONE) < min(now, _at(world.season.end)):
        at = datetime.combine(day, time(20, 10), ZONE)
        row = SocialPost(
            workspace_id=workspace.id, social_account_id=account.id,
            influencer_id=account.influencer_id, platform=account.platform,
            ref=f"{person.slug}-{day.isoformat()}", url="", title=dice.pick(TITLES),
            published_at=at, deal_id=0, first_seen_at=at, last_seen_at=at,
        )  # fmt: skip
        made.append((row, person.followers * dice.between(0.08, 0.3)))
        day += timedelta(days=dice.whole(7, 14))
    return made


# --- what a day shows -----------------------------------------------------------------------------


def _of_accounts(
    workspace: Workspace, world: World, accounts: list[tuple[SocialAccount, Person]], day: date
) -> Iterator[Observed]:
    first = world.season.days()[0]
    for n, (account, person) in enumerate(accounts):
        dice = Dice(world.seed, PURPOSE, 1, n, day.toordinal())
        age = (day - first).days
        base = person.followers * (0.9 + 0.1 * age / world.season.n_days)
        gained = sum(0.004 * base * min(1.0, (day - post.posted_on).days / 4)
                     for post in person.posts if post.posted_on <= day)  # fmt: skip
        bought = 0.0
        if n == BOUGHT and age >= world.season.n_days * 2 // 3:
            since = age - world.season.n_days * 2 // 3
            bought = 0.12 * person.followers * max(0.55, 1 - 0.03 * since)
        followers = round(base + gained + bought + dice.between(-0.0004, 0.0004) * base)
        counts: dict[Metric, Count] = {
            "followers": _count(followers, coarse=account.platform in ("xiaohongshu", "douyin")),
            "posts": Count.exactly(120 + age // 2 + sum(p.posted_on <= day for p in person.posts)),
        }
        item = AccountItem(handle=account.handle, counts=counts, parser_version=1)
        yield Observed(workspace.id, ("account", account.id), item, _at(day), SOURCE)


BOUGHT = 3
"""Place of the account with followers that nothing explains."""


def _of_posts(
    workspace: Workspace, world: World, posts: list[tuple[SocialPost, float]], day: date
) -> Iterator[Observed]:
    for n, (post, audience) in enumerate(posts):
        if post.published_at is None:
            continue
        age = (day - post.published_at.astimezone(ZONE).date()).days
        if age not in AGES:
            continue
        dice = Dice(world.seed, PURPOSE, 2, n)
        seen = audience * dice.between(0.8, 1.25) * (1 - 0.6**age)
        engaged = seen * dice.between(0.025, 0.07)
        counts: dict[Metric, Count] = {
            "views": _count(round(seen), coarse=seen >= 10_000),
            "likes": Count.exactly(round(engaged)),
            "comments": Count.exactly(round(engaged * dice.between(0.03, 0.09))),
            "shares": Count.exactly(round(engaged * dice.between(0.05, 0.2))),
            "saves": Count.exactly(round(engaged * dice.between(0.1, 0.5))),
        }
        item = PostItem(ref=post.ref, title=post.title, counts=counts, parser_version=1)
        yield Observed(workspace.id, ("post", post.id), item, _at(day), SOURCE)


def _of_listings(
    workspace: Workspace, world: World, shelves: list[_Shelf], day: date
) -> Iterator[Observed]:
    prices = {product.sku: product.price_minor for product in PRODUCTS}
    festival = next((f for f in world.season.festivals if f.starts_on <= day <= f.ends_on), None)
    for shelf in shelves:
        dice = Dice(world.seed, PURPOSE, 3, shelf.stream, day.toordinal() // 21)
        usual = round(prices[shelf.sku] * shelf.level * dice.between(0.98, 1.03) / 100) * 100
        now = round(usual * (0.86 - 0.02 * (shelf.stream % 3)) / 100) * 100 if festival else usual
        is_out = shelf.level != 1.0 and dice.chance(0.06)
        reviews = (
            800 + 37 * shelf.stream + (day - world.season.days()[0]).days * (3 + shelf.stream % 4)
        )
        item = ListingItem(
            counts={"rating": Count.exactly(4_600 + 30 * (shelf.stream % 10)),
                    "review_count": Count.exactly(reviews)},
            currency="CNY",
            price=Decimal(now) / 100,
            list_price=Decimal(usual) / 100 if now < usual else None,
            availability="out_of_stock" if is_out else "in_stock",
            promotion=festival.name if festival and shelf.level != 1.0 else "",
            parser_version=1,
        )  # fmt: skip
        yield Observed(workspace.id, ("listing", shelf.listing_id), item, _at(day), SOURCE)


def _count(value: int, *, coarse: bool) -> Count:
    """A number as such a page writes it: exact, or in ten thousands with one decimal."""
    if not coarse or value < 10_000:
        return Count.exactly(value)
    low = value // 1_000 * 1_000
    raw = f"{low / 10_000:.1f}万"
    return Count(
        value=low, low=low, high=low + 1_000, raw=raw, precision=Precision.ROUNDED, source=SOURCE
    )
