"""Twitch: channels and videos by Helix, with the user's own application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlencode

from spiders.items import FetchStatus, PostItem
from spiders.pages import twitch
from spiders.pages.item import PARSER_VERSION
from spiders.pages.token import read_token
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import nothing, path_of, reading_of, step

HOST: Final = "api.twitch.tv"
TOKEN_URL: Final = "https://id.twitch.tv/oauth2/token"
_CHANNEL = re.compile(r"/([A-Za-z0-9_]{3,25})/?")
_VIDEO = re.compile(r"/videos/([0-9]{1,15})/?")
_NOT_NAMES: Final = frozenset({"videos", "directory", "settings", "downloads", "jobs", "search"})
_REFUSALS = frozenset({400, 401, 403, 404})


class TwitchSource(Source):
    """A channel with its followers and newest videos, or one video.

    Every reading begins with the exchange of the application's key for a token, which is not kept.
    """

    name: ClassVar[str] = twitch.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION
    needs: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")

    def matches(self, url: str) -> bool:
        """twitch.tv/<name>, twitch.tv/videos/<id>."""
        return bool(_channel_of(url) or _video_of(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The exchange."""
        wanted = _channel_of(target.url) if target.kind == "account" else _video_of(target.url)
        if target.kind not in self.kinds or not wanted:
            return []
        form = {
            "client_id": target.secrets.get("client_id", ""),
            "client_secret": target.secrets.get("client_secret", ""),
            "grant_type": "client_credentials",
        }
        return [
            PageRequest(
                TOKEN_URL,
                {"Accept": "application/json"},
                secret_form=form,
                tag="token",
                accepts=_REFUSALS,
                is_official=True,
            )
        ]

    def read(self, target: Target, page: Page) -> Reading:
        """Token, then channel, then followers and videos; or token, then video."""
        if page.request.tag == "token":
            return self._first(target, read_token(page.body))
        if page.request.tag == "channel":
            return self._channel(page)
        if page.request.tag == "followers":
            ref = page.request.data.get("ref", "")
            found = twitch.read_followers(page.body, ref)
            if not found.is_answer:
                return nothing("followers are not given to this key")
            return reading_of(found, self.name)
        found = twitch.read_videos(page.body)
        if page.request.tag == "videos" and not found.is_answer:
            return nothing(found.detail)
        if page.request.tag == "video" and page.status == 200 and not found.posts:
            return Reading(status=FetchStatus.NOT_FOUND)
        reading = reading_of(found, self.name, closed=FetchStatus.NO_KEY)
        if page.request.tag == "video" and found.posts:
            reading.ref, reading.is_complete = found.posts[0].ref, True
        return reading

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its number."""
        return PostTarget(ref=item.ref, url=item.url, host="id.twitch.tv") if item.url else None

    def _first(self, target: Target, token: str) -> Reading:
        if not token:
            return Reading(status=FetchStatus.NO_KEY, detail="the key was refused")
        headers = {
            "Authorization": f"Bearer {token}",
            "Client-Id": target.secrets.get("client_id", ""),
        }
        if target.kind == "post":
            video = {"id": _video_of(target.url)}
            return step(_call("videos", "video", headers, video))
        wanted = {"login": _channel_of(target.url).lower()}
        if target.ref.isdigit():
            wanted = {"id": target.ref}
        return step(_call("users", "channel", headers, wanted))

    def _channel(self, page: Page) -> Reading:
        found = twitch.read_users(page.body)
        if not found.accounts:
            return reading_of(found, self.name, closed=FetchStatus.NO_KEY)
        ref, headers = found.accounts[0].ref, page.request.secret_headers
        requests = [
            _call("channels/followers", "followers", headers, {"broadcaster_id": ref}),
            _call("videos", "videos", headers, {"user_id": ref, "first": "30"}),
        ]
        return reading_of(found, self.name, ref=ref, requests=requests)


def _channel_of(url: str) -> str:
    match = _CHANNEL.fullmatch(path_of(url, "twitch.tv") or "")
    return match[1] if match and match[1].lower() not in _NOT_NAMES else ""


def _video_of(url: str) -> str:
    match = _VIDEO.fullmatch(path_of(url, "twitch.tv") or "")
    return match[1] if match else ""


def _call(method: str, tag: str, headers: dict[str, str], query: dict[str, str]) -> PageRequest:
    ref = query.get("broadcaster_id", "")
    return PageRequest(
        f"https://{HOST}/helix/{method}?{urlencode(query)}",
        {"Accept": "application/json"},
        secret_headers=headers,
        must_come_whole=True,
        tag=tag,
        accepts=_REFUSALS,
        is_official=True,
        data={"ref": ref},
    )
