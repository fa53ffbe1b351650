"""What the networks' sources have in common: from what a reader found to a reading."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from spiders.items import AccountItem, FetchStatus, PostItem, counts_of
from spiders.pages.item import PARSER_VERSION, PageStatus
from spiders.pages.social import Account, Post, SocialPage
from spiders.sources.base import PageRequest, Reading

STATUSES: Final = {
    PageStatus.OK: FetchStatus.OK,
    PageStatus.AMBIGUOUS: FetchStatus.AMBIGUOUS,
    PageStatus.EMPTY: FetchStatus.EMPTY,
    PageStatus.BLOCKED: FetchStatus.BLOCKED,
    PageStatus.CHALLENGE: FetchStatus.CHALLENGE,
    PageStatus.LOGIN_WALL: FetchStatus.LOGIN_WALL,
    PageStatus.NOT_FOUND: FetchStatus.NOT_FOUND,
    PageStatus.SERVER_ERROR: FetchStatus.SERVER_ERROR,
    PageStatus.BAD_CONTENT: FetchStatus.BAD_CONTENT,
}


def reading_of(
    page: SocialPage,
    source: str,
    *,
    closed: FetchStatus = FetchStatus.NOT_PUBLIC,
    ref: str = "",
    requests: list[PageRequest] | None = None,
) -> Reading:
    """A reading of a page: its items, or why there are none.

    Args:
        source: the source's name, kept with every number.
        closed: what "not without a login" means: not public, or no key that is good.
        ref: the target's lasting id, if known now.
        requests: what to fetch next, if the page was an answer.
    """
    if page.status is PageStatus.LOGIN_WALL:
        return Reading(status=closed, detail=page.detail)
    status = STATUSES[page.status]
    if status not in (FetchStatus.OK, FetchStatus.AMBIGUOUS):
        return Reading(status=status, detail=page.detail)
    items = [account_item(one, source) for one in page.accounts]
    posts = [post_item(one, source) for one in page.posts]
    return Reading(
        items=[*items, *(one for one in posts if one is not None)],
        requests=requests or [],
        status=status,
        ref=ref[:300],
    )


def account_item(account: Account, source: str) -> AccountItem:
    """An account as it travels."""
    return AccountItem(
        ref=account.ref[:300],
        handle=account.handle[:300],
        url=(account.url or "")[:2_048],
        title=(account.title or "")[:300],
        counts=counts_of(account.counts, source),
        parser_version=PARSER_VERSION,
    )


def post_item(post: Post, source: str) -> PostItem | None:
    """A post as it travels; None: nothing tells it from others."""
    ref = (post.ref or post.url or "")[:300]
    if not ref:
        return None
    return PostItem(
        ref=ref,
        account_ref=post.account_ref[:300],
        url=(post.url or "")[:2_048],
        title=(post.title or "")[:300],
        published_at=post.published_at,
        counts=counts_of(post.counts, source),
        parser_version=PARSER_VERSION,
    )


def step(request: PageRequest) -> Reading:
    """An answer that only says where to ask on; it takes nothing from a reading's completeness."""
    return Reading(requests=[request], is_complete=True)


def nothing(detail: str = "") -> Reading:
    """An answer that adds nothing and spoils nothing: a part that is not given."""
    return Reading(detail=detail)


def path_of(url: str, *domains: str) -> str | None:
    """The path of an address on one of the domains or below; None: it is elsewhere."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https"):
        return None
    if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        return None
    return parts.path
