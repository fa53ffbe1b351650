"""YouTube: a channel's feed, which needs no key, and the Data API's answers, which need one.

The feed has the newest 15 videos with views and likes, and no subscribers. All numbers of the API
are texts; a channel may hide its subscribers and a video its likes and comments: then they are
missing. Subscribers are cut to three digits by YouTube, and are marked so.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from spiders.pages.charset import decode_page
from spiders.pages.item import PageStatus
from spiders.pages.nodes import clean_text
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
    rounded_to,
    rows,
    text_at,
    word_of,
)
from spiders.pages.values import count_of
from tracker.domain.numbers import NumberReading

NETWORK: Final = "youtube"
CHANNEL: Final = re.compile(r"UC[A-Za-z0-9_-]{22}")
VIDEO: Final = re.compile(r"[A-Za-z0-9_-]{11}")

_ATOM = "{http://www.w3.org/2005/Atom}"
_YT = "{http://www.youtube.com/xml/schemas/2015}"
_MEDIA = "{http://search.yahoo.com/mrss/}"

_VIDEO: Final = {
    "views": "statistics.viewCount",
    "likes": "statistics.likeCount",
    "comments": "statistics.commentCount",
}
SUBSCRIBER_DIGITS: Final = 3
"""Digits that the public number of subscribers keeps (Data API, channels, statistics)."""


def read_feed(body: bytes | str) -> SocialPage:
    """feeds/videos.xml?channel_id=…: the channel without numbers, and its newest videos."""
    text = body if isinstance(body, str) else decode_page(body).text
    feed = _xml(text)
    if feed is None or feed.tag != f"{_ATOM}feed":
        status = judge_html(text)
        is_page = "<html" in text[:2_000].lower()
        return SocialPage(status if is_page else PageStatus.BAD_CONTENT)
    channel = _channel_of_feed(feed)
    posts = [_entry(one, channel) for one in feed.iter(f"{_ATOM}entry")]
    account = None
    if channel:
        title = _text(feed, f"{_ATOM}title") or _text(feed, f"{_ATOM}author/{_ATOM}name")
        account = Account(NETWORK, channel, "", title, _address(channel))
    page = answer([account], posts)
    page.status = PageStatus.OK
    return page


def _xml(text: str) -> Any | None:
    """A document without entities, DTD or network; None: it is none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    data = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"), count=1).encode(
        "utf-8", "replace"
    )
    try:
        return etree.fromstring(data, parser) if data.strip() else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _text(element: Any, path: str) -> str | None:
    found = element.find(path)
    return clean_text(found.text or "") if found is not None else None


def _channel_of_feed(feed: Any) -> str:
    """The channel's id; the feed's own head may leave out the UC that begins it."""
    for path in (f"{_YT}channelId", f"{_ATOM}entry/{_YT}channelId"):
        for name in (found := _text(feed, path) or "", f"UC{found}"):
            if CHANNEL.fullmatch(name):
                return name
    return ""


def _entry(entry: Any, channel: str) -> Post | None:
    video = _text(entry, f"{_YT}videoId") or ""
    if not VIDEO.fullmatch(video):
        return None
    community = f"{_MEDIA}group/{_MEDIA}community/"
    places = {
        "views": (f"{community}{_MEDIA}statistics", "views"),
        "likes": (f"{community}{_MEDIA}starRating", "count"),
    }
    counts: dict[str, NumberReading] = {}
    for name, (path, attribute) in places.items():
        found = entry.find(path)
        reading = count_of(found.get(attribute)) if found is not None else None
        if reading is not None:
            counts[name] = reading
    return Post(
        NETWORK,
        ref=video,
        account_ref=channel,
        title=_text(entry, f"{_ATOM}title"),
        url=f"https://www.youtube.com/watch?v={video}",
        published_at=instant_of(_text(entry, f"{_ATOM}published")),
        counts=counts,
    )


def read_channels(body: bytes | str) -> SocialPage:
    """channels.list with snippet and statistics: accounts; an unknown one is missing."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not text_at(document, "kind"):
        return SocialPage()
    page = answer(accounts=map(_channel, rows(document, "items")))
    return page if page.accounts else SocialPage(PageStatus.NOT_FOUND)


def _channel(item: Any) -> Account | None:
    ref = text_at(item, "id")
    if not CHANNEL.fullmatch(ref):
        return None
    counts = counts_at(item, {"posts": "statistics.videoCount", "views": "statistics.viewCount"})
    subscribers = counts_at(item, {"followers": "statistics.subscriberCount"}).get("followers")
    is_hidden = dig(item, "statistics", "hiddenSubscriberCount") is True
    exact = rounded_to(subscribers, SUBSCRIBER_DIGITS)
    if exact is not None and not is_hidden:
        counts["followers"] = exact
    return Account(
        NETWORK,
        ref=ref,
        handle=text_at(item, "snippet", "customUrl").lstrip("@"),
        title=text_at(item, "snippet", "title") or None,
        url=_address(ref),
        counts=counts,
    )


def read_uploads(body: bytes | str) -> tuple[SocialPage, list[str]]:
    """playlistItems.list with contentDetails: ids of a channel's newest videos, at most 50."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall, []
    found = [text_at(one, "contentDetails", "videoId") for one in rows(document, "items")]
    return SocialPage(PageStatus.OK), [one for one in found if VIDEO.fullmatch(one)][:50]


def read_videos(body: bytes | str) -> SocialPage:
    """videos.list with snippet and statistics: posts; a deleted or private one is missing."""
    document, wall = read_answer(body)
    if wall is not None or (wall := _refusal(document)) is not None:
        return wall
    if not text_at(document, "kind"):
        return SocialPage()
    page = answer(posts=map(_video, rows(document, "items")))
    return page if page.posts else SocialPage(PageStatus.NOT_FOUND)


def _video(item: Any) -> Post | None:
    ref = text_at(item, "id")
    if not VIDEO.fullmatch(ref):
        return None
    return Post(
        NETWORK,
        ref=ref,
        account_ref=text_at(item, "snippet", "channelId"),
        title=text_at(item, "snippet", "title") or None,
        url=f"https://www.youtube.com/watch?v={ref}",
        published_at=instant_of(dig(item, "snippet", "publishedAt")),
        counts=counts_at(item, _VIDEO),
    )


_REASONS: Final = {
    "quotaExceeded": PageStatus.BLOCKED,
    "dailyLimitExceeded": PageStatus.BLOCKED,
    "rateLimitExceeded": PageStatus.BLOCKED,
    "userRateLimitExceeded": PageStatus.BLOCKED,
    "keyInvalid": PageStatus.LOGIN_WALL,
    "accessNotConfigured": PageStatus.LOGIN_WALL,
    "forbidden": PageStatus.LOGIN_WALL,
    "playlistNotFound": PageStatus.NOT_FOUND,
    "channelNotFound": PageStatus.NOT_FOUND,
    "videoNotFound": PageStatus.NOT_FOUND,
}


def _refusal(document: Any) -> SocialPage | None:
    error = dig(document, "error")
    if error is None:
        return None
    reason = text_at(error, "errors", 0, "reason")
    status = _REASONS.get(reason)
    if "API key" in text_at(error, "message"):
        status = PageStatus.LOGIN_WALL
    if status is not None:
        return SocialPage(status, detail=reason or word_of(document))
    return refused(document) or SocialPage(PageStatus.BLOCKED, detail=word_of(document))


def _address(channel: str) -> str:
    return f"https://www.youtube.com/channel/{channel}"
