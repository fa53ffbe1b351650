"""The two crawling processes of the measure, whose names lead to the measure's own site.

    python -m benchmarks.crawl_spiders ours PORT                     orders on standard input
    python -m benchmarks.crawl_spiders bare PORT HOSTS PAGES READ    a plain spider; READ: 0 or 1

The plain spider asks for the same pages with the same limits on requests at once, obeys robots.txt
and has Scrapy's own defaults otherwise; with READ it reads each page as ours does.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import succeed

from benchmarks.crawl_site import address
from spiders.guard import GuardedResolver
from spiders.pages.listing import read_page
from spiders.runner import run


def _local(name: str) -> str | None:
    """h7.example -> the address of host 7."""
    label, _, rest = name.partition(".")
    return address(int(label[1:])) if rest == "example" else None


class OurResolver(GuardedResolver):
    """The guard, with the measure's hosts taken for public."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802 -- Twisted's name
        """Look a host up."""
        known = _local(name)
        return super().getHostByName(name, timeout) if known is None else succeed(known)


class BareResolver(CachingThreadedResolver):
    """Scrapy's, with the measure's hosts."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:  # noqa: N802 -- Twisted's name
        """Look a host up."""
        known = _local(name)
        return super().getHostByName(name, timeout) if known is None else succeed(known)


class BareSpider(scrapy.Spider):
    """Asks for all pages."""

    name = "bare"

    def __init__(self, urls: list[str], reads: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls
        self.reads = reads

    async def start(self) -> AsyncIterator[Any]:
        """All pages, the hosts by turns."""
        for url in self.urls:
            yield scrapy.Request(url, self.parse, dont_filter=True)

    def parse(self, response: Response) -> None:
        """Nothing, or read it."""
        if self.reads:
            read_page(response.body, response.url, content_type="text/html")


def bare(port: int, hosts: int, pages: int, reads: bool) -> None:
    """Run the plain spider."""
    urls = [f"http://h{n % hosts}.example:{port}/{n}" for n in range(pages)]
    process = AsyncCrawlerProcess(
        {
            "TWISTED_DNS_RESOLVER": "benchmarks.crawl_spiders.BareResolver",
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    process.crawl(BareSpider, urls=urls, reads=reads)
    process.start()


if __name__ == "__main__":
    if sys.argv[1] == "ours":
        resolver = "benchmarks.crawl_spiders.OurResolver"
        sys.exit(run({"TWISTED_DNS_RESOLVER": resolver, "GUARD_PORTS": [int(sys.argv[2])]}))
    bare(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "1")
