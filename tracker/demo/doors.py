"""The ways into the demo brand's own shop: addresses, referrers and user agents as browsers send
them. Nothing here says which channel that is; reading it is the product's job."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.demo.dice import Dice, Weighted

SHOP_HOST = "www.shanyecha.example"
SHOP_URL = f"https://{SHOP_HOST}"

_KHTML = "(KHTML, like Gecko)"
_WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_KHTML}"
_MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 {_KHTML}"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 {_KHTML}"
_ANDROID = f"Mozilla/5.0 (Linux; Android 15; V2405A) AppleWebKit/537.36 {_KHTML}"
_WECHAT = "MicroMessenger/8.0.61.2880(0x28003D34) NetType/5G Language/zh_CN"

AGENTS = {
    "desktop": Weighted([
        (f"{_WINDOWS} Chrome/140.0.0.0 Safari/537.36", 5),
        (f"{_WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", 3),
        (f"{_MAC} Version/18.6 Safari/605.1.15", 2),
    ]),
    "phone": Weighted([
        (f"{_IPHONE} Version/18.6 Mobile/15E148 Safari/604.1", 5),
        (f"{_ANDROID} Chrome/138.0.0.0 Mobile Safari/537.36", 5),
        (f"{_ANDROID} Version/4.0 Chrome/116.0.0.0 MQQBrowser/15.2 Mobile Safari/537.36", 2),
    ]),
    "wechat": Weighted([
        (f"{_IPHONE} Mobile/15E148 {_WECHAT}", 5),
        (f"{_ANDROID} Version/4.0 Chrome/130.0.0.0 XWEB/1300333 Mobile Safari/537.36 {_WECHAT}", 5),
    ]),
    "bot": Weighted([
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", 5),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 3),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 3),
        ("python-requests/2.32.5", 2),
        ("", 1),
    ]),
}  # fmt: skip

_ANYWHERE = Weighted([("phone", 0.62), ("desktop", 0.3), ("wechat", 0.08)])


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: what the landing address carries and what the browser says beside it."""

    query: str = ""
    """Parameters; `{campaign}` stands for the running campaign, `{item}` for a random number."""
    referrer: str = ""
    agents: str = ""
    """A key of AGENTS; empty: any browser."""
    click_id: str = ""
    """Parameter that the ad platform adds with a random value; empty: none."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first page view of a visit, as the browser reports it."""

    url: str
    referrer: str
    user_agent: str


def arrive(dice: Dice, door: Door, path: str, campaign: str, agent: str = "") -> Arrival:
    """Somebody comes through a door to a page of the shop.

    `agent` is the browser they have used before, which they keep unless the door is an app's;
    empty: they have none yet.
    """
    query = door.query.format(campaign=campaign, item=dice.whole(1, 12))
    if door.click_id:
        query = f"{query}&{door.click_id}={dice.bits():016x}".lstrip("&")
    if door.agents or not agent:
        agent = AGENTS[door.agents or _ANYWHERE.draw(dice)].draw(dice)
    url = f"{SHOP_URL}{path}?{query}" if query else f"{SHOP_URL}{path}"
    referrer = door.referrer.replace("{item}", str(dice.whole(100_000, 999_999)))
    return Arrival(url, referrer, agent)


DIRECT = Weighted([(Door(), 1.0)])

SEARCH = Weighted([
    (Door(referrer="https://www.baidu.com/"), 5.0),
    (Door(referrer="https://m.baidu.com/"), 3.0),
    (Door(referrer="https://cn.bing.com/"), 2.0),
    (Door(referrer="https://www.sogou.com/"), 1.0),
    (Door(referrer="https://www.so.com/"), 1.0),
    (Door(referrer="https://www.google.com/"), 0.8),
    (Door(referrer="https://m.sm.cn/"), 0.7),
])  # fmt: skip

SOCIAL = Weighted([
    (Door(referrer="https://www.xiaohongshu.com/explore/{item}"), 4.0),
    (Door(referrer="https://weibo.com/"), 2.0),
    (Door(referrer="https://m.weibo.cn/"), 2.0),
    (Door(referrer="https://www.douyin.com/"), 1.0),
    (Door(referrer="https://www.zhihu.com/question/{item}"), 2.0),
    (Door(referrer="https://mp.weixin.qq.com/s/{item}", agents="wechat"), 2.0),
    (Door(agents="wechat"), 1.5),
    (Door(referrer="https://www.douban.com/group/topic/{item}/"), 0.8),
])  # fmt: skip

