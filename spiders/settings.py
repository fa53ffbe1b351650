"""Scrapy's settings: everything that is unsafe by default is off, and every limit is small.

Robots, redirects, retries and back-off are the walker's (`spiders.walk`), so that one place decides
them; Scrapy downloads: one request at a time a host, with delay, limits and certificates checked.
"""

from __future__ import annotations

from typing import Any

from tracker.crawl_messages import Start


def scrapy_settings(start: Start) -> dict[str, Any]:
    """Settings of a crawling process."""
    return {
        # whom we reach, and how it knows us
        "TWISTED_DNS_RESOLVER": "spiders.guard.GuardedResolver",
        "TWISTED_REACTOR_ENABLED": True,  # without the reactor the resolver is never asked
        "DNS_TIMEOUT": 10,
        "HTTPPROXY_ENABLED": False,  # a proxy would resolve the names behind our back
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {"file": None, "data": None, "ftp": None, "s3": None},
        "USER_AGENT": start.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/json;q=0.9,*/*;q=0.8"},
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        # how much, and how long
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": start.delay_s * 1.25,
        "DOWNLOAD_DELAY_JITTER": 0.2,  # from the least delay to half as much again
        "DOWNLOAD_TIMEOUT": start.timeout_s,
        "DOWNLOAD_MAXSIZE": start.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        # no doors
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        # the walker's
        "ROBOTSTXT_OBEY": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {"spiders.guard.GuardMiddleware": 560},
        # quiet: a crawl's story is in the database
        "LOG_ENABLED": True,
        "LOG_LEVEL": "CRITICAL",  # warnings name addresses, and an address may carry a key
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
        "EXTENSIONS": {
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
        },
    }
