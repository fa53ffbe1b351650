"""Sources by name. One more source: its module here, its class in `_ALL` (before `page`)."""

from __future__ import annotations

from typing import Final

from spiders.sources.base import Source
from spiders.sources.bilibili import BilibiliSource
from spiders.sources.bluesky import BlueskySource
from spiders.sources.instagram import InstagramSource
from spiders.sources.mastodon import MastodonSource
from spiders.sources.page import PageSource
from spiders.sources.ranking import RankingSource
from spiders.sources.reddit import RedditSource
from spiders.sources.shopify import ShopifySource
from spiders.sources.telegram import TelegramSource
from spiders.sources.twitch import TwitchSource
from spiders.sources.woocommerce import WooCommerceSource
from spiders.sources.x import XSource
from spiders.sources.youtube import YouTubeApiSource, YouTubeSource

_ALL: Final[tuple[Source, ...]] = (
    BlueskySource(),
    MastodonSource(),
    TelegramSource(),
    YouTubeSource(),
    YouTubeApiSource(),
    InstagramSource(),
    XSource(),
    RedditSource(),
    TwitchSource(),
    BilibiliSource(),
    ShopifySource(),
    WooCommerceSource(),
    PageSource(),
    RankingSource(),
)
"""In the order in which they are asked whether an address is theirs; `page` takes the rest, but
for `ranking`, which only a person chooses."""

SOURCES: Final[dict[str, Source]] = {source.name: source for source in _ALL}


def find_source(name: str) -> Source | None:
    """The source of that name; None: there is none."""
    return SOURCES.get(name)


def source_for(url: str, kind: str) -> Source | None:
    """The source that a target with this address and kind is read by when nobody says which."""
    return next((one for one in _ALL if kind in one.kinds and one.matches(url)), None)
