import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.walls import judge_answer
from tracker.observed import FetchStatus

GOOD = b"<html><head><title>Captcha mug, 404 ml</title></head><body>9.90</body></html>"
URL = "https://shop.example/mug"


@pytest.mark.parametrize(
    ("http_status", "status"),
    [
        (200, None),
        (204, "bad_content"),
        (302, "bad_content"),
        (400, "bad_content"),
        (401, "not_public"),
        (403, "blocked"),
        (404, "not_found"),
        (410, "gone"),
        (429, "rate_limited"),
        (432, "blocked"),
        (451, "not_public"),
        (500, "server_error"),
        (503, "rate_limited"),
    ],
)
def test_http_statuses(http_status, status):
    verdict = judge_answer(http_status, URL, GOOD, "text/html")
    assert (verdict[0].value if verdict else None) == status


@pytest.mark.parametrize(
    ("url", "title", "status"),
    [
        (URL, "Just a moment...", "challenge"),
        (URL, "验证码", "challenge"),
        (URL, "请登录", "login_wall"),
        (URL, "Access Denied", "blocked"),
        (URL, "502 Bad Gateway", "server_error"),
        ("https://passport.shop.example/in", "Welcome", "login_wall"),
        ("https://shop.example/accounts/login/?next=/mug", "Shop", "login_wall"),
    ],
)
def test_an_answer_of_200_can_be_a_wall(url, title, status):
    verdict = judge_answer(200, url, f"<title>{title}</title>".encode(), "text/html")
    assert verdict is not None
    assert verdict[0].value == status


def test_a_challenge_says_more_than_its_403():
    verdict = judge_answer(403, URL, b"<title>Just a moment...</title>", "text/html")
    assert verdict == (FetchStatus.CHALLENGE, "Just a moment...")


@given(st.integers(100, 599), st.text(max_size=50), st.binary(max_size=500))
def test_nothing_is_raised_and_no_error_is_good(http_status, url, body):
    verdict = judge_answer(http_status, url, body)
    assert verdict is not None or http_status == 200 or http_status < 200
