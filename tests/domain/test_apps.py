import pytest

from tracker.domain.apps import app_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


@pytest.mark.parametrize(
    ("tail", "app"),
    [
        ("MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI", "wechat"),
        ("MQQBrowser/6.2 TBS/045 MicroMessenger/8.0", "wechat"),
        ("Weibo (iPhone14,2__weibo__13.1.0__iphone__os17.0)", "weibo"),
        ("aweme_27.1.0 JsSdk/2.0 NetType/WIFI", "douyin"),
        ("XHSDiscover/8.1", "xiaohongshu"),
        ("QQ/8.9.50.611 Pixel/1170", "qq"),
        ("AliApp(TB/10.27.10) WindVane/8.7", "taobao"),
        ("jdapp;iPhone;12.0.2", "jd"),
        ("[FBAN/FBIOS;FBAV/440.0.0]", "facebook"),
        ("Instagram 300.0.0.0", "instagram"),
        ("Version/17.0 Safari/604.1", ""),
        ("MQQBrowser/13.0 Safari/604.1", ""),
    ],
)
def test_the_app_is_read_from_its_browser(tail, app):
    assert app_of(f"{IPHONE} {tail}") == app
