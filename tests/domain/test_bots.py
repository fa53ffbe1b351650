# ruff: noqa: E501  (user agents are as long as they are)
import time

import pytest

from tracker.domain.bots import bot_reason

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"  # fmt: skip

PEOPLE = [
    CHROME,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (Linux; U; Android 9; zh-CN; MI 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0 UCBrowser/13.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0 Safari/537.36 SE 2.X MetaSr 1.0",
    "Mozilla/5.0 (Linux; Android 12; V2055A) AppleWebKit/537.36 Chrome/87.0 Mobile Safari/537.36 SogouMobileBrowser/6.1",
    "Mozilla/5.0 (Linux; Android 12; M2102J2SC) AppleWebKit/537.36 Chrome/98.0 MQQBrowser/13.0 Mobile Safari/537.36",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0; QQBrowser/7.7)",
    "UCWEB/2.0 (MIDP-2.0; U; Adr 4.4.4; zh-CN; HM_NOTE) U2/1.0.0 UCBrowser/10.5 Mobile",
    "Nokia6120c/3.83; Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Weibo (iPhone14,2__weibo__13.1.0__iphone__os17.0)",
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 ArkWeb/4.1 Mobile HuaweiBrowser/5.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT_X30) AppleWebKit/537.36 Chrome/90.0 Mobile Safari/537.36",
]  # fmt: skip

BOTS = [
    ("", "empty_agent"),
    ("   ", "empty_agent"),
    ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "agent_list"),
    ("Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "agent_list"),
    ("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)", "agent_list"),
    ("Mozilla/5.0 (compatible; Kimi-SearchBot/1.0)", "agent_list"),
    ("curl/8.4.0", "agent_list"),
    ("Mozilla/5.0 (compatible; SomeTool/1.0; +https://some.example/about)", "agent_list"),
    ("Mozilla/5.0 (compatible; SomeTool)", "agent_list"),
    ("SomeTool/1.0", "agent_list"),
    ("python-requests/2.31", "agent_list"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", "agent_list"),
    ("WhatsApp/2.23.20.0 A", "link_preview"),
    ("facebookexternalhit/1.1", "link_preview"),
]  # fmt: skip


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_not_bots(agent):
    assert bot_reason(agent) is None


@pytest.mark.parametrize(("agent", "reason"), BOTS)
def test_bots_are_named_with_a_reason(agent, reason):
    assert bot_reason(agent) == reason


def test_head_and_prefetch_are_no_visits():
    assert bot_reason(CHROME, method="HEAD") == "head"
    assert bot_reason(CHROME, headers={"Sec-Purpose": "prefetch;prerender"}) == "prefetch"
    assert bot_reason(CHROME, headers={"X-Moz": "prefetch"}) == "prefetch"
    assert bot_reason(CHROME, headers={"Accept": "prefetch"}) is None


def test_a_bot_cannot_hide_behind_the_name_of_a_browser():
    spider = "Mozilla/5.0 MicroMessenger/8.0 (compatible; Baiduspider/2.0; +http://www.baidu.com)"
    assert bot_reason(spider) == "agent_list"


def test_an_agent_of_a_megabyte_takes_no_time():
    bot_reason(CHROME + " warm")
    for part in ("a1", " ", "bot", "((((", "Mozilla/5.0 "):
        agent = part * (1_000_000 // len(part))
        begin = time.perf_counter()
        bot_reason(agent)
        assert time.perf_counter() - begin < 0.5  # 7 ms here; the margin is for a busy machine
