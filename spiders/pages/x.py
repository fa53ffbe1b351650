"""X's API v2 with one's own token (it bills every account and post that it gives)."""

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
    refused,
    rows,
    text_at,
    word_of,
)

NETWORK: Final = "x"
_ACCOUNT: Final = {
    "followers": "public_metrics.followers_count",
    "following": "public_metrics.following_count",
    "posts": "public_metrics.tweet_count",
}
_POST: Final = {
    "likes": "public_metrics.like_count",
    "comments": "public_metrics.reply_count",
    "shares": "public_metrics.retweet_count",
    "saves": "public_metrics.bookmark_count",
    "views": "public_metrics.impression_count",
}
"""Quotes are posts of their own and no shares. Impressions are what X itself shows as views."""


def read_users(body: bytes | str) -> SocialPage:
    """/2/users/by?usernames=…: accounts; one that does not exist, or is suspended, is missing."""
    return _read(body, "users")


def read_tweets(body: bytes | str) -> SocialPage:
    """/2/users/:id/tweets or /2/tweets?ids=…: posts; a deleted one is missing."""
    return _read(body, "tweets")


def _read(body: bytes | str, kind: str) -> SocialPage:
    document, wall = read_answer(body)
    if wall is not None:
        return wall
    found = rows(document, "data")
    if not found and isinstance(dig(document, "data"), dict):
        found = [document["data"]]
    if not found:
        return _without_data(document, kind)
    if kind == "users":
        return answer(accounts=map(_account, found))
    return answer(posts=map(_post, found), cursor=text_at(document, "meta", "next_token") or None)


def _without_data(document: Any, kind: str) -> SocialPage:
    errors = rows(document, "errors")
    kinds = {text_at(one, "type").rpartition("/")[2] for one in errors}
    if errors and kinds <= {"resource-not-found", "not-authorized-for-resource"}:
        return SocialPage(PageStatus.NOT_FOUND, detail=text_at(errors[0], "title"))
    if kind == "tweets" and text_at(document, "meta", "result_count") == "0":
        return SocialPage(PageStatus.OK)  # an account without posts is an answer
    status = {
        "401": PageStatus.LOGIN_WALL,
        "402": PageStatus.LOGIN_WALL,
        "403": PageStatus.LOGIN_WALL,
        "429": PageStatus.BLOCKED,
        "503": PageStatus.SERVER_ERROR,
    }.get(text_at(document, "status"))
    if status is not None:
        return SocialPage(status, detail=text_at(document, "title") or word_of(document))
    return refused(document) or SocialPage(
        PageStatus.BLOCKED if errors else PageStatus.EMPTY, detail=word_of(document)
    )


def _account(user: Any) -> Account | None:
    ref, handle = text_at(user, "id"), text_at(user, "username")
    if not ref:
        return None
    return Account(
        NETWORK,
        ref=ref,
        handle=handle,
        title=text_at(user, "name") or None,
        url=f"https://x.com/{handle}" if handle else None,
        counts=counts_at(user, _ACCOUNT),
    )


def _post(tweet: Any) -> Post | None:
    ref = text_at(tweet, "id")
    if not ref or not ref.isdigit():
        return None
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(tweet, "author_id"),
        title=text_at(tweet, "text") or None,
        url=f"https://x.com/i/web/status/{ref}",
        published_at=instant_of(dig(tweet, "created_at")),
        counts=counts_at(tweet, _POST),
    )
