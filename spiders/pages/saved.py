"""A page that a person saved from the own browser: which network it is of, and what it says.

The same readers as for fetched pages. Nothing is bypassed: the person saw the page, and the file
holds what was shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from spiders.pages import (
    bilibili,
    blocks,
    bluesky,
    douyin,
    instagram,
    kuaishou,
    mastodon,
    reddit,
    telegram,
    tiktok,
    twitch,
    weibo,
    x,
    xiaohongshu,
    youtube,
    zhihu,
)
from spiders.pages.charset import decode_page
from spiders.pages.item import PageItem, PageKind, PageStatus
from spiders.pages.listing import read_page
from spiders.pages.social import Account, Post, SocialPage, instant_of
from tracker.domain.social_urls import read_social_url

Reader = Callable[[str, str], SocialPage]
"""From text and address to what it says."""

Readers = Sequence[Callable[[str], SocialPage]]

_TELEGRAM: Final[Readers] = (telegram.read_channel, telegram.read_card, telegram.read_embed)
_BLUESKY: Final[Readers] = (bluesky.read_profiles, bluesky.read_feed, bluesky.read_posts)
_YOUTUBE: Final[Readers] = (youtube.read_channels, youtube.read_videos)
_REDDIT: Final[Readers] = (reddit.read_thing, reddit.read_listing)
_TWITCH: Final[Readers] = (twitch.read_users, twitch.read_videos)
_MASTODON: Final[Readers] = (mastodon.read_account, mastodon.read_object, mastodon.read_statuses)

_READERS: Final[dict[str, tuple[str, Reader]]] = {
    "weibo.com": (weibo.NETWORK, lambda text, url: weibo.read_saved(text)),
    "weibo.cn": (weibo.NETWORK, lambda text, url: weibo.read_saved(text)),
    "douyin.com": (douyin.NETWORK, lambda text, url: douyin.read_saved(text)),
    "xiaohongshu.com": (xiaohongshu.NETWORK, xiaohongshu.read_saved),
    "bilibili.com": (bilibili.NETWORK, lambda text, url: bilibili.read_saved(text)),
    "zhihu.com": (zhihu.NETWORK, lambda text, url: zhihu.read_saved(text)),
    "kuaishou.com": (kuaishou.NETWORK, lambda text, url: kuaishou.read_saved(text)),
    "tiktok.com": (tiktok.NETWORK, lambda text, url: tiktok.read_saved(text)),
    "t.me": (telegram.NETWORK, lambda text, url: _first(_TELEGRAM, text)),
    "bsky.app": (bluesky.NETWORK, lambda text, url: _first(_BLUESKY, text)),
    "youtube.com": (youtube.NETWORK, lambda text, url: _first((youtube.read_feed,), text)),
    "googleapis.com": (youtube.NETWORK, lambda text, url: _first(_YOUTUBE, text)),
    "graph.facebook.com": (instagram.NETWORK, lambda text, url: instagram.read_discovery(text)),
    "api.x.com": (x.NETWORK, lambda text, url: _first((x.read_users, x.read_tweets), text)),
    "oauth.reddit.com": (reddit.NETWORK, lambda text, url: _first(_REDDIT, text)),
    "api.twitch.tv": (twitch.NETWORK, lambda text, url: _first(_TWITCH, text)),
}
"""Domain of a network -> its name and its reader. Pages that tell by their markup alone need none.
"""


_SAVED_FROM = re.compile(r"<!--\s{0,9}saved from url=\(\d{4}\)(\S{1,2000})")
_TAG = re.compile(r"<(?:link|meta)\b([^<>]{1,3000})>", re.IGNORECASE)
_CANONICAL = re.compile(r"""\brel=["']?canonical\b""", re.IGNORECASE)
_OG_URL = re.compile(r"""\bproperty=["']?og:url\b""", re.IGNORECASE)
_ADDRESS = re.compile(r"""\b(?:href|content)=["']?([^"'\s>]{1,2000})""", re.IGNORECASE)
MAX_TAGS: Final = 1_000


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What a saved page says: of an account or posts, or of a listing."""

    network: str
    """Of the accounts and posts; "": a page of no network known here."""
    url: str
    """Where it was, as given or as it says itself; "": unknown."""
    social: SocialPage | None = None
    listing: PageItem | None = None

    @property
    def status(self) -> PageStatus:
        """What came of reading it."""
        if self.social is not None:
            return self.social.status
        return PageStatus.EMPTY if self.listing is None else self.listing.status


def read_saved(body: bytes, url: str = "") -> SavedPage:
    """Read a saved page; nothing is raised.

    Args:
        body: the file.
        url: where the page was; "": as the file says (browsers note it, and most pages do).
    """
    text = decode_page(body).text
    url = url or address_of(text)
    network, reader = _reader_of(url)
    if reader is not None:
        found = reader(text, url)
        if found.is_answer or found.status not in (PageStatus.EMPTY, PageStatus.OK):
            return SavedPage(network, url, social=found)
    item = read_page(text, url)
    if item.kind in (PageKind.PROFILE, PageKind.POST):
        return SavedPage(network, url, social=of_markup(item, network))
    if network:
        return SavedPage(network, url, social=SocialPage(item.status))
    return SavedPage("", url, listing=item)


def address_of(text: str) -> str:
    """Where a saved page was, as it says itself; "": it does not."""
    head = text[:200_000]
    saved = _SAVED_FROM.search(head)
    found = [saved[1].removesuffix("-->")] if saved else []
    tags = [match[1] for match in islice(_TAG.finditer(head), MAX_TAGS)]
    for wanted in (_CANONICAL, _OG_URL):
        found += [
            match[1] for tag in tags if wanted.search(tag) and (match := _ADDRESS.search(tag))
        ]
    addresses = (one.replace("&amp;", "&") for one in found)
    return next((one for one in addresses if one.startswith(("https://", "http://"))), "")


def network_of(url: str) -> str:
    """The network that an address is of; "": none known here."""
    return _reader_of(url)[0]


def _reader_of(url: str) -> tuple[str, Reader | None]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "", None
    if parts.path.startswith(("/api/v1/accounts/", "/api/v1/statuses/")):
        return mastodon.NETWORK, lambda text, url: _first(_MASTODON, text)
    for domain, (network, reader) in _READERS.items():
        if host == domain or host.endswith(f".{domain}"):
            return network, reader
    return "", None


def item_of(page: SavedPage) -> PageItem:
    """The one thing that a saved page is about, as `tracker read-page` prints it.

    Of an account's page with its posts the account; of a post's page with its author the post.
    Several posts without their account are a list.
    """
    social = page.social
    if social is None:
        return page.listing or PageItem(url=page.url or None)
    if not social.is_answer:
        return PageItem(*blocks.verdict_of(social.status)) if _is_wall(social) else PageItem()
    is_post = bool(read_social_url(page.url).post) or not social.accounts
    if is_post and len(social.posts) > 1:
        return PageItem(PageKind.LIST, PageStatus.OK, url=page.url or None)
    post = social.posts[0] if is_post and social.posts else None
    thing = post or social.accounts[0]
    item = PageItem(PageKind.POST if post else PageKind.PROFILE, social.status)
    item.title, item.handle, item.url = thing.title, thing.handle or None, thing.url or page.url
    item.counts = dict(thing.counts)
    item.sources = dict.fromkeys(thing.counts, page.network)
    if post is not None and post.published_at is not None:
        item.published_at = post.published_at.isoformat()
    return item


def _is_wall(social: SocialPage) -> bool:
    return social.status not in (PageStatus.OK, PageStatus.EMPTY, PageStatus.AMBIGUOUS)


def of_markup(item: PageItem, network: str) -> SocialPage:
    """The account or post that a page's markup tells of, whatever network it is."""
    page = SocialPage(item.status)
    if item.kind is PageKind.PROFILE:
        page.accounts.append(
            Account(network, "", item.handle or "", item.title, item.url, dict(item.counts))
        )
    elif item.kind is PageKind.POST:
        page.posts.append(
            Post(
                network,
                ref=item.url or "",
                handle=item.handle or "",
                title=item.title,
                url=item.url,
                published_at=instant_of(item.published_at),
                counts=dict(item.counts),
            )
        )
    return page


def _first(readers: Readers, text: str) -> SocialPage:
    """What the first reader says that finds something; else why there is nothing."""
    pages = []
    for read in readers:
        pages.append(read(text))
        if pages[-1].is_answer:
            return pages[-1]
    return next((page for page in pages if page.status is not PageStatus.EMPTY), pages[-1])
