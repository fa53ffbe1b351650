# ruff: noqa: E501 -- a table is read by rows
"""A post has one name, whether its page was read or its address stands in a file."""

import pytest

from spiders.pages.saved import read_saved
from tests.spiders.pages.saved_files import load
from tracker.domain.social_urls import read_social_url

PAGES = [
    ("weibo/status.html", ""), ("douyin/video.html", ""), ("tiktok/video.html", ""), ("xiaohongshu/note.html", ""), ("bilibili/video.html", ""),
    ("zhihu/people.html", "https://www.zhihu.com/people/teahouse"), ("telegram/channel.html", "https://t.me/s/teahouse_news"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url"), PAGES)
def test_readers_and_addresses_agree(name, url):
    page = read_saved(load(name), url)
    assert page.social.posts
    for post in page.social.posts:
        found = read_social_url(post.url)
        assert (found.network, found.post) == (page.network, post.ref)
