"""Mastodon's public API, and ActivityPub documents of any server that speaks it.

There are no view counts. Boosts are shares, favourites are likes. A server that hides a number
gives a negative one or none: it is missing.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from spiders.pages.item import PageStatus
from spiders.pages.social import (
    Account,
    Post,
    SocialPage,
    answer,
    counts_at,
    dig,
    instant_of,
    read_answer,
    refused,
    rows,
    text_at,
    word_of,
)
from spiders.pages.social_text import plain_words
from spiders.pages.values import count_of

NETWORK: Final = "mastodon"
_ACCOUNT: Final = {
    "followers": "followers_count",
    "following": "following_count",
    "posts": "statuses_count",
}
_POST: Final = {"likes": "favourites_count", "comments": "replies_count", "shares": "reblogs_count"}

COLLECTIONS: Final = {"followers": "followers", "following": "following", "posts": "outbox"}
"""Our count -> the property of an actor whose collection has it as totalItems."""


def read_account(body: bytes | str) -> SocialPage:
    """/api/v1/accounts/lookup or /api/v1/accounts/:id: one account."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    ref, url = text_at(document, "id"), text_at(document, "url")
    if not ref or not text_at(document, "username"):
        return SocialPage()
    if dig(document, "suspended") is True:
        return SocialPage(PageStatus.NOT_FOUND, detail="suspended")
    return answer([
        Account(
            NETWORK,
            ref=ref,
            handle=_handle(document, url),
            title=text_at(document, "display_name") or None,
            url=url or None,
            counts=counts_at(document, _ACCOUNT),
            moved_to=text_at(document, "moved", "url") or None,
        )
    ])  # fmt: skip


def read_statuses(body: bytes | str) -> SocialPage:
    """/api/v1/accounts/:id/statuses (a list) or /api/v1/statuses/:id (one): own posts only."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if isinstance(document, dict):
        return answer(posts=[_post(document)])
    own = [one for one in rows(document) if dig(one, "reblog") is None]
    page = answer(posts=map(_post, own))
    page.status = PageStatus.OK
    oldest = text_at(rows(document)[-1], "id") if rows(document) else ""
    page.cursor = oldest or None
    return page


def read_webfinger(body: bytes | str) -> str | None:
    """The address of the ActivityPub actor that a /.well-known/webfinger names; None: none."""
    document, wall = read_answer(body)
    if wall is not None:
        return None
    for link in rows(document, "links"):
        kind = text_at(link, "type").lower()
        is_activity = kind.startswith("application/activity+json") or (
            kind.startswith("application/ld+json") and "activitystreams" in kind
        )
        address = text_at(link, "href")
        if text_at(link, "rel") == "self" and is_activity and address.startswith("https://"):
            return address
    return None


def read_actor(body: bytes | str) -> tuple[SocialPage, dict[str, str]]:
    """An ActivityPub actor: the account, and where its counts are asked for (our name -> address).

    An actor's collections are addresses of the actor's own host; others are not followed.
    """
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall, {}
    ref, name = text_at(document, "id"), text_at(document, "preferredUsername")
    if not ref.startswith("https://") or not name:
        return SocialPage(), {}
    host = _host(ref)
    account = Account(
        NETWORK,
        ref=ref,
        handle=f"{name}@{host}",
        title=text_at(document, "name") or None,
        url=text_at(document, "url") or ref,
        moved_to=text_at(document, "movedTo") or None,
    )
    counts = {ours: _collection(dig(document, theirs)) for ours, theirs in COLLECTIONS.items()}
    places = {ours: place for ours, place in counts.items() if place and _host(place) == host}
    return answer([account]), places


def read_collection(body: bytes | str, metric: str, ref: str) -> SocialPage:
    """A collection of an actor: its totalItems is the count named `metric` of the actor `ref`."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    reading = count_of(dig(document, "totalItems"))
    if reading is None:
        return SocialPage()
    return answer([Account(NETWORK, ref=ref, counts={metric: reading})])


def read_object(body: bytes | str) -> SocialPage:
    """An ActivityPub object (a post): likes.totalItems, shares.totalItems, replies.totalItems."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    ref = text_at(document, "id")
    if not ref.startswith("https://") or not text_at(document, "attributedTo"):
        return SocialPage()
    names = {
        "likes": "likes.totalItems",
        "shares": "shares.totalItems",
        "comments": "replies.totalItems",
    }
    return answer(posts=[
        Post(
            NETWORK,
            ref=ref,
            account_ref=text_at(document, "attributedTo"),
            title=text_at(document, "name") or text_at(document, "summary") or None,
            url=text_at(document, "url") or ref,
            published_at=instant_of(dig(document, "published")),
            counts=counts_at(document, names),
        )
    ])  # fmt: skip


def _post(status: Any) -> Post | None:
    ref, url = text_at(status, "id"), text_at(status, "url") or text_at(status, "uri")
    if not ref or not url.startswith(("https://", "http://")):
        return None
    account = dig(status, "account")
    return Post(
        NETWORK,
        ref=text_at(status, "uri") or url,
        account_ref=text_at(account, "id"),
        handle=_handle(account, text_at(account, "url")),
        title=plain_words(text_at(status, "content")),
        url=url,
        published_at=instant_of(dig(status, "created_at")),
        counts=counts_at(status, _POST),
    )


def _handle(account: Any, url: str) -> str:
    """name@host; the server leaves its own host out."""
    name = text_at(account, "acct") or text_at(account, "username")
    host = _host(url)
    return name if "@" in name or not host or not name else f"{name}@{host}"


def _collection(value: Any) -> str:
    """The address of a collection, given as text or as an object."""
    place = value if isinstance(value, str) else text_at(value, "id")
    return place if place.startswith("https://") else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _refusal(document: Any) -> SocialPage | None:
    if isinstance(document, list) or not text_at(document, "error"):
        return None
    word = word_of(document)
    known = {
        "record not found": PageStatus.NOT_FOUND,
        "gone": PageStatus.NOT_FOUND,
        "this api requires an authenticated user": PageStatus.LOGIN_WALL,
        "this method requires an authenticated user": PageStatus.LOGIN_WALL,
        "the access token is invalid": PageStatus.LOGIN_WALL,
        "too many requests": PageStatus.BLOCKED,
        "throttled": PageStatus.BLOCKED,
    }
    status = known.get(word.lower().rstrip("."))
    if status is not None:
        return SocialPage(status, detail=word)
    return refused(document) or SocialPage(PageStatus.BLOCKED, detail=word)
