"""The demo brand into the database, through the services that a real shop's data goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.config import Settings
from tracker.db import Database
from tracker.demo import catalogue, doors, media, people, plans
from tracker.demo.derive import derive
from tracker.demo.footprints import Ids
from tracker.demo.journeys import Cohort, Journeys
from tracker.demo.observed import load_observed
from tracker.demo.remove import remove_demo
from tracker.demo.rules import add_rules
from tracker.demo.season import ZONE
from tracker.demo.settled import add_statements
from tracker.demo.tmall import MarketOrders
from tracker.demo.truth import TruthWriter, truth_file
from tracker.demo.world import (
    NAME,
    OWN_SHOP,
    OWN_SHOP_NAME,
    SLUG,
    TMALL_SHOP,
    TMALL_SHOP_NAME,
    World,
    make_world,
)
from tracker.domain.events import Event
from tracker.domain.periods import to_microseconds
from tracker.domain.records import LoadResult
from tracker.models import AuditEntry, Influencer, Shop, TrackedLink, Workspace
from tracker.services import (
    affiliates,
    audit,
    campaigns,
    coupons,
    deals,
    fx,
    goods_costs,
    hits,
    influencers,
    links,
    orders,
    platform_figures,
    promotions,
    refunds,
    spend,
    workspaces,
)

Progress = Callable[[str], None]
"""Takes one line about what is being done."""

LOADED = "demo.loaded"
"""Audit action that says that a demo is complete."""

EVENTS_A_TIME = 4_000


class DemoExistsError(Exception):
    """There is a demo brand already, or a workspace of the user's own under its name."""


class DemoBrokenError(Exception):
    """A service refused a row of the demo: the program and its demo do not fit together."""


@dataclass(slots=True)
class Counts:
    """What was loaded."""

    days: int = 0
    hits: int = 0
    orders: int = 0
    refunds: int = 0
    affiliate_rows: int = 0
    spend_rows: int = 0


