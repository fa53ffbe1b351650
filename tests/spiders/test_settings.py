"""The settings of a crawling process: what is dangerous by default is off."""

from scrapy.settings import Settings

from spiders.settings import scrapy_settings
from tracker.crawl_messages import Start

START = Start(user_agent="CampaignTrackerBot/1.0 (+bot@example.com)", robots_token="x")


def settings():
    made = Settings()
    made.setdict(scrapy_settings(START), priority="project")
    return made


def test_no_door_is_open():
    found = settings()
    for name in (
        "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED", "HTTPPROXY_ENABLED",
        "HTTPCACHE_ENABLED", "REFERER_ENABLED", "REDIRECT_ENABLED", "METAREFRESH_ENABLED",
    ):  # fmt: skip
        assert found.getbool(name) is False, name
    handlers = found.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} <= {"http", "https"}


def test_connections_pass_the_guard_and_certificates_are_checked():
    found = settings()
    assert found["TWISTED_DNS_RESOLVER"] == "spiders.guard.GuardedResolver"
    assert found.getbool("TWISTED_REACTOR_ENABLED")
    assert "spiders.guard.GuardMiddleware" in found.getdict("DOWNLOADER_MIDDLEWARES")
    assert found.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert found.get("GUARD_PORTS") is None


def test_limits_are_small_and_the_name_is_no_browsers():
    found = settings()
    assert found.getint("DOWNLOAD_MAXSIZE") == 8 * 2**20
    assert found.getfloat("DOWNLOAD_TIMEOUT") == 30
    assert found.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    delay, jitter = found.getfloat("DOWNLOAD_DELAY"), found.getfloat("DOWNLOAD_DELAY_JITTER")
    assert delay * (1 - jitter) >= START.delay_s
    assert "Mozilla" not in found["USER_AGENT"]
