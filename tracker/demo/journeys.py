"""How people come to the demo brand: one cohort a day, each person moved by one true cause.

The causal model: something moves a person on a day (a post, an ad, a search, nothing at all). Some
are seen at once, because they click; others come later by a search or by typing the address. Those
who are moved come back through doors that moved nobody (brand search, retargeting, direct), and
some of them order on the last visit. Customers order again, by themselves or after a mail. A cohort
contains all that its people ever do in the season, so cohorts can be made and loaded one by one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tracker.demo import baskets, catalogue, doors, media, people
from tracker.demo.dice import Dice, Weighted
from tracker.demo.doors import Arrival, Door, arrive
from tracker.demo.footprints import Browser, Footprints, Ids, Step
from tracker.demo.people import Person, Post
from tracker.demo.season import ZONE, in_waking_hours, time_of_day
from tracker.demo.truth import Truth
from tracker.demo.world import OWN_SHOP, World
from tracker.domain.events import Event
from tracker.domain.records import AffiliateRecord, Buyer, OrderRecord, RefundRecord


@dataclass(slots=True)
class Cohort:
    """All that the people of one day do, in the order in which it was made up."""

    events: list[Event] = field(default_factory=list)
    orders: list[OrderRecord] = field(default_factory=list)
    refunds: list[RefundRecord] = field(default_factory=list)
    affiliate_rows: list[AffiliateRecord] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved a person; refunded: share of such orders that are given back."""

    channel: str
    influencer: str
    refunded: float
    reason: str = "prospect"


