"""Douyin (抖音), as a user's own browser saved it: the state that its pages carry.

Nothing here fetches: it wants signatures. There are no view counts.
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

NETWORK: Final = "douyin"
_USER: Final = {
    "followers": "followerCount",
    "following": "followingCount",
    "posts": "awemeCount",
    "likes": "totalFavorited",
}
_POST: Final = {
    "likes": "diggCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "collectCount",
}


def read_saved(text: str) -> SocialPage:
    """A saved page of an account or a video of douyin.com (script RENDER_DATA)."""
    state = in_script(text, "RENDER_DATA")
    accounts: list[Account | None] = []
    posts: list[Post | None] = []
    parts = state.values() if isinstance(state, dict) else []
    for part in parts:
        accounts.append(_account(dig(part, "user", "user")))
        posts.append(_post(dig(part, "aweme", "detail") or dig(part, "videoDetail")))
    page = answer(accounts, posts)
    return page if page.is_answer else SocialPage(judge_html(text))


def _account(user: Any) -> Account | None:
    ref = text_at(user, "secUid")
    if not ref:
        return None
    return Account(
        NETWORK,
        ref=ref,
        handle=text_at(user, "uniqueId") or text_at(user, "shortId"),
        title=text_at(user, "nickname") or None,
        url=f"https://www.douyin.com/user/{ref}",
        counts=counts_at(user, _USER),
    )


def _post(detail: Any) -> Post | None:
    ref = text_at(detail, "awemeId")
    if not ref.isdigit():
        return None
    author = dig(detail, "authorInfo") or dig(detail, "author")
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(author, "secUid"),
        handle=text_at(author, "uniqueId"),
        title=text_at(detail, "desc") or None,
        url=f"https://www.douyin.com/video/{ref}",
        published_at=instant_of(dig(detail, "createTime")),
        counts=counts_at(dig(detail, "stats"), _POST),
    )