VIDEO = Weighted([
    (Door(referrer="https://www.bilibili.com/video/{item}"), 4.0),
    (Door(referrer="https://www.kuaishou.com/"), 1.5),
    (Door(referrer="https://www.ixigua.com/{item}"), 1.0),
])  # fmt: skip

ASSISTANT = Weighted([
    (Door(referrer="https://chat.deepseek.com/"), 4.0),
    (Door(referrer="https://www.doubao.com/"), 3.0),
    (Door(referrer="https://kimi.com/"), 2.0),
    (Door("utm_source=chatgpt.com", referrer="https://chatgpt.com/"), 1.0),
])  # fmt: skip

REFERRAL = Weighted([
    (Door(referrer="https://www.chayou-luntan.example/thread-{item}.html"), 3.0),
    (Door(referrer="https://blog.yishan.example/tea/{item}"), 2.0),
    (Door(referrer="https://www.shanju-minsu.example/"), 1.0),
])  # fmt: skip

PAID_SEARCH = Weighted([
    (Door("utm_source=baidu&utm_medium=cpc&utm_campaign={campaign}&utm_term=tea_{item}",
          "https://www.baidu.com/", click_id="bd_vid"), 5.0),
    (Door("utm_source=bing&utm_medium=cpc&utm_campaign={campaign}",
          "https://cn.bing.com/", "desktop", "msclkid"), 1.0),
])  # fmt: skip

BRAND_SEARCH = Weighted([
    (Door("utm_source=baidu&utm_medium=cpc&utm_campaign=brand&utm_term=山野茶铺",
          "https://www.baidu.com/", click_id="bd_vid"), 1.0),
])  # fmt: skip

PAID_SOCIAL = Weighted([
    (Door("utm_source=xiaohongshu&utm_medium=cpc&utm_campaign={campaign}&utm_content=note{item}",
          "https://www.xiaohongshu.com/", "phone", "click_id"), 4.0),
    (Door("utm_source=douyin&utm_medium=cpc&utm_campaign={campaign}&utm_content=v{item}", "",
          "phone", "clickid"), 3.0),
    (Door("utm_source=wechat&utm_medium=paid_social&utm_campaign={campaign}", "", "wechat",
          "gdt_vid"), 2.0),
    (Door("utm_source=weibo&utm_medium=cpm&utm_campaign=fensitong_test", "https://m.weibo.cn/",
          "phone"), 0.8),  # a campaign that nobody has entered
])  # fmt: skip

PAID_VIDEO = Weighted([
    (Door("utm_source=bilibili&utm_medium=cpm&utm_campaign={campaign}&utm_content=v{item}", "",
          "phone"), 3.0),
    (Door("utm_source=kuaishou&utm_medium=cpc&utm_campaign={campaign}&utm_content=v{item}", "",
          "phone", "callback"), 2.0),
])  # fmt: skip

DISPLAY = Weighted([
    (Door("utm_source=tencent_ads&utm_medium=display&utm_campaign={campaign}", "", "phone",
          "qz_gdt"), 1.0),
])  # fmt: skip

RETARGETING = Weighted([
    (Door("utm_source=tencent_ads&utm_medium=display&utm_campaign=retarget", "", "",
          "qz_gdt"), 1.0),
])  # fmt: skip

AFFILIATE = Weighted([
    (Door("utm_source=fanli&utm_medium=affiliate&utm_campaign={campaign}",
          "https://go.fanli-lianmeng.example/"), 2.0),
    (Door("utm_source=smzdm&utm_medium=affiliate&utm_campaign={campaign}",
          "https://www.smzdm.com/p/{item}/"), 1.0),
])  # fmt: skip

DEAL_SITE = Weighted([
    (Door(referrer="https://www.haoquan-fenxiang.example/code/{item}"), 3.0),
    (Door(), 2.0),
])  # fmt: skip

EMAIL = Weighted([
    (Door("utm_source=edm&utm_medium=email&utm_campaign=member"), 1.0),
])  # fmt: skip

SMS = Weighted([
    (Door("utm_source=sms&utm_medium=sms&utm_campaign=member", agents="phone"), 1.0),
])  # fmt: skip

KOL_AGENTS = {"wechat": "wechat", "bilibili": "", "zhihu": ""}
"""Browsers in which a link of that platform opens; others: the phone's."""
