"""Reading inside the walk: a hole in a reader costs one page."""

from __future__ import annotations

import time

import pytest

from spiders import walk
from spiders.fetch import FetchError
from spiders.sources.base import Page, PageRequest, Reading
from spiders.sources.page import PageSource
from spiders.walk import read_within_limits
from tracker.crawl_messages import Target

TARGET = Target(id=1, kind="listing", source="page", url="https://shop.example/mug")
PAGE = Page(TARGET.url, 200, {}, b"", PageRequest(TARGET.url))


class Source(PageSource):
    def __init__(self, act):
        self.act = act

    def read(self, target, page):
        return self.act()


def test_a_reader_that_raises_loses_its_page_and_says_what_it_was():
    def fail():
        raise KeyError("price")

    with pytest.raises(FetchError, match="the reader failed: KeyError") as error:
        read_within_limits(Source(fail), TARGET, PAGE)
    assert error.value.status == "bad_content"


def test_a_reader_that_takes_too_long_is_interrupted(monkeypatch):
    def linger():
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(walk, "READING_SECONDS", 0.05)
    with pytest.raises(FetchError, match="too long"):
        read_within_limits(Source(linger), TARGET, PAGE)
    assert read_within_limits(Source(Reading), TARGET, PAGE).status == "ok"


def test_a_lack_of_memory_ends_the_process_not_the_page():
    def swell():
        raise MemoryError

    with pytest.raises(MemoryError):
        read_within_limits(Source(swell), TARGET, PAGE)