class Journeys:
    """Makes the cohort of one day for the own shop."""

    def __init__(self, world: World, day: date, ids: Ids) -> None:
        self._world = world
        self._day = day
        self._dice = Dice(world.seed, 10, day.toordinal())
        self._end = datetime(world.season.end.year, world.season.end.month, world.season.end.day,
                             tzinfo=ZONE) + timedelta(days=1)  # fmt: skip
        self._cohort = Cohort()
        self._prints = Footprints(self._dice, ids, self._cohort.events)
        self._buyers = 0

    def make(self) -> Cohort:
        """The cohort."""
        world, dice = self._world, self._dice
        visits = world.season.visit_factor(self._day) * world.scale
        spent = world.season.media_factor(self._day) * world.scale
        for source in media.SOURCES:
            for _ in range(dice.poisson(source.daily * (spent if source.is_paid else visits))):
                self._prospect(source)
        for source in (media.EMAIL, media.SMS):  # opened and read, nothing bought
            for _ in range(dice.poisson(source.daily * visits)):
                self._prospect(source)
        self._posts()
        if self._day >= world.leak_on:
            for _ in range(dice.poisson(3.2 * visits)):
                self._bargain_hunter()
        for _ in range(dice.poisson(9.0 * world.scale)):
            self._bot()
        return self._cohort

    # --- who comes --------------------------------------------------------------------------------

    def _prospect(self, source: media.Source) -> None:
        """Somebody whom a source other than an influencer moves."""
        dice = self._dice
        buys = dice.chance(source.buys * self._world.season.order_factor(self._day))
        steps = [self._by(time_of_day(dice, self._day), source.doors)]
        self._come_back(steps, buys)
        codes: tuple[str, ...] = ()
        if buys and dice.chance(0.05):  # looks for a code before paying, and finds somebody's
            finder = dice.pick([p for p in self._world.persons if p.code])
            codes = (finder.code,)
            at = steps[-1].at + timedelta(minutes=40)
            if dice.chance(0.5) and (post := finder.newest_post(at)):
                steps.append(Step(at, None, post, finder))
        self._walk(steps, buys, Cause(source.channel, "", source.refunded), codes)

    def _posts(self) -> None:
        """Those whom influencers' posts move."""
        lift = self._world.season.visit_factor(self._day) ** 0.5
        for person in self._world.persons:
            for post in person.posts:
                for _ in range(self._dice.poisson(post.reached(self._day) * lift)):
                    self._moved_by(person, post)

    def _moved_by(self, person: Person, post: Post) -> None:
        """Somebody whom an influencer's post moves."""
        dice = self._dice
        buys = dice.chance(media.KOL_BUYS * self._world.season.order_factor(self._day))
        at = time_of_day(dice, self._day)
        if clicks := dice.chance(person.click_share):
            steps = [Step(at, None, post, person)]
        else:
            later = at + timedelta(hours=dice.exponential(20.0))
            steps = [self._by(in_waking_hours(dice, later), media.SEEKING_DOORS.draw(dice))]
        self._come_back(steps, buys)
        if dice.chance(0.08):  # sees another influencer's post too, which moves nobody here
            other = dice.pick(self._world.persons)
            at = steps[-1].at - timedelta(hours=dice.between(1, 60))
            if shown := other.newest_post(at):
                steps.append(Step(at, None, shown, other))
                steps.sort(key=lambda step: step.at)
        codes = self._code_of(person, clicks, steps[-1].at) if buys else ()
        cause = Cause("kol", person.slug, media.KOL_REFUNDED.get(person.platform, 0.06))
        self._walk(steps, buys, cause, codes)

    def _code_of(self, person: Person, clicked: bool, at: datetime) -> tuple[str, ...]:
        """The influencer's code, where they have one and the buyer remembers it."""
        dice = self._dice
        code = person.code
        if not code or not dice.chance(0.58 if clicked else 0.74):
            return ()
        first, second, passed_on = people.PASSED_ON
        holder = first if at < people.passed_on_at(self._world.season) else second
        if person.slug == holder and dice.chance(0.4):
            code = passed_on
        if dice.chance(0.012):  # the till takes two codes, and some people try
            other = dice.pick([p for p in self._world.persons if p.code and p is not person])
            return (code, other.code)
        return (code,)

    def _bargain_hunter(self) -> None:
        """Somebody who would have bought, and found a leaked code on a deal site."""
        dice = self._dice
        steps = [self._by(time_of_day(dice, self._day), doors.DEAL_SITE)]
        code = self._world.person(people.LEAKED).code
        buys = dice.chance(0.55)
        self._walk(steps, buys, Cause("", "", 0.08, "leaked_code"), (code,) if buys else ())

    def _bot(self) -> None:
        """A program that reads some pages."""
        dice = self._dice
        browser = self._prints.browser()
        arrival = arrive(dice, Door(agents="bot"), "/", "")
        at = time_of_day(dice, self._day)
        for _ in range(dice.whole(1, 4)):
            path = catalogue.choose_product(dice).path
            self._prints.event(
                browser, at, "page_view", doors.SHOP_URL + path, "", arrival.user_agent
            )
            at += timedelta(seconds=dice.whole(1, 5))

    # --- how they come ----------------------------------------------------------------------------

    def _by(self, at: datetime, ways: Weighted[Door]) -> Step:
        campaign = self._world.campaigns.get(at.astimezone(ZONE).date(), media.EVERYDAY)
        return Step(at, ways.draw(self._dice), campaign=campaign)

    def _come_back(self, steps: list[Step], buys: bool) -> None:
        """Add the later visits of somebody who has been moved."""
        dice = self._dice
        at = steps[-1].at
        for _ in range(min(6, dice.geometric(1.7 if buys else 0.22))):
            gap = max(0.75, dice.lognormal(20.0, 1.1))
            at = in_waking_hours(dice, at + timedelta(hours=gap))
            steps.append(self._by(at, media.LATER_DOORS.draw(dice)))

    def _walk(self, steps: list[Step], buys: bool, cause: Cause, codes: tuple[str, ...]) -> None:
        """Make the visits, and on the last one the order."""
        dice = self._dice
        browser = self._prints.browser()
        seen = browser
        if len(steps) > 1 and dice.chance(0.14):  # first seen on another device: nothing links them
            seen = self._prints.browser()
        arrivals = []
        for number, step in enumerate(steps):
            if step.at >= self._end:
                return
            here = seen if number == 0 else browser
            arrivals.append(self._prints.visit(here, step, is_last=buys and step is steps[-1]))
        if buys:
            at, arrival = arrivals[-1]
            self._buy(browser if len(steps) > 1 else seen, at, arrival, cause, codes)

    # --- what they buy ----------------------------------------------------------------------------

    def _buy(
        self, browser: Browser, at: datetime, arrival: Arrival, cause: Cause,
        codes: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Place an order, and perhaps another one weeks later."""
        dice = self._dice
        self._buyers += 1
        buyer = Buyer(platform_id=f"sy-{self._day:%y%m%d}-{self._buyers:05d}")
        if not codes and dice.chance(0.16):
            codes = (dice.pick(people.SHOP_WIDE),)
        self._order(browser, at, arrival, buyer, cause, codes)
        while dice.chance(0.27):
            at = in_waking_hours(dice, at + timedelta(days=6 + dice.exponential(24.0)))
            source, ways = Weighted([
                ((media.EMAIL, doors.EMAIL), 0.3), ((media.SMS, doors.SMS), 0.2),
                ((media.BASELINE, doors.DIRECT), 0.4), ((media.BASELINE, doors.SEARCH), 0.1),
            ]).draw(dice)  # fmt: skip
            if at >= self._end:
                return
            after, arrival = self._prints.visit(browser, self._by(at, ways), is_last=True)
            codes = (people.SHOP_WIDE[0],) if dice.chance(0.3) else ()
            again = Cause(source.channel, "", source.refunded, "repeat")
            self._order(browser, after, arrival, buyer, again, codes)

    def _order(
        self, browser: Browser, at: datetime, arrival: Arrival, buyer: Buyer, cause: Cause,
        codes: tuple[str, ...],
    ) -> None:  # fmt: skip
        if at >= self._end:
            return
        dice = self._dice
        made = len(self._cohort.orders) + 1
        local = at.astimezone(ZONE)
        ref = f"SY{local:%y%m%d}{self._world.day_index(self._day):03d}{made:05d}"
        token = f"{dice.bits():016x}"
        delivered = dice.chance(0.45)  # the shop remembers the landing address
        placed = baskets.order(dice, baskets.Purchase(
            ref, at, buyer, codes,
            percent_off=self._world.coupon_percent.get(codes[0], 0) if codes else 0,
            is_abroad=dice.chance(0.012),
            landing_url=arrival.url if delivered else "",
            referrer=arrival.referrer if delivered else "",
            user_agent=arrival.user_agent if delivered else "",
            order_token=token,
            visitor_key=browser.visitor,
            is_signed=dice.chance(0.3),
        ))  # fmt: skip
        self._cohort.orders.append(placed)
        self._cohort.truths.append(
            Truth(OWN_SHOP, ref, cause.channel, cause.influencer, cause.reason)
        )
        self._cohort.refunds.extend(baskets.refunds(dice, placed, cause.refunded, self._end))
        if codes:
            self._prints.event(
                browser, at, "coupon", doors.SHOP_URL + "/cart", "", arrival.user_agent,
                coupon_code=codes[0],
            )  # fmt: skip
        if dice.chance(0.93):  # the others close the window, or block the script
            self._prints.event(
                browser, at + timedelta(seconds=dice.whole(1, 20)), "order_placed",
                doors.SHOP_URL + "/thanks", "", arrival.user_agent, order_ref=ref,
                order_token_hash=hashlib.sha256(token.encode()).hexdigest(),
            )  # fmt: skip
