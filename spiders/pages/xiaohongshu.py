"""Xiaohongshu (小红书), as a user's own browser saved it: the state that its pages carry.

Nothing here fetches: it wants signatures. Counts are texts such as "1.5万" and "10万+"; on a page
seen without login they may be "10+", which says only "at least". 获赞与收藏 of an account is likes
and saves in one number, so it is neither.
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
    rows,
    text_at,
)
from spiders.pages.state import assigned
from spiders.pages.values import count_of

NETWORK: Final = "xiaohongshu"
_INTERACTIONS: Final = {"fans": "followers", "follows": "following"}
_NOTE: Final = {
    "likes": "likedCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "collectedCount",
}
_ADDRESS: Final = "https://www.xiaohongshu.com"


def read_saved(text: str, url: str = "") -> SocialPage:
    """A saved page of an account (/user/profile/<id>) or of a note (/explore/<id>).

    `url` names the account: the state does not.
    """
    for state in assigned(text, ["__INITIAL_STATE__"]):
        account = _account(_unwrapped(dig(state, "user", "userPageData")), url)
        notes = _unwrapped(dig(state, "note", "noteDetailMap"))
        posts = [_post(dig(one, "note"), key) for key, one in notes.items()] if notes else []
        page = answer([account], posts)
        if page.is_answer:
            return page
    return SocialPage(judge_html(text, url))


def _unwrapped(value: Any) -> dict[str, Any]:
    """The state keeps some parts below `_rawValue` or `_value`."""
    for key in ("_rawValue", "_value"):
        if isinstance(dig(value, key), dict):
            value = value[key]
    return value if isinstance(value, dict) else {}


def _account(data: dict[str, Any], url: str) -> Account | None:
    name = text_at(data, "basicInfo", "nickname")
    if not name:
        return None
    account = Account(NETWORK, title=name, handle=text_at(data, "basicInfo", "redId"))
    _, found, rest = url.partition("/user/profile/")
    ref = rest.partition("?")[0].partition("/")[0] if found else ""
    if ref.isalnum():
        account.ref, account.url = ref, f"{_ADDRESS}/user/profile/{ref}"
    for one in rows(data, "interactions"):
        reading = count_of(dig(one, "count"))
        kind = text_at(one, "type")
        if reading is not None and kind in _INTERACTIONS:
            account.counts[_INTERACTIONS[kind]] = reading
    return account


def _post(note: Any, key: str) -> Post | None:
    ref = text_at(note, "noteId") or key
    counts = counts_at(dig(note, "interactInfo"), _NOTE)
    if not ref.isalnum() or not isinstance(note, dict) or not counts:
        return None
    author = text_at(note, "user", "userId")
    return Post(
        NETWORK,
        ref=ref,
        account_ref=author,
        title=text_at(note, "title") or text_at(note, "desc") or None,
        url=f"{_ADDRESS}/explore/{ref}",
        published_at=instant_of(dig(note, "time")),
        counts=counts,
    )
