"""Twitch's Helix API with one's own application token: channels, followers, videos.

Followers may be refused to a token without the moderator's scope: then they are missing.
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
    rows,
    text_at,
    word_of,
)

NETWORK: Final = "twitch"


def read_users(body: bytes | str) -> SocialPage:
    """helix/users?login=…: accounts, without numbers."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not isinstance(dig(document, "data"), list):
        return SocialPage()
    page = answer(accounts=map(_account, rows(document, "data")))
    return page if page.accounts else SocialPage(PageStatus.NOT_FOUND)


def _account(user: Any) -> Account | None:
    ref, handle = text_at(user, "id"), text_at(user, "login")
    if not ref or not handle:
        return None
    title = text_at(user, "display_name") or None
    return Account(NETWORK, ref, handle, title, f"https://www.twitch.tv/{handle}")


def read_followers(body: bytes | str, ref: str) -> SocialPage:
    """helix/channels/followers?broadcaster_id=…: `total` is the number of followers of `ref`."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    counts = counts_at(document, {"followers": "total"})
    return answer([Account(NETWORK, ref=ref, counts=counts)]) if counts else SocialPage()


def read_videos(body: bytes | str) -> SocialPage:
    """helix/videos?user_id=…: videos with their views; there are no likes or comments."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not isinstance(dig(document, "data"), list):
        return SocialPage()
    cursor = text_at(document, "pagination", "cursor") or None
    page = answer(posts=map(_post, rows(document, "data")), cursor=cursor)
    page.status = PageStatus.OK
    return page


def _post(video: Any) -> Post | None:
    ref = text_at(video, "id")
    if not ref:
        return None
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(video, "user_id"),
        handle=text_at(video, "user_login"),
        title=text_at(video, "title") or None,
        url=text_at(video, "url") or f"https://www.twitch.tv/videos/{ref}",
        published_at=instant_of(dig(video, "published_at") or dig(video, "created_at")),
        counts=counts_at(video, {"views": "view_count"}),
    )


def _refusal(document: Any) -> SocialPage | None:
    if not text_at(document, "error"):
        return None
    status = {
        "401": PageStatus.LOGIN_WALL,
        "403": PageStatus.LOGIN_WALL,
        "404": PageStatus.NOT_FOUND,
        "429": PageStatus.BLOCKED,
        "500": PageStatus.SERVER_ERROR,
        "503": PageStatus.SERVER_ERROR,
    }.get(text_at(document, "status"))
    if status is not None:
        return SocialPage(status, detail=word_of(document))
    return refused(document) or SocialPage(PageStatus.BLOCKED, detail=word_of(document))
