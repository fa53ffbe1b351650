"""The demo brand's second shop: on a marketplace, without our script. Orders come from a file that
names no buyer; the marketplace's affiliate programme says which influencer sold some of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tracker.demo import baskets, media
from tracker.demo.dice import Dice
from tracker.demo.journeys import Cause, Cohort
from tracker.demo.people import Person
from tracker.demo.season import ZONE, in_waking_hours, time_of_day
from tracker.demo.truth import Truth
from tracker.demo.world import TMALL_SHOP, World
from tracker.domain.records import AffiliateRecord, Buyer, OrderRecord

PROGRAMME = "taobao_affiliate"

_TAIL = "40726"
"""Every order id of the shop ends in these digits; with them it has 19."""

_COMMISSION_PERCENT = 8


class MarketOrders:
    """Makes the marketplace orders that are caused on one day."""

    def __init__(self, world: World, day: date) -> None:
        self._world = world
        self._day = day
        self._dice = Dice(world.seed, 11, day.toordinal())
        self._end = datetime(world.season.end.year, world.season.end.month, world.season.end.day,
                             tzinfo=ZONE) + timedelta(days=1)  # fmt: skip
        self._cohort = Cohort()

    def make(self) -> Cohort:
        """The cohort: orders, refunds, affiliate rows, truths; no events."""
        world, dice = self._world, self._dice
        factor = (world.season.visit_factor(self._day) * world.season.order_factor(self._day)
                  * world.scale)  # fmt: skip
        for source in media.SOURCES:
            cause = Cause(source.channel, "", source.refunded + 0.03)
            for _ in range(dice.poisson(source.elsewhere * factor)):
                self._order(cause, None)
        lift = world.season.order_factor(self._day)
        for person in world.persons:
            reached = sum(post.reached(self._day) for post in person.posts)
            refunded = media.KOL_REFUNDED.get(person.platform, 0.06) + 0.03
            for _ in range(dice.poisson(reached * media.KOL_ELSEWHERE * lift)):
                self._order(Cause("kol", person.slug, refunded), person)
        return self._cohort

    def _order(self, cause: Cause, person: Person | None) -> None:
        dice = self._dice
        clicked_at = time_of_day(dice, self._day)
        later = clicked_at + timedelta(hours=dice.exponential(14.0))
        placed_at = in_waking_hours(dice, later)
        if placed_at >= self._end:
            return
        made = len(self._cohort.orders) + 1
        index = self._world.day_index(self._day)
        ref = f"{placed_at.astimezone(ZONE):%y%m%d}{index:03d}{made:05d}{_TAIL}"
        placed = baskets.order(dice, baskets.Purchase(
            ref, placed_at, Buyer(), is_festival=self._is_festival(placed_at),
        ))  # fmt: skip
        if dice.chance(0.025):  # put in the basket, confirmed, never paid
            self._cohort.orders.append(_unpaid(placed))
            return
        self._cohort.orders.append(placed)
        self._cohort.truths.append(
            Truth(TMALL_SHOP, ref, cause.channel, cause.influencer, cause.reason)
        )
        self._cohort.refunds.extend(baskets.refunds(dice, placed, cause.refunded, self._end))
        self._affiliate_row(placed, person, clicked_at)

    def _affiliate_row(
        self, placed: OrderRecord, person: Person | None, clicked_at: datetime
    ) -> None:
        """The programme reports most sales of its members, and a few that are not theirs."""
        dice = self._dice
        if person is None and dice.chance(0.03):
            person = dice.pick(self._world.persons)
        elif person is not None and not dice.chance(0.8):
            return
        if person is None or not person.is_in_affiliate:
            return
        goods = placed.paid_minor - placed.freight_minor
        self._cohort.affiliate_rows.append(
            AffiliateRecord(
                platform=PROGRAMME,
                order_ref=placed.ref,
                influencer=person.slug,
                ordered_at=placed.placed_at,
                clicked_at=clicked_at,
                commission_minor=goods * _COMMISSION_PERCENT // 100,
                currency="CNY",
            )
        )

    def _is_festival(self, at: datetime) -> bool:
        day = at.astimezone(ZONE).date()
        return any(f.starts_on <= day <= f.ends_on for f in self._world.season.festivals)


def _unpaid(placed: OrderRecord) -> OrderRecord:
    return OrderRecord(
        ref=placed.ref, placed_at=placed.placed_at, status="unpaid", currency=placed.currency,
        paid_minor=0, version_at=placed.version_at, gross_minor=placed.gross_minor,
        discount_platform_minor=placed.discount_platform_minor,
        freight_minor=placed.freight_minor, lines=placed.lines,
    )  # fmt: skip
