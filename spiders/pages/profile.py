"""Accounts and posts by schema.org's interaction counters, whatever network the page is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from spiders.pages.item import PageKind
from spiders.pages.nodes import Graph, Node, short_name, types_of
from spiders.pages.values import count_of
from tracker.domain.numbers import NumberReading

_POSTS: Final = frozenset(
    """
    socialmediaposting discussionforumposting videoobject imageobject article newsarticle
    blogposting clip audioobject musicrecording
    """.split()  # noqa: SIM905 -- a table
)
_PEOPLE: Final = frozenset({"person", "organization", "brand", "performinggroup", "musicgroup"})

_ACTIONS: Final = {
    "followaction": "followers",
    "subscribeaction": "followers",
    "likeaction": "likes",
    "commentaction": "comments",
    "replyaction": "comments",
    "discussaction": "comments",
    "shareaction": "shares",
    "watchaction": "views",
    "viewaction": "views",
    "readaction": "views",
    "listenaction": "views",
    "playaction": "views",
    "bookmarkaction": "saves",
    "writeaction": "posts",
    "createaction": "posts",
    # The older "UserLikes:12" of interactionCount
    "userlikes": "likes",
    "usercomments": "comments",
    "userplays": "views",
    "userpagevisits": "views",
    "usertweets": "shares",
}
_NAMES: Final = {
    "follows": "followers",
    "followers": "followers",
    "subscribers": "followers",
    "friends": "following",
    "following": "following",
    "tweets": "posts",
    "posts": "posts",
    "videos": "posts",
}
"""Names of counters that say more than their action does."""

_BY_THE_ACCOUNT: Final = {
    "followaction": "following",
    "writeaction": "posts",
    "createaction": "posts",
}
"""What the account itself did (agentInteractionStatistic)."""


@dataclass(slots=True)
class Social:
    """An account or a post."""

    kind: PageKind
    title: str | None = None
    handle: str | None = None
    url: str | None = None
    image: str | None = None
    published_at: str | None = None
    counts: dict[str, NumberReading] = field(default_factory=dict)
    clashing: list[str] = field(default_factory=list)
    """Counts that the page gives twice, differently; they are not in `counts`."""


def read_social(graph: Graph) -> Social | None:
    """The account or post that a page is about; None: it is about neither.

    An account's page may list posts, and a post's page names its author: the page's own thing is
    the main entity of a ProfilePage, else the first node that has counters.
    """
    for root in graph.walk():
        if "profilepage" in types_of(root):
            people = graph.nodes(root, "mainentity") or graph.nodes(root, "about")
            if people:
                return _account(graph, people[0], root)
            if _counters(graph, root):
                return _account(graph, root, root)
    posts = [node for node in graph.walk() if _POSTS & set(types_of(node)) and _has_counts(node)]
    people = [node for node in graph.walk() if _PEOPLE & set(types_of(node)) and _has_counts(node)]
    if posts:
        return _post(graph, posts[0])
    return _account(graph, people[0], people[0]) if people else None


def _has_counts(node: Node) -> bool:
    return any(
        node.get(key) is not None
        for key in ("interactionstatistic", "agentinteractionstatistic", "interactioncount")
    )


def _counters(graph: Graph, node: Node) -> list[Node]:
    return graph.nodes(node, "interactionstatistic")


def _account(graph: Graph, person: Node, page: Node) -> Social:
    social = Social(PageKind.PROFILE)
    social.title = graph.text(person, "name")
    social.handle = graph.text(person, "alternatename", "identifier")
    social.url = graph.text(person, "url") or graph.text(page, "url")
    social.image = graph.text(person, "image")
    for node in [person] if person is page else [person, page]:
        _take(graph, node, "interactionstatistic", _ACTIONS, social)
        _take(graph, node, "agentinteractionstatistic", _BY_THE_ACCOUNT, social)
    return social


def _post(graph: Graph, post: Node) -> Social:
    social = Social(PageKind.POST)
    social.title = graph.text(post, "headline", "name", "text", "articlebody", "description")
    authors = graph.nodes(post, "author") or graph.nodes(post, "creator")
    social.handle = graph.text(authors[0], "alternatename", "name") if authors else None
    social.url = graph.text(post, "url", "@id")
    social.image = graph.text(post, "thumbnailurl", "image")
    social.published_at = graph.text(post, "datepublished", "uploaddate", "datecreated")
    _take(graph, post, "interactionstatistic", _ACTIONS, social)
    _take_old(graph, post, social)
    for value in graph.all(post, "commentcount")[:1]:
        if "comments" not in social.counts:
            _add("comments", value, social)
    return social


def _take(graph: Graph, node: Node, key: str, actions: dict[str, str], social: Social) -> None:
    for counter in graph.nodes(node, key)[:100]:
        kinds = graph.all(counter, "interactiontype")
        names = [name for kind in kinds for name in _action_names(kind)] or types_of(counter)
        metric = next((actions[name] for name in names if name in actions), None)
        label = (graph.text(counter, "name") or "").lower()
        if key == "interactionstatistic":
            metric = _NAMES.get(label, metric)
        if metric is not None:
            _add(metric, _first(graph.all(counter, "userinteractioncount")), social)


def _action_names(kind: Any) -> list[str]:
    """Names of an action given as text or as a node: likeaction."""
    if isinstance(kind, str):
        return [short_name(kind)]
    if isinstance(kind, dict):
        name = kind.get("@id")
        return types_of(kind) or ([short_name(name)] if isinstance(name, str) else [])
    return []


def _first(values: list[Any]) -> Any:
    return values[0] if values else None


def _take_old(graph: Graph, node: Node, social: Social) -> None:
    """interactionCount: "UserLikes:12", or a bare number, which is a video's views."""
    for value in graph.all(node, "interactioncount")[:20]:
        match = (
            re.fullmatch(r"\s*(User\w+)\s*:\s*(\S+)\s*", value) if isinstance(value, str) else None
        )
        metric = _ACTIONS.get(match[1].lower()) if match else "views"
        if metric is not None and metric not in social.counts:
            _add(metric, match[2] if match else value, social)


def _add(metric: str, value: Any, social: Social) -> None:
    reading = count_of(value)
    if reading is None or metric in social.clashing:
        return
    known = social.counts.get(metric)
    if known is None:
        social.counts[metric] = reading
    elif known.value != reading.value:
        del social.counts[metric]
        social.clashing.append(metric)