def load_demo(
    database: Database,
    settings: Settings,
    *,
    seed: int = 11,
    days: int = 120,
    scale: float = 1.0,
    until: date | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Counts:
    """Make the demo brand: raw facts day by day, then visits, facts and credits.

    The truth (what really caused each order) is kept in `truth_file(settings.home_dir)`. A demo
    whose making was interrupted is taken away and made again. Memory does not grow with `days`.

    Args:
        until: the last day; None: today in Shanghai.
        progress: told what is being done; None: nobody.
        now: nothing later than this happens; None: the present.

    Raises:
        DemoExistsError: the demo brand is there, or a workspace of its name that is none.
        ValueError: see `make_world`.
    """
    tell = progress or (lambda line: None)
    now = now or datetime.now(UTC)
    world = make_world(seed, days, scale, until or now.astimezone(ZONE).date())
    _clear_the_way(database, settings, tell)
    tell("people, codes, links, campaigns")
    with database.write() as session:
        workspace = _found(session, world, settings.customer_key_secret)
    loader = _Loader(database, settings, world, workspace, now)
    with TruthWriter(truth_file(settings.home_dir)) as truth:
        for done, day in enumerate(world.season.days(), 1):
            for cohort in loader.load_day(day):
                truth.write(cohort.truths)
            if done % 10 == 0 or done == world.season.n_days:
                tell(f"{done}/{world.season.n_days} days, {loader.counts.hits} hits, "
                     f"{loader.counts.orders} orders")  # fmt: skip
    derive(database, workspace.id, tell, now)
    tell("accounts, posts, listings")
    load_observed(database, world, workspace, now)
    with database.write() as session:
        plans.plan_tests(session, workspace, world.season, now)
    with database.write() as session:
        add_rules(session, session.get_one(Workspace, workspace.id), now)
        add_statements(
            session, session.get_one(Workspace, workspace.id), now.astimezone(ZONE).date()
        )
        audit.note(session, LOADED, SLUG, seed=seed, days=days, scale=scale,
                   until=world.season.end.isoformat())  # fmt: skip
    return loader.counts


def is_complete(session: Session, workspace: Workspace) -> bool:
    """Whether the making of this demo was finished."""
    query = select(AuditEntry.id).where(
        AuditEntry.action == LOADED,
        AuditEntry.subject == workspace.slug,
        AuditEntry.at >= workspace.created_at,
    )
    return session.scalar(query.limit(1)) is not None


def _clear_the_way(database: Database, settings: Settings, tell: Progress) -> None:
    """Take an unfinished demo away; refuse where anything else is in the way."""
    with database.read() as session:
        workspace = session.scalar(select(Workspace).where(Workspace.slug == SLUG))
        if workspace is None:
            return
        if not workspace.is_demo:
            raise DemoExistsError(
                f"the workspace {SLUG} is not a demo; the demo brand needs this name"
            )
        if is_complete(session, workspace):
            raise DemoExistsError(
                "the demo brand is there already; `tracker demo --remove` takes it away"
            )
    tell("an unfinished demo is taken away first")
    remove_demo(database, settings)


# --- what does not depend on the day --------------------------------------------------------------


def _found(session: Session, world: World, secret: bytes) -> Workspace:
    """The workspace with its shops, people, codes, links, campaigns, costs and promotions."""
    workspace = workspaces.create_workspace(session, slug=SLUG, name=NAME, is_demo=True)
    own = workspaces.create_shop(
        session, workspace, slug=OWN_SHOP, name=OWN_SHOP_NAME, platform="own",
        hostnames=f"{doors.SHOP_HOST} {doors.SHOP_HOST.removeprefix('www.')}", has_script=True,
        product_prefixes=" ".join(product.path for product in catalogue.PRODUCTS),
    )  # fmt: skip
    tmall = workspaces.create_shop(
        session, workspace, slug=TMALL_SHOP, name=TMALL_SHOP_NAME, platform="tmall"
    )
    _took(fx.load_rates(session, workspace, media.exchange_rates(world.seed, world.season)))
    for effort in media.efforts(world.season, world.scale):
        campaigns.save_campaign(
            session, workspace, utm_campaign=effort.code, name=effort.name,
            starts_on=effort.starts_on, ends_on=effort.ends_on, budget_minor=effort.budget_minor,
            target_net_minor=effort.target_net_minor, target_orders=effort.target_orders,
        )  # fmt: skip
    for festival in world.season.festivals:
        promotion = promotions.create_promotion(
            session, workspace, festival=festival.code, name=festival.name,
            starts_on=festival.starts_on, ends_on=festival.ends_on,
        )  # fmt: skip
        plans.add_offers(session, promotion, festival.strength)
    records = people.influencer_records(world.persons)
    _took(influencers.load_influencers(session, workspace, records, secret=secret))
    _took(deals.load_deals(session, workspace, people.deal_records(world.persons)))
    _took(coupons.load_coupons(session, own, people.coupon_records(world.persons, world.season)))
    for shop in (own, tmall):
        _took(goods_costs.load_goods_costs(session, shop, catalogue.goods_costs(world.season)))
    _make_links(session, workspace, own, world)
    return workspace


def _make_links(session: Session, workspace: Workspace, shop: Shop, world: World) -> None:
    ids = dict(
        session.execute(
            select(Influencer.slug, Influencer.id).where(Influencer.workspace_id == workspace.id)
        ).all()
    )
    campaign_of = campaigns.campaign_ids(session, workspace.id, set(world.campaigns.values()))
    made = set()
    for person in world.persons:
        for post in person.posts:
            if post.link in made:
                continue
            made.add(post.link)
            links.create_link(
                session, shop, slug=post.link, influencer_id=ids[person.slug],
                target_url=f"{doors.SHOP_URL}/tea/{person.platform}",
                campaign_id=campaign_of[post.campaign], utm_source=person.platform,
                utm_medium="kol", utm_campaign=post.campaign,
            )  # fmt: skip


def _link_ids(session: Session, workspace: Workspace) -> dict[str, int]:
    query = select(TrackedLink.slug, TrackedLink.id)
    found = session.execute(query.where(TrackedLink.workspace_id == workspace.id))
    return dict(found.all())


# --- day by day -----------------------------------------------------------------------------------


class _Loader:
    """Loads the cohorts of one day after the other."""

    def __init__(
        self, database: Database, settings: Settings, world: World, workspace: Workspace,
        now: datetime,
    ) -> None:  # fmt: skip
        self.counts = Counts()
        self._database = database
        self._secret = settings.customer_key_secret
        self._world = world
        self._workspace = workspace
        self._now = now
        with database.read() as session:
            self._own = workspaces.get_shop(session, workspace, OWN_SHOP)
            self._tmall = workspaces.get_shop(session, workspace, TMALL_SHOP)
            self._ids = Ids(self._own.id, _link_ids(session, workspace))

    def load_day(self, day: date) -> tuple[Cohort, Cohort]:
        """Make and load what begins on a day: (own shop, second shop)."""
        own = _until(Journeys(self._world, day, self._ids).make(), self._now)
        market = _until(MarketOrders(self._world, day).make(), self._now)
        for events in _pieces(own.events, EVENTS_A_TIME):
            with self._database.write() as session:
                loaded = hits.load_events(session, events)
                if loaded.refused:
                    raise DemoBrokenError(f"an event was refused: {loaded.refused[0]}")
        with self._database.write() as session:
            self._orders(session, self._own, own)
            self._orders(session, self._tmall, market)
            if day < self._now.astimezone(ZONE).date():  # platforms report a day when it is over
                spent = media.spend(
                    self._world.seed, self._world.season, self._world.persons,
                    self._world.scale, day,
                )  # fmt: skip
                _took(spend.load_spend(session, self._workspace, spent))
                claimed = media.platform_figures(spent)
                _took(platform_figures.load_platform_figures(session, self._workspace, claimed))
                self.counts.spend_rows += len(spent)
        self.counts.days += 1
        self.counts.hits += len(own.events)
        return own, market

    def _orders(self, session: Session, shop: Shop, cohort: Cohort) -> None:
        _took(
            orders.load_orders(session, shop, cohort.orders, secret=self._secret, read_at=self._now)
        )
        _took(refunds.load_refunds(session, shop, cohort.refunds))
        _took(affiliates.load_affiliate_rows(session, shop, cohort.affiliate_rows))
        self.counts.orders += len(cohort.orders)
        self.counts.refunds += len(cohort.refunds)
        self.counts.affiliate_rows += len(cohort.affiliate_rows)


def _until(cohort: Cohort, now: datetime) -> Cohort:
    """The part of a cohort that has happened by now."""
    micros = to_microseconds(now)
    placed = [order for order in cohort.orders if order.placed_at + timedelta(minutes=5) <= now]
    if len(placed) == len(cohort.orders) and all(e.at_micros <= micros for e in cohort.events):
        return replace(cohort, refunds=[r for r in cohort.refunds if r.refunded_at <= now])
    refs = {order.ref for order in placed}
    return Cohort(
        [event for event in cohort.events if event.at_micros <= micros],
        placed,
        [r for r in cohort.refunds if r.order_ref in refs and r.refunded_at <= now],
        [row for row in cohort.affiliate_rows if row.order_ref in refs],
        [truth for truth in cohort.truths if truth.order_ref in refs],
    )


def _pieces(events: list[Event], size: int) -> Iterable[Sequence[Event]]:
    return (events[start : start + size] for start in range(0, len(events), size))


def _took(result: LoadResult) -> None:
    """See that a service took every record."""
    if result.problems:
        _, refused = result.problems[0]
        raise DemoBrokenError(f"{len(result.problems)} rows refused: {refused}")
