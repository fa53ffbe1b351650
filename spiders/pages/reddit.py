"""Reddit's OAuth Data API with one's own application: subreddits, users, posts.

A user has no public number of followers. A post's score is its likes less its dislikes, and
Reddit blurs it: it is stored as likes with a rounded precision; below 0 it is missing.
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
    refused,
    rounded_to,
    rows,
    text_at,
    word_of,
)

NETWORK: Final = "reddit"
SCORE_DIGITS: Final = 2
"""Digits of a score that are taken for sure."""


def read_thing(body: bytes | str) -> SocialPage:
    """/r/<name>/about (a subreddit: its subscribers) or /user/<name>/about (no followers)."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    kind, data = text_at(document, "kind"), dig(document, "data")
    if kind not in ("t5", "t2") or dig(data, "is_suspended") is True:
        return SocialPage(PageStatus.NOT_FOUND if kind == "t2" else PageStatus.EMPTY)
    is_group = kind == "t5"
    handle = text_at(data, "display_name" if is_group else "name")
    counts = counts_at(data, {"followers": "subscribers"}) if is_group else {}
    place = f"r/{handle}" if is_group else f"user/{handle}"
    return answer([
        Account(
            NETWORK,
            ref=text_at(data, "name") if is_group else f"t2_{text_at(data, 'id')}",
            handle=place,
            title=text_at(data, "title") or text_at(data, "subreddit", "title") or None,
            url=f"https://www.reddit.com/{place}/",
            counts=counts,
        )
    ])  # fmt: skip


def read_listing(body: bytes | str) -> SocialPage:
    """/user/<name>/submitted, /r/<name>/new or /by_id/t3_…: posts."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if text_at(document, "kind") != "Listing":
        return SocialPage()
    children = rows(document, "data", "children")
    posts = [_post(dig(one, "data")) for one in children if text_at(one, "kind") == "t3"]
    page = answer(posts=posts, cursor=text_at(document, "data", "after") or None)
    page.status = PageStatus.OK
    return page


def _post(data: Any) -> Post | None:
    ref, link = text_at(data, "name"), text_at(data, "permalink")
    if not ref.startswith("t3_"):
        return None
    counts = counts_at(data, {"comments": "num_comments"})
    score = rounded_to(counts_at(data, {"likes": "score"}).get("likes"), SCORE_DIGITS)
    if score is not None and dig(data, "hide_score") is not True:
        counts["likes"] = score
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(data, "author_fullname"),
        handle=text_at(data, "author"),
        title=text_at(data, "title") or None,
        url=f"https://www.reddit.com{link}" if link.startswith("/") else None,
        published_at=instant_of(dig(data, "created_utc")),
        counts=counts,
    )


def _refusal(document: Any) -> SocialPage | None:
    code, reason = text_at(document, "error"), text_at(document, "reason")
    if not code:
        return None
    if reason in ("private", "banned", "quarantined", "gold_only"):
        return SocialPage(PageStatus.NOT_FOUND, detail=reason)
    status = {
        "401": PageStatus.LOGIN_WALL,
        "403": PageStatus.BLOCKED,
        "404": PageStatus.NOT_FOUND,
        "429": PageStatus.BLOCKED,
        "500": PageStatus.SERVER_ERROR,
        "503": PageStatus.SERVER_ERROR,
    }.get(code)
    if status is not None:
        return SocialPage(status, detail=text_at(document, "message"))
    return refused(document) or SocialPage(PageStatus.BLOCKED, detail=word_of(document))
