"""YouTube: the feed of a channel, without a key; or the Data API, with the user's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from spiders.items import FetchStatus, PostItem
from spiders.pages import youtube
from spiders.pages.item import PARSER_VERSION
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import nothing, path_of, reading_of

FEED_HOST: Final = "www.youtube.com"
API_HOST: Final = "www.googleapis.com"
_DOMAINS: Final = ("youtube.com", "youtu.be")
_HANDLE = re.compile(r"/@([\w.·-]{3,100})/?")
_REFUSALS = frozenset({400, 401, 403, 404})


class YouTubeSource(Source):
    """Views and likes of a channel's newest 15 videos. The feed has no number of subscribers.

    The address must have the channel's id (youtube.com/channel/UC…): handles are not looked up.
    """

    name: ClassVar[str] = youtube.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """youtube.com/channel/UC…"""
        return bool(channel_of(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The feed."""
        channel = channel_of(target.url) or channel_of(f"https://youtube.com/channel/{target.ref}")
        if target.kind != "account" or not channel:
            return []
        return [PageRequest(f"https://{FEED_HOST}/feeds/videos.xml?channel_id={channel}")]

    def read(self, target: Target, page: Page) -> Reading:
        """The channel and its videos."""
        found = youtube.read_feed(page.body)
        return reading_of(found, self.name, ref=found.accounts[0].ref if found.accounts else "")


class YouTubeApiSource(Source):
    """Subscribers, views and videos; views, likes and comments of the newest 50 videos.

    A reading of a channel costs 3 units of the key's daily quota, one of a video 1.
    """

    name: ClassVar[str] = "youtube_api"
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION
    needs: ClassVar[tuple[str, ...]] = ("key",)

    def matches(self, url: str) -> bool:
        """youtube.com/@handle and videos, which need the key; channels work without."""
        return bool(video_of(url) or handle_of(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The channel by id or handle; or the video."""
        key = target.secrets.get("key", "")
        if target.kind == "post":
            video = video_of(target.url)
            return [_videos([video], key)] if video else []
        channel = target.ref or channel_of(target.url)
        handle = handle_of(target.url)
        if channel:
            return [_call("channels", "channel", key, part="snippet,statistics", id=channel)]
        if handle:
            wanted = f"@{handle}"
            return [_call("channels", "channel", key, part="snippet,statistics", forHandle=wanted)]
        return []

    def read(self, target: Target, page: Page) -> Reading:
        """Channel, then the list of its uploads, then their numbers."""
        key, tag = target.secrets.get("key", ""), page.request.tag
        if tag == "uploads":
            found, videos = youtube.read_uploads(page.body)
            return Reading(requests=[_videos(videos, key)]) if videos else nothing(found.detail)
        if tag == "videos":
            found = youtube.read_videos(page.body)
            if target.kind == "account" and not found.posts:
                return nothing(found.detail)
            reading = reading_of(found, self.name, closed=FetchStatus.NO_KEY)
            if target.kind == "post" and found.posts:
                reading.ref, reading.is_complete = found.posts[0].ref, True
            return reading
        found = youtube.read_channels(page.body)
        if not found.accounts:
            return reading_of(found, self.name, closed=FetchStatus.NO_KEY)
        channel = found.accounts[0].ref
        uploads = _call(
            "playlistItems", "uploads", key, part="contentDetails", maxResults="50",
            playlistId=f"UU{channel[2:]}",
        )  # fmt: skip
        return reading_of(found, self.name, ref=channel, requests=[uploads])

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its id."""
        return PostTarget(ref=item.ref, url=item.url, host=API_HOST) if item.url else None


def channel_of(url: str) -> str:
    """The channel's id in an address; "": there is none."""
    path = path_of(url, *_DOMAINS) or ""
    match = re.fullmatch(rf"/channel/({youtube.CHANNEL.pattern})(?:/\w*)?/?", path)
    return match[1] if match else ""


def handle_of(url: str) -> str:
    """The handle in an address, without its @; "": there is none."""
    match = _HANDLE.fullmatch(path_of(url, "youtube.com") or "")
    return match[1] if match else ""


def video_of(url: str) -> str:
    """The id of a video in an address; "": there is none."""
    path = path_of(url, *_DOMAINS)
    if path is None:
        return ""
    parts = urlsplit(url)
    if path == "/watch":
        found = parse_qs(parts.query).get("v", [""])[0]
    elif (parts.hostname or "").endswith("youtu.be"):
        found = path.strip("/")
    else:
        found = path.removeprefix("/shorts/") if path.startswith("/shorts/") else ""
    return found if youtube.VIDEO.fullmatch(found) else ""


def _videos(videos: list[str], key: str) -> PageRequest:
    return _call("videos", "videos", key, part="snippet,statistics", id=",".join(videos))


def _call(method: str, tag: str, key: str, **query: str) -> PageRequest:
    """The key goes into a header, so that it stands in no address."""
    return PageRequest(
        f"https://{API_HOST}/youtube/v3/{method}?{urlencode(query, quote_via=quote, safe=',')}",
        {"Accept": "application/json"},
        secret_headers={"X-Goog-Api-Key": key},
        must_come_whole=True,
        tag=tag,
        accepts=_REFUSALS,
        is_official=True,
    )
