"""TikTok, as a user's own browser saved it: the state that its pages carry.

Nothing here fetches: it wants a challenge solved. Every count stands there twice, rounded as a
number and exact as a text; the exact one is read.
"""

from __future__ import annotations

from typing import Any, Final

from spiders.pages.social import (
    Account,
    Post,
    SocialPage,
    answer,
    counts_at,
    dig,
    instant_of,
    judge_html,
    text_at,
)
from spiders.pages.state import in_script

NETWORK: Final = "tiktok"
_USER: Final = {
    "followers": "followerCount",
    "following": "followingCount",
    "posts": "videoCount",
    "likes": "heartCount",
}
_POST: Final = {
    "views": "playCount",
    "likes": "diggCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "collectCount",
}


def read_saved(text: str) -> SocialPage:
    """A saved page of tiktok.com (script __UNIVERSAL_DATA_FOR_REHYDRATION__)."""
    scope = dig(in_script(text, "__UNIVERSAL_DATA_FOR_REHYDRATION__"), "__DEFAULT_SCOPE__")
    account = _account(dig(scope, "webapp.user-detail", "userInfo"))
    post = _post(dig(scope, "webapp.video-detail", "itemInfo", "itemStruct"))
    page = answer([account], [post])
    return page if page.is_answer else SocialPage(judge_html(text))


def _account(found: Any) -> Account | None:
    handle = text_at(found, "user", "uniqueId")
    if not handle:
        return None
    return Account(
        NETWORK,
        ref=text_at(found, "user", "id"),
        handle=handle,
        title=text_at(found, "user", "nickname") or None,
        url=f"https://www.tiktok.com/@{handle}",
        counts=counts_at(dig(found, "stats"), _USER) | counts_at(dig(found, "statsV2"), _USER),
    )


def _post(item: Any) -> Post | None:
    ref = text_at(item, "id")
    if not ref.isdigit():
        return None
    handle = text_at(item, "author", "uniqueId")
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(item, "author", "id"),
        handle=handle,
        title=text_at(item, "desc") or None,
        url=f"https://www.tiktok.com/@{handle}/video/{ref}" if handle else None,
        published_at=instant_of(dig(item, "createTime")),
        counts=counts_at(dig(item, "stats"), _POST) | counts_at(dig(item, "statsV2"), _POST),
    )
