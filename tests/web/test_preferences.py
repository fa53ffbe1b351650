"""Language and theme."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token, token_in
from tracker.models import User


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [("zh-CN,zh;q=0.9", "zh-CN"), ("zh-TW", "zh-CN"), ("en-GB,en", "en"), ("", "zh-CN"),
     ("fr,en;q=0.5", "en"), ("fr", "zh-CN")],
)  # fmt: skip
def test_a_stranger_gets_the_browsers_language_else_chinese(anonymous, accepts, lang):
    page = anonymous.get("/sign-in", headers={"Accept-Language": accepts}).text
    assert f'<html lang="{lang}"' in page


def test_a_language_is_kept_with_the_user_and_in_the_browser(client, database, world):
    token = form_token(client)
    answer = client.post(
        "/preferences", data={"language": "zh_CN", "next": "/orders?period=7d", "csrf_token": token}
    )
    assert answer.location == "/orders?period=7d"
    assert "概览" in client.get("/").text
    with database.read() as session:
        assert session.scalar(select(User.locale)) == "zh_CN"
    assert client.get_cookie("language").value == "zh_CN"


def test_a_theme_is_kept_in_the_browser(client, world):
    token = form_token(client)
    assert "data-theme" not in client.get("/").text
    client.post("/preferences", data={"theme": "dark", "csrf_token": token})
    assert 'data-theme="dark"' in client.get("/").text


def test_an_unknown_choice_changes_nothing(anonymous):
    token = token_in(anonymous.get("/sign-in").text)
    answer = anonymous.post(
        "/preferences",
        data={"theme": '"><script>', "language": "xx", "next": "//evil", "csrf_token": token},
    )
    assert answer.location == "/"
    assert anonymous.get_cookie("theme") is None


def test_a_broken_cookie_is_ignored(anonymous):
    anonymous.set_cookie("theme", "purple")
    anonymous.set_cookie("language", "../../etc")
    assert anonymous.get("/sign-in").status_code == 200
