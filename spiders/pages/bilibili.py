"""Bilibili, as a user's own browser saved it: the state of a video's page, and its public JSON.

Fetching is off: see spiders.sources. Danmaku are comments of another kind and are not counted; a
coin is neither a like nor a save. Views may be the text "--": missing.
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
    judge_html,
    read_answer,
    refused,
    text_at,
)
from spiders.pages.state import assigned

NETWORK: Final = "bilibili"
_STAT: Final = {
    "views": "view",
    "likes": "like",
    "comments": "reply",
    "shares": "share",
    "saves": "favorite",
}
_RELATION: Final = {"followers": "follower", "following": "following"}


def read_saved(text: str) -> SocialPage:
    """A saved page of a video, or the JSON of x/relation/stat or x/web-interface/view."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return read_json(text)
    for state in assigned(text, ["__INITIAL_STATE__"]):
        video = dig(state, "videoData")
        counts = counts_at(dig(state, "upData"), {"followers": "fans", "following": "attention"})
        owner = _account(dig(state, "upData") or dig(video, "owner"))
        if owner is not None:
            owner.counts = counts
        page = answer([owner] if counts else [], [_post(video)])
        if page.is_answer:
            return page
    return SocialPage(judge_html(text))


def read_json(body: bytes | str) -> SocialPage:
    """x/relation/stat (an account's counts) or x/web-interface/view (a video)."""
    document, wall = read_answer(body)
    if wall is not None:
        return wall
    if text_at(document, "code") not in ("0", ""):
        return refused(document) or SocialPage(PageStatus.BLOCKED, detail=text_at(document, "code"))
    data = dig(document, "data")
    counts, ref = counts_at(data, _RELATION), text_at(data, "mid")
    if counts and ref.isdigit():
        return answer([Account(NETWORK, ref, ref, None, _space(ref), counts)])
    return answer(posts=[_post(data)])


def _account(owner: Any) -> Account | None:
    ref = text_at(owner, "mid")
    if not ref.isdigit():
        return None
    return Account(NETWORK, ref, ref, text_at(owner, "name") or None, _space(ref))


def _post(video: Any) -> Post | None:
    ref = text_at(video, "bvid")
    if not ref.startswith("BV"):
        return None
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(video, "owner", "mid"),
        handle=text_at(video, "owner", "mid"),
        title=text_at(video, "title") or None,
        url=f"https://www.bilibili.com/video/{ref}",
        published_at=instant_of(dig(video, "pubdate")),
        counts=counts_at(dig(video, "stat"), _STAT),
    )


def _space(ref: str) -> str:
    return f"https://space.bilibili.com/{ref}"
