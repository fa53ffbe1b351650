"""Weibo, as a user's own browser saved it: m.weibo.cn's page of a post, and its JSON.

Nothing here fetches: Weibo answers only to visitors it has marked. A count may be a number, or a
text such as "100万+" in the same place.
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
    rows,
    text_at,
)
from spiders.pages.social_text import plain_words
from spiders.pages.state import assigned

NETWORK: Final = "weibo"
_ACCOUNT: Final = {
    "followers": "followers_count",
    "following": "follow_count",
    "posts": "statuses_count",
}
_OTHER_FOLLOWING: Final = {"following": "friends_count"}
_POST: Final = {"likes": "attitudes_count", "comments": "comments_count", "shares": "reposts_count"}


def read_saved(text: str) -> SocialPage:
    """A page of m.weibo.cn or weibo.com, or the JSON of one of its addresses."""
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return read_json(text)
    for state in assigned(text, ["$render_data", "window.$render_data"]):
        status = dig(state, 0, "status") or dig(state, "status")
        page = _page(None, [status])
        if page.is_answer:
            return page
    return SocialPage(judge_html(text))


def read_json(body: bytes | str) -> SocialPage:
    """api/container/getIndex (a user with cards), ajax/profile/info, ajax/statuses/*."""
    document, wall = read_answer(body)
    if wall is not None:
        return wall
    if text_at(document, "ok") == "-100" or text_at(document, "url").find("passport") >= 0:
        return SocialPage(PageStatus.LOGIN_WALL)
    data = dig(document, "data") or document
    user = dig(data, "userInfo") or dig(data, "user")
    statuses = [dig(card, "mblog") for card in rows(data, "cards")]
    statuses += rows(data, "list") or rows(data, "statuses")
    if text_at(data, "idstr") or text_at(data, "mblogid"):
        statuses.append(data)
    page = _page(user, statuses)
    return page if page.is_answer else refused(document) or page


def _page(user: Any, statuses: list[Any]) -> SocialPage:
    posts = [_post(one) for one in statuses if dig(one, "retweeted_status") is None]
    return answer([_account(user)], posts)


def _account(user: Any) -> Account | None:
    ref = text_at(user, "id") or text_at(user, "idstr")
    if not ref.isdigit():
        return None
    counts = counts_at(user, _OTHER_FOLLOWING) | counts_at(user, _ACCOUNT)
    name = text_at(user, "screen_name")
    return Account(NETWORK, ref, ref, name or None, f"https://weibo.com/u/{ref}", counts)


def _post(status: Any) -> Post | None:
    ref = text_at(status, "idstr") or text_at(status, "id") or text_at(status, "mid")
    if not ref.isdigit() or not counts_at(status, _POST):
        return None
    author = text_at(status, "user", "id") or text_at(status, "user", "idstr")
    code = text_at(status, "mblogid") or text_at(status, "bid")
    url = f"https://m.weibo.cn/status/{ref}"
    if author and code:
        url = f"https://weibo.com/{author}/{code}"
    return Post(
        NETWORK,
        ref=ref,
        account_ref=author,
        handle=author,
        title=plain_words(text_at(status, "text_raw") or text_at(status, "text")),
        url=url,
        published_at=instant_of(dig(status, "created_at")),
        counts=counts_at(status, _POST),
    )
