# ruff: noqa: E501 -- tables are read by rows
"""Pages that are made to take long: every reader is done with them in a moment."""

import time

import pytest

from spiders.pages.markup import parse_tree
from spiders.pages.saved import read_saved
from spiders.pages.suggest import suggest_prices

WEIBO, XHS, DOUYIN, TELEGRAM = "https://weibo.com/u/1", "https://www.xiaohongshu.com/explore/1", "https://www.douyin.com/user/x", "https://t.me/s/x"  # fmt: skip
MESSAGE = (
    b"<div class='tgme_widget_message' data-post='aaaa/1'><span class='tgme_reaction'>1</span>"
)
PAGES = {
    "brackets that open nothing": (b"<" * 200_000, WEIBO),
    "elements cut short": (b"<link rel=canonical " * 10_000, WEIBO),
    "scripts without an end": (b"<script id=" * 20_000, DOUYIN),
    "a state that never ends": (b"window.__INITIAL_STATE__=" + b"[" * 200_000, XHS),
    "a text that never ends": (b'window.__INITIAL_STATE__={"' + b'\\"' * 100_000, XHS),
    "posts within posts": (b"<div class='tgme_channel_history'>" + MESSAGE * 1_500, TELEGRAM),
    "elements within elements": (b"<p class=price>" * 10_000 + b"5 EUR", ""),
}


@pytest.mark.parametrize(("body", "url"), PAGES.values(), ids=PAGES.keys())
def test_a_page_that_is_made_to_take_long_does_not(body, url):
    began = time.process_time()
    read_saved(body, url)
    tree = parse_tree(body.decode())
    if tree is not None:
        suggest_prices(tree)
    assert time.process_time() - began < 4  # they take up to 0.4 s; before, minutes
