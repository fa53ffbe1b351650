"""A Scrapy process for test_guard: fetches URLs, with the guard or without, and prints what came.

python -m tests.spiders.guarded_spider {guard|resolver|none} PORT URL...
"""

import json
import sys

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from twisted.internet.defer import succeed

from spiders.guard import GuardedResolver, refused_hosts

PUBLIC_NAME = "shop.example"


class ResolverWithOneShop(GuardedResolver):
    """Takes one name for a public shop, though it is the test's own server."""

    def getHostByName(self, name, timeout=()):
        if name == PUBLIC_NAME:
            return succeed("127.0.0.1")
        return super().getHostByName(name, timeout)


class ProbeSpider(scrapy.Spider):
    name = "probe"
    urls: list[str] = []
    outcomes: dict[str, str] = {}

    async def start(self):
        for url in self.urls:
            yield scrapy.Request(
                url, self.parse, errback=self.failed, dont_filter=True, meta={"asked": url}
            )

    def parse(self, response):
        self.outcomes[response.meta["asked"]] = response.text

    def failed(self, failure):
        self.outcomes[failure.request.meta["asked"]] = f"failed: {failure.value!r}"


def main(how, port, urls):
    resolver = "tests.spiders.guarded_spider.ResolverWithOneShop"
    settings = {
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"
        if how == "none"
        else resolver,
        "DOWNLOADER_MIDDLEWARES": {"spiders.guard.GuardMiddleware": 560} if how == "guard" else {},
        "GUARD_PORTS": [int(port)],
        "HTTPPROXY_ENABLED": False,
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_TIMEOUT": 10,
        "LOG_LEVEL": "CRITICAL",
    }
    ProbeSpider.urls = urls
    process = AsyncCrawlerProcess(settings)
    process.crawl(ProbeSpider)
    process.start()
    print(json.dumps({"outcomes": ProbeSpider.outcomes, "refused": refused_hosts}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
