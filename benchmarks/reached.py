"""Every page of the site, found as readers find them: by following links from the overview.

One address of each endpoint is asked for (of those with named tables or charts, one of each name),
so ids are those of rows that are there, and a page that no link leads to is noticed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, MapAdapter, RequestRedirect, Rule
from werkzeug.test import TestResponse

from tracker.models import Credit, Order

NAMED = frozenset({"charts.show", "charts.export"})
"""Endpoints whose text argument says what is shown, as the names of tables do."""

LINKS = frozenset({"href", "src", "action", "formaction", "data-chart", "data-progress"})


@dataclass(frozen=True, slots=True)
class Reached:
    """An answer to GET."""

    endpoint: str
    label: str
    """The endpoint, with the name of the table or chart."""
    path: str
    """With the query string of the link that was followed."""
    status: int
    media_type: str
    text: str
    """Body; "" of what is no text."""

    @property
    def is_page(self) -> bool:
        """Whether it is a whole page for people: not a file, a chart or a part of a page."""
        return self.media_type == "text/html" and self.text.lstrip().startswith("<!doctype")


@dataclass(slots=True)
class Site:
    """What was reached, and where nothing led."""

    reached: dict[str, Reached] = field(default_factory=dict)
    """By label, in the order in which they were found."""
    unreached: list[str] = field(default_factory=list)
    """Endpoints that answer GET and that no link led to."""

    def pages(self) -> list[Reached]:
        """The pages for people."""
        return [one for one in self.reached.values() if one.is_page]


def follow(
    app: Flask,
    get: Callable[[str], TestResponse],
    starts: Iterable[str] = (),
    *,
    origin: str = "",
    every: Collection[str] = (),
) -> Site:
    """Follow all links of the site.

    Args:
        get: asks for a path as somebody who is signed in.
        starts: paths to look at first; the overview comes after them.
        origin: the site's own address, with which some links begin.
        every: endpoints whose every address is asked for.
    """
    site = Site()
    adapter = app.url_map.bind("localhost")
    waiting = deque([*starts, "/"])
    while waiting:
        path = waiting.popleft()
        found = _match(adapter, path)
        if found is None:
            continue
        rule, label = found
        if rule.endpoint in every:
            label = f"{label} {urlsplit(path).path}"
        if label in site.reached or rule.endpoint == "static":
            continue
        answer = get(path)
        site.reached[label] = _noted(rule.endpoint, label, path, answer)
        if answer.location:
            waiting.append(_path_of(answer.location))
        waiting.extend(links_of(site.reached[label].text, origin))
    known = {one.endpoint for one in site.reached.values()}
    site.unreached = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
        - known
        - {"static"}
    )
    return site


def richest(session: Session) -> list[str]:
    """Paths to start with: the influencer with most credit, and an order with the longest path."""
    influencer = session.scalars(
        select(Credit.influencer_id).where(Credit.influencer_id > 0).group_by(Credit.influencer_id)
        .order_by(func.sum(Credit.net_last_non_direct).desc()).limit(1)
    ).one()  # fmt: skip
    order = session.scalars(
        select(Order.id).join(Credit, Credit.order_id == Order.id)
        .order_by(Credit.position.desc(), Order.id).limit(1)
    ).one()  # fmt: skip
    return [f"/influencers/{influencer}", f"/orders/{order}"]


def links_of(page: str, origin: str = "") -> list[str]:
    """Addresses on this site that a page names, each once, in their order."""
    reader = _Reader(origin)
    reader.feed(page)
    return list(dict.fromkeys(reader.found))


def _noted(endpoint: str, label: str, path: str, answer: TestResponse) -> Reached:
    media_type = answer.mimetype or ""
    is_text = media_type.startswith("text/") or "xml" in media_type or "json" in media_type
    is_text &= "spreadsheet" not in media_type
    text = answer.get_data(as_text=True) if is_text else ""
    answer.close()  # a file that is sent as it is made holds a connection until then
    return Reached(endpoint, label, path, answer.status_code, media_type, text)


def _match(adapter: MapAdapter, path: str) -> tuple[Rule, str] | None:
    """The rule of a path and its label; None: nothing of ours, or not for GET."""
    try:
        rule, arguments = adapter.match(urlsplit(path).path, method="GET", return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    return rule, " ".join([rule.endpoint, *_names(rule, dict(arguments))])


def _names(rule: Rule, arguments: dict[str, object]) -> Iterator[str]:
    for name, value in arguments.items():
        if isinstance(rule._converters[name], AnyConverter) or rule.endpoint in NAMED:
            yield str(value)


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class _Reader(HTMLParser):
    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name not in LINKS or not value:
                continue
            path = value.removeprefix(self.origin) if self.origin else value
            if path.startswith("/") and not path.startswith("//"):
                self.found.append(path.partition("#")[0])
