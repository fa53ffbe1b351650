# ruff: noqa: E501 -- tables are read by rows
import pytest

from spiders.pages.blocks import judge_json, judge_strongly, judge_weakly

GOOD_TITLES = [
    "Login button sticker pack", "Captcha mug - funny gift", "Access point TP-Link AX3000", "404 brand sneakers – Shop", "安全验证器 U盾 保护套",
    "登录器套装 正版", "Sign In Blue - Wall Art", "Security Check Point Toy", "Forbidden Planet poster", "验证码手办 限量", "500 ml bottle", "503 Jeans",
]  # fmt: skip


@pytest.mark.parametrize(
    "title", ["Mug", "Verified organic tea", "Blocked drain cleaner", "Not just a mug", None, ""]
)
def test_ordinary_titles_are_no_walls(title):
    assert judge_strongly(title, "https://shop.example/products/mug") is None


def test_marks_count_only_on_pages_that_show_little():
    assert judge_weakly('<div class="g-recaptcha">', 20, has_password=False) is not None
    assert judge_weakly('<div class="g-recaptcha">', 20_000, has_password=False) is None
    assert judge_weakly("", 20, has_password=True) is not None


@pytest.mark.parametrize("document", [[], {}, {"code": 0, "data": {}}, {"status": "ok"}, {"data": {"message": "login"}}])  # fmt: skip
def test_answers_with_data_are_no_refusals(document):
    assert judge_json(document) is None


@pytest.mark.parametrize(("title", "status"), [
    ("Just a moment...", "challenge"), ("Attention Required! | Cloudflare", "challenge"), ("Robot Check", "challenge"), ("Pardon Our Interruption", "challenge"),
    ("验证码", "challenge"), ("人机验证 - 某站", "challenge"), ("京东验证", "challenge"), ("Access to this page has been denied.", "challenge"),
    ("Login • Instagram", "login_wall"), ("Log in to Facebook", "login_wall"), ("Log into Facebook", "login_wall"), ("登录 - 小红书", "login_wall"),
    ("用户登录", "login_wall"), ("Sina Visitor System", "login_wall"), ("Sign in - Google Accounts", "login_wall"),
    ("Access Denied", "blocked"), ("403 Forbidden", "blocked"), ("Forbidden", "blocked"), ("429 Too Many Requests", "blocked"), ("访问过于频繁", "blocked"),
    ("404", "not_found"), ("404 Not Found", "not_found"), ("Page not found – Shop", "not_found"), ("404 - Page Not Found", "not_found"), ("Not Found", "not_found"),
    ("商品已下架", "not_found"), ("Error 404", "not_found"), ("502 Bad Gateway", "server_error"), ("shop.example | 520: Web server is returning", "server_error"),
    ("503 Service Temporarily Unavailable", "server_error"), ("Internal Server Error", "server_error"),
])  # fmt: skip
def test_titles_of_walls_are_known(title, status):
    assert judge_strongly(title, "https://shop.example/products/mug")[1] == status
