"""Error pages: styled, in the user's language, and without the database."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tracker.web import overview as page
from tracker.web.errors import TEXTS


@pytest.mark.parametrize(("language", "text"), [("en", "nothing here"), ("zh-CN", "什么也没有")])
def test_not_found_speaks_the_browsers_language(anonymous, language, text):
    answer = anonymous.get("/nope", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert text in answer.text
    assert "site.css" in answer.text


@pytest.mark.parametrize(
    "error",
    [OperationalError("select 1", {}, Exception("database is locked")), PoolTimeoutError("busy")],
)
def test_a_database_that_does_not_answer_is_a_page_that_tries_again(client, monkeypatch, error):
    def broken(*_arguments):
        raise error

    monkeypatch.setattr(page, "overview", broken)
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "The database does not answer" in answer.text
    assert 'http-equiv="refresh"' in answer.text
    assert "Traceback" not in answer.text
    assert "locked" not in answer.text


def test_a_database_that_was_never_there_is_the_same_page(app_of, settings):
    gone = settings.model_copy(
        update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    )
    app = app_of(gone)
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200
    client.set_cookie("tracker", "a" * 43)
    assert client.get("/").status_code == 503
    assert client.get("/healthz").status_code == 503


def test_what_breaks_is_logged_and_not_shown(client, monkeypatch, caplog):
    def broken(*_arguments):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(page, "overview", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "a secret detail" not in answer.text
    assert "a secret detail" in caplog.text


def test_every_code_has_a_text_and_a_way_on(client):
    assert {400, 403, 404, 413, 429, 500, 503} <= set(TEXTS)
    assert 'href="/"' in client.get("/nope").text
