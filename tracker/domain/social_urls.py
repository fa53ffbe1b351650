"""Addresses of social networks: which network, and whose account or which post.

A post is called in files, saved pages and crawls alike by what its network calls it, so that its
numbers meet. Addresses that are not known here are taken as they are, without query and fragment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class SocialUrl:
    """What an address says."""

    network: str
    """Canonical source name; "": not known here."""
    account: str = ""
    """The account's name or number as its address has it; "": not in it."""
    post: str = ""
    """What the network calls the post; "": it is no post's address."""


@dataclass(frozen=True, slots=True)
class _Shape:
    network: str
    domain: str
    path: re.Pattern[str]
    """Groups: account, post, and kind where it belongs to the post's name."""
    post: str = "{post}"


def _shapes(*rows: tuple[str, ...]) -> tuple[_Shape, ...]:
    return tuple(_Shape(row[0], row[1], re.compile(row[2], re.ASCII), *row[3:]) for row in rows)


_SHAPES: Final = _shapes(
    ("weibo", "weibo.com", r"/u/(?P<account>\d+)/?"),
    ("weibo", "weibo.com", r"/(?P<account>\d{5,})/(?P<post>\d{12,20})/?"),
    ("weibo", "weibo.com", r"/(?P<account>\d{5,})/?"),
    ("weibo", "weibo.cn", r"/(?:u|profile)/(?P<account>\d+)/?"),
    ("weibo", "weibo.cn", r"/(?:status|detail)/(?P<post>\d{12,20})/?"),
    ("douyin", "douyin.com", r"/user/(?P<account>[\w.-]+)/?"),
    ("douyin", "douyin.com", r"/(?:video|note)/(?P<post>\d+)/?"),
    ("xiaohongshu", "xiaohongshu.com", r"/user/profile/(?P<account>[0-9a-f]+)/?"),
    ("xiaohongshu", "xiaohongshu.com", r"/(?:explore|discovery/item)/(?P<post>[0-9a-f]+)/?"),
    ("bilibili", "space.bilibili.com", r"/(?P<account>\d+)(?:/.*)?"),
    ("bilibili", "bilibili.com", r"/video/(?P<post>BV\w{10})/?"),
    ("kuaishou", "kuaishou.com", r"/profile/(?P<account>\w+)/?"),
    ("kuaishou", "kuaishou.com", r"/short-video/(?P<post>\w+)/?"),
    ("zhihu", "zhihu.com", r"/people/(?P<account>[\w-]+)(?:/.*)?"),
    ("zhihu", "zhihu.com", r"(?:/question/\d+)?/(?P<kind>answer)/(?P<post>\d+)/?", "{kind}/{post}"),
    ("zhihu", "zhuanlan.zhihu.com", r"/p/(?P<post>\d+)/?", "article/{post}"),
    ("tiktok", "tiktok.com", r"/@(?P<account>[\w.]+)/?"),
    ("tiktok", "tiktok.com", r"/@(?P<account>[\w.]+)/(?:video|photo)/(?P<post>\d+)/?"),
    ("youtube", "youtube.com", r"/channel/(?P<account>UC[\w-]{22})/?"),
    ("youtube", "youtube.com", r"/@(?P<account>[\w.-]+)/?"),
    ("youtube", "youtube.com", r"/(?:shorts|live)/(?P<post>[\w-]{11})/?"),
    ("youtube", "youtu.be", r"/(?P<post>[\w-]{11})/?"),
    ("x", "x.com", r"/(?P<account>\w{1,15})/status/(?P<post>\d+)(?:/.*)?"),
    ("x", "x.com", r"/(?P<account>\w{1,15})/?"),
    ("x", "twitter.com", r"/(?P<account>\w{1,15})/status/(?P<post>\d+)(?:/.*)?"),
    ("x", "twitter.com", r"/(?P<account>\w{1,15})/?"),
    ("bluesky", "bsky.app", r"/profile/(?P<account>[^/]+)/?"),
    (
        "bluesky", "bsky.app", r"/profile/(?P<account>did:[^/]+)/post/(?P<post>\w+)/?",
        "at://{account}/app.bsky.feed.post/{post}",
    ),
    ("telegram", "t.me", r"/(?:s/)?(?P<account>[A-Za-z]\w{3,31})/?"),
    ("telegram", "t.me", r"/(?:s/)?(?P<account>[A-Za-z]\w{3,31})/(?P<post>\d+)/?", "{name}/{post}"),
    ("instagram", "instagram.com", r"/(?!p/|reel/|reels/)(?P<account>[\w.]{1,30})/?"),
    ("reddit", "reddit.com", r"/(?P<account>(?:r|user)/[\w-]+)/?"),
    ("reddit", "reddit.com", r"(?:/r/\w+)?/comments/(?P<post>\w+)(?:/.*)?", "t3_{post}"),
    ("twitch", "twitch.tv", r"/videos/(?P<post>\d+)/?"),
    ("twitch", "twitch.tv", r"/(?P<account>\w{3,25})/?"),
)  # fmt: skip
_DOMAINS: Final = {shape.domain: shape.network for shape in reversed(_SHAPES)} | {
    "instagram.com": "instagram",
    "mp.weixin.qq.com": "wechat",
    "douyin.com": "douyin",
}


def read_social_url(url: str) -> SocialUrl:
    """Read an address; one that is none, or of no network known here, has an empty network."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return SocialUrl("")
    if parts.scheme not in ("http", "https") or not host:
        return SocialUrl("")
    for shape in _SHAPES:
        match = shape.path.fullmatch(parts.path) if _is_of(host, shape.domain) else None
        if match is not None:
            return _read(shape, match)
    network = next((name for domain, name in _DOMAINS.items() if _is_of(host, domain)), "")
    if network == "youtube" and parts.path == "/watch":
        video = parse_qs(parts.query).get("v", [""])[0]
        if re.fullmatch(r"[\w-]{11}", video, re.ASCII):
            return SocialUrl(network, post=video)
    return SocialUrl(network)


def _is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _read(shape: _Shape, match: re.Match[str]) -> SocialUrl:
    found = {name: value or "" for name, value in match.groupdict().items()}
    if not found.get("post"):
        return SocialUrl(shape.network, found.get("account", ""))
    found["name"] = found.get("account", "").lower()
    return SocialUrl(shape.network, found.get("account", ""), shape.post.format(**found))


def post_name(url: str) -> str:
    """What a post is called: by its network if the address says it, else the address itself
    without query and fragment, cut to 300 characters."""
    found = read_social_url(url)
    return found.post or url.strip().partition("#")[0].partition("?")[0].rstrip("/")[:300]
