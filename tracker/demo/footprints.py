"""What people leave behind in the own shop of the demo: events, as the collector gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.demo import catalogue, doors
from tracker.demo.dice import Dice
from tracker.demo.doors import Arrival, Door, arrive
from tracker.demo.people import Person, Post
from tracker.domain.events import CLICKER, Event
from tracker.domain.periods import to_microseconds


@dataclass(frozen=True, slots=True)
class Ids:
    """Numbers that the database gave to the shop and to the tracked links (by slug)."""

    shop_id: int
    links: Mapping[str, int]


@dataclass(slots=True)
class Step:
    """One visit to come: when, through which door, or through which post's link."""

    at: datetime
    door: Door | None = None
    post: Post | None = None
    person: Person | None = None
    campaign: str = ""


@dataclass(slots=True)
class Browser:
    """A person's browser: its visitor id in the shop, on our link host, and its name."""

    visitor: str
    clicker: str
    agent: str = ""


class Footprints:
    """Writes the events of visits to a list."""

    def __init__(self, dice: Dice, ids: Ids, events: list[Event]) -> None:
        self._dice = dice
        self._ids = ids
        self._events = events

    def browser(self) -> Browser:
        """A browser that nobody has seen before."""
        return Browser(f"{self._dice.bits():016x}", f"{CLICKER}{self._dice.bits():016x}")

    def visit(self, browser: Browser, step: Step, *, is_last: bool) -> tuple[datetime, Arrival]:
        """The hits of one visit: (time after the last one, how it began)."""
        dice = self._dice
        at = step.at
        if step.post is not None and step.person is not None:
            arrival = self._click(browser, step.person, step.post, at)
            at += timedelta(seconds=dice.between(0.4, 2.5))
        else:
            path = "/" if dice.chance(0.4) else catalogue.choose_product(dice).path
            arrival = arrive(dice, step.door or Door(), path, step.campaign, browser.agent)
        if not browser.agent:
            browser.agent = arrival.user_agent
        self.event(browser, at, "page_view", arrival.url, arrival.referrer, arrival.user_agent)
        if not is_last and dice.chance(0.71):
            return at, arrival
        page = doors.SHOP_URL + "/"
        for _ in range(min(8, 1 + dice.geometric(0.9))):
            at += timedelta(seconds=8 + dice.exponential(45.0))
            before, page = page, doors.SHOP_URL + catalogue.choose_product(dice).path
            self.event(browser, at, "page_view", page, before, arrival.user_agent)
        if is_last or dice.chance(0.1):
            at += timedelta(seconds=dice.whole(5, 60))
            self.event(browser, at, "cart", page, "", arrival.user_agent)
        return at + timedelta(seconds=dice.whole(10, 90)), arrival

    def _click(self, browser: Browser, person: Person, post: Post, at: datetime) -> Arrival:
        """A click on a post's tracked link, and the landing that it leads to."""
        dice = self._dice
        link_id = self._ids.links[post.link]
        noise = f"{dice.bits():016x}{dice.bits():016x}"
        click = f"{link_id:08x}-{noise[:4]}-8{noise[4:7]}-a{noise[7:10]}-{noise[10:22]}"
        target = link_target(person, post)
        agents = doors.KOL_AGENTS.get(person.platform, "phone")
        arrival = arrive(dice, Door(agents=agents), "", "", browser.agent)
        url = f"{target}&tk={click}"
        self._events.append(
            Event(
                click, self._ids.shop_id, "click", browser.clicker, to_microseconds(at), url, "",
                arrival.user_agent, link_id=link_id, link_slug=post.link,
            )
        )  # fmt: skip
        return Arrival(url, "", arrival.user_agent)

    def event(
        self, browser: Browser, at: datetime, kind: str, url: str, referrer: str, agent: str,
        *, coupon_code: str = "", order_ref: str = "", order_token_hash: str = "",
    ) -> None:  # fmt: skip
        """One event in the shop."""
        self._events.append(
            Event(
                self._dice.uuid(), self._ids.shop_id, kind, browser.visitor, to_microseconds(at),
                url, referrer, agent, order_ref=order_ref, order_token_hash=order_token_hash,
                coupon_code=coupon_code,
            )
        )  # fmt: skip


def link_target(person: Person, post: Post) -> str:
    """Where a post's tracked link leads, with the marks that the link adds."""
    return (f"{doors.SHOP_URL}/tea/{person.platform}?utm_source={person.platform}&utm_medium=kol"
            f"&utm_campaign={post.campaign}&kol={person.slug}")  # fmt: skip
