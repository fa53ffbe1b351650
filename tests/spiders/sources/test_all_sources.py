# ruff: noqa: E501 -- tables are read by rows
"""What has to hold for every source, whatever comes."""

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from spiders.net import check_url
from spiders.sources import SOURCES
from spiders.sources.base import Page, PageRequest, Target
from tests.spiders.pages.saved_files import FOLDER, load
from tests.spiders.sources.walking import SECRETS
from tracker.observed import FetchStatus

URLS = [
    "https://bsky.app/profile/a.example", "https://mastodon.social/@a", "https://t.me/teahouse",
    "https://www.youtube.com/@tea", "https://www.instagram.com/tea/", "https://x.com/tea",
    "https://www.reddit.com/r/tea/", "https://www.twitch.tv/tea", "https://shop.example/products/mug",
    "https://shop.example/product/cup/", "https://shop.example/x",
]  # fmt: skip
TAGS = [
    "", "profile", "feed", "author", "post", "account", "statuses", "webfinger", "actor", "status",
    "object", "followers", "card", "list", "channel", "uploads", "videos", "video", "token", "json",
    "page", "posts",
]  # fmt: skip
SHAPES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))
BODIES = st.binary(max_size=120) | st.sampled_from(SHAPES).map(load)
GOOD = (FetchStatus.OK, FetchStatus.AMBIGUOUS)


@given(
    st.sampled_from(sorted(SOURCES)), st.sampled_from(URLS), st.sampled_from(["account", "post", "listing"]),
    st.sampled_from(TAGS), BODIES, st.sampled_from([200, 401, 404]),
)  # fmt: skip
def test_no_source_fails_on_any_answer_and_a_refusal_has_no_number(
    name, url, kind, tag, body, status
):
    target = Target(id=1, kind=kind, source=name, url=url, secrets=SECRETS)
    request = PageRequest(url, tag=tag)
    reading = SOURCES[name].read(target, Page(url, status, {}, body, request))
    if reading.status not in GOOD:
        assert reading.items == []
    for one in reading.requests:
        assert urlsplit(one.url).scheme in ("http", "https")
        assert one.has_secret <= one.is_official


@given(
    st.sampled_from(sorted(SOURCES)),
    st.text(max_size=60),
    st.sampled_from(["account", "post", "listing"]),
)
def test_no_source_fails_on_any_address(name, path, kind):
    for url in (
        path,
        f"https://x.com/{path}",
        f"https://t.me/{path}",
        f"https://a.example/@{path}",
    ):
        target = Target(id=1, kind=kind, source=name, url=url, secrets=SECRETS)
        SOURCES[name].matches(url)
        for one in SOURCES[name].requests(target):
            if one.is_official:
                assert check_url(one.url, resolve=None).is_allowed


def test_every_source_says_what_it_is():
    for name, source in SOURCES.items():
        assert source.name == name
        assert source.kinds <= {"account", "post", "listing"}
        assert source.parser_version >= 1


def test_a_first_answer_that_more_depends_on_is_asked_for_whole():
    for name, url, kind in [
        ("bluesky", URLS[0], "account"), ("mastodon", URLS[1], "account"), ("telegram", URLS[2], "account"),
        ("youtube_api", URLS[3], "account"), ("x", URLS[5], "account"), ("shopify", URLS[8], "listing"),
    ]:  # fmt: skip
        target = Target(id=1, kind=kind, source=name, url=url, secrets=SECRETS)
        assert [one.must_come_whole for one in SOURCES[name].requests(target)] == [True]
