"""Bluesky's public answers: profiles, an author's feed, posts (app.bsky.* lexicons).

An account is its did, since handles change. There are no view counts anywhere, so views are never
known. Quotes are not counted among shares: older answers do not tell them.
"""

from __future__ import annotations

from typing import Any, Final

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
    rows,
    text_at,
    word_of,
)

NETWORK: Final = "bluesky"
_ACCOUNT: Final = {
    "followers": "followersCount",
    "following": "followsCount",
    "posts": "postsCount",
}
_POST: Final = {
    "likes": "likeCount",
    "comments": "replyCount",
    "shares": "repostCount",
    "saves": "bookmarkCount",
}
_REFUSALS: Final = {
    "AccountTakedown": PageStatus.NOT_FOUND,
    "AccountDeactivated": PageStatus.NOT_FOUND,
    "AccountSuspended": PageStatus.NOT_FOUND,
    "NotFound": PageStatus.NOT_FOUND,
    "RateLimitExceeded": PageStatus.BLOCKED,
    "AuthMissing": PageStatus.LOGIN_WALL,
    "AuthenticationRequired": PageStatus.LOGIN_WALL,
    "BlockedActor": PageStatus.LOGIN_WALL,
    "BlockedByActor": PageStatus.LOGIN_WALL,
    "InternalServerError": PageStatus.SERVER_ERROR,
    "UpstreamFailure": PageStatus.SERVER_ERROR,
}


def read_profiles(body: bytes | str) -> SocialPage:
    """app.bsky.actor.getProfiles (or one getProfile): accounts; unknown ones are missing."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    found = rows(document, "profiles") or ([document] if text_at(document, "did") else [])
    if not found and isinstance(dig(document, "profiles"), list):
        return SocialPage(PageStatus.NOT_FOUND)
    return answer(accounts=map(_account, found))


def read_feed(body: bytes | str, actor: str = "") -> SocialPage:
    """app.bsky.feed.getAuthorFeed: the author's own posts; reposts of others' are left out.

    `actor` is the did or handle that was asked; "" when unknown: then only reposts that say so
    are left out.
    """
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not isinstance(dig(document, "feed"), list):
        return SocialPage()
    own = [_post(dig(row, "post")) for row in rows(document, "feed") if not dig(row, "reason")]
    wanted = actor.removeprefix("@").lower()
    if wanted:
        own = [one for one in own if one and wanted in (one.account_ref, one.handle.lower())]
    page = answer(posts=own, cursor=text_at(document, "cursor") or None)
    page.status = PageStatus.OK  # an empty feed is an answer too
    return page


def read_posts(body: bytes | str) -> SocialPage:
    """app.bsky.feed.getPosts: posts that were known; one that was deleted is missing."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not isinstance(dig(document, "posts"), list):
        return SocialPage()
    page = answer(posts=map(_post, rows(document, "posts")))
    return page if page.posts else SocialPage(PageStatus.NOT_FOUND)


def _account(profile: Any) -> Account | None:
    did = text_at(profile, "did")
    if not did.startswith("did:"):
        return None
    handle = text_at(profile, "handle")
    return Account(
        NETWORK,
        ref=did,
        handle="" if handle == "handle.invalid" else handle,
        title=text_at(profile, "displayName") or None,
        url=f"https://bsky.app/profile/{did}",
        counts=counts_at(profile, _ACCOUNT),
    )


def _post(post: Any) -> Post | None:
    uri = text_at(post, "uri")
    parts = uri.removeprefix("at://").split("/")
    if not uri.startswith("at://did:") or len(parts) != 3:
        return None
    return Post(
        NETWORK,
        ref=uri,
        account_ref=text_at(post, "author", "did") or parts[0],
        handle=text_at(post, "author", "handle"),
        title=text_at(post, "record", "text") or None,
        url=f"https://bsky.app/profile/{parts[0]}/post/{parts[2]}",
        published_at=instant_of(dig(post, "record", "createdAt"))
        or instant_of(dig(post, "indexedAt")),
        counts=counts_at(post, _POST),
    )


def _refusal(document: Any) -> SocialPage | None:
    error = text_at(document, "error")
    if not error:
        return None
    status = _REFUSALS.get(error, PageStatus.BLOCKED)
    words = text_at(document, "message")
    if "not found" in words.lower() or "could not find" in words.lower():
        status = PageStatus.NOT_FOUND
    return SocialPage(status, detail=(words or word_of(document))[:200])
