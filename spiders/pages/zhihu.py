"""Zhihu, as a user's own browser saved it: the state that its pages carry.

Nothing here fetches: it wants a challenge solved in WebAssembly.
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
from spiders.pages.social_text import plain_words
from spiders.pages.state import in_script

NETWORK: Final = "zhihu"
_USER: Final = {
    "followers": "followerCount",
    "following": "followingCount",
    "posts": "answerCount",
    "likes": "voteupCount",
}
_ANSWER: Final = {"likes": "voteupCount", "comments": "commentCount", "saves": "favlistsCount"}


def read_saved(text: str) -> SocialPage:
    """A saved page of a person, answer or article of zhihu.com (script js-initialData).

    A person's page also carries other people: the state says whose page it is only by address, so
    an account is read where the page has exactly one with a number of followers.
    """
    entities = dig(in_script(text, "js-initialData"), "initialState", "entities")
    users = [_account(one) for one in _values(entities, "users")]
    counted = [one for one in users if one is not None and "followers" in one.counts]
    posts = [_post(one, "answer") for one in _values(entities, "answers")]
    posts += [_post(one, "article") for one in _values(entities, "articles")]
    page = answer(counted if len(counted) == 1 else [], posts)
    return page if page.is_answer else SocialPage(judge_html(text))


def _values(entities: Any, name: str) -> list[Any]:
    found = dig(entities, name)
    return list(found.values()) if isinstance(found, dict) else []


def _account(user: Any) -> Account | None:
    handle = text_at(user, "urlToken")
    if not handle:
        return None
    return Account(
        NETWORK,
        ref=text_at(user, "id") or handle,
        handle=handle,
        title=text_at(user, "name") or None,
        url=f"https://www.zhihu.com/people/{handle}",
        counts=counts_at(user, _USER),
    )


def _post(item: Any, kind: str) -> Post | None:
    ref, counts = text_at(item, "id"), counts_at(item, _ANSWER)
    if not ref.isdigit() or not counts:
        return None
    question = text_at(item, "question", "id")
    url = f"https://zhuanlan.zhihu.com/p/{ref}"
    if kind == "answer":
        url = f"https://www.zhihu.com/question/{question}/answer/{ref}" if question else ""
    title = text_at(item, "title") or text_at(item, "question", "title")
    return Post(
        NETWORK,
        ref=f"{kind}/{ref}",
        account_ref=text_at(item, "author", "id"),
        handle=text_at(item, "author", "urlToken"),
        title=title or plain_words(text_at(item, "excerpt")),
        url=url or None,
        published_at=instant_of(dig(item, "createdTime") or dig(item, "created")),
        counts=counts,
    )
