"""Instagram's Business Discovery: public figures of a professional account, with one's own token.

Personal and age-restricted accounts are not given. An owner who hides likes has none: missing.
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

NETWORK: Final = "instagram"
ACCOUNT_FIELDS: Final = "id,username,name,followers_count,follows_count,media_count"
MEDIA_FIELDS: Final = "id,permalink,timestamp,caption,like_count,comments_count,view_count"

_ACCOUNT: Final = {
    "followers": "followers_count",
    "following": "follows_count",
    "posts": "media_count",
}
_MEDIA: Final = {"likes": "like_count", "comments": "comments_count", "views": "view_count"}

_CODES: Final = {
    "4": PageStatus.BLOCKED,
    "17": PageStatus.BLOCKED,
    "32": PageStatus.BLOCKED,
    "613": PageStatus.BLOCKED,
    "10": PageStatus.LOGIN_WALL,
    "102": PageStatus.LOGIN_WALL,
    "104": PageStatus.LOGIN_WALL,
    "190": PageStatus.LOGIN_WALL,
    "200": PageStatus.LOGIN_WALL,
    "24": PageStatus.NOT_FOUND,
    "110": PageStatus.NOT_FOUND,
    "1": PageStatus.SERVER_ERROR,
    "2": PageStatus.SERVER_ERROR,
}
"""Error codes of the Graph API: limits, tokens and permissions, no such user, its own faults."""


def read_discovery(body: bytes | str) -> SocialPage:
    """?fields=business_discovery.username(…){…,media{…}}: one account and its newest posts."""
    document, wall = read_answer(body)
    if wall is not None:
        return wall
    if dig(document, "error") is not None:
        code = text_at(document, "error", "code")
        status = _CODES.get(code, PageStatus.BLOCKED)
        return SocialPage(status, detail=word_of(document))
    found = dig(document, "business_discovery")
    handle, ref = text_at(found, "username"), text_at(found, "id")
    if not handle and not ref:
        return SocialPage()
    account = Account(
        NETWORK,
        ref=ref,
        handle=handle,
        title=text_at(found, "name") or None,
        url=f"https://www.instagram.com/{handle}/" if handle else None,
        counts=counts_at(found, _ACCOUNT),
    )
    posts = [_post(one, account) for one in rows(found, "media", "data")]
    cursor = text_at(found, "media", "paging", "cursors", "after")
    return answer([account], posts, cursor or None)


def _post(media: Any, account: Account) -> Post | None:
    ref = text_at(media, "id")
    if not ref:
        return None
    return Post(
        NETWORK,
        ref=ref,
        account_ref=account.ref,
        handle=account.handle,
        title=text_at(media, "caption") or None,
        url=text_at(media, "permalink") or None,
        published_at=instant_of(dig(media, "timestamp")),
        counts=counts_at(media, _MEDIA),
    )
