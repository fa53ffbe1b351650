"""Form tokens on every POST, and limits on what is read."""

from __future__ import annotations

import io

import pytest

from tests.web.conftest import form_token, token_in
from tests.web.test_guard import address, rules


def test_every_post_asks_for_its_form_token(app, client, world):
    client.get("/account")
    posts = [rule for rule, method in rules(app) if method == "POST"]
    assert len(posts) > 25
    for rule in posts:
        url = address(app, rule, world)
        for data in ({}, {"csrf_token": "guessed"}):
            answer = client.post(url, data=data)
            assert answer.status_code == 400, url
            assert "This form is too old" in answer.text, url


def test_a_token_of_another_browser_is_refused(app, client, anonymous, world):
    foreign = token_in(anonymous.get("/sign-in").text)
    client.get("/account")
    assert client.post("/account", data={"name": "x", "csrf_token": foreign}).status_code == 400


def test_nothing_changes_on_get(client, world, database, queries):
    for url in ("/", "/influencers", "/orders", "/settings/rules", "/imports", "/account"):
        client.get(url)
    assert [s for s in queries if s.split()[0] in {"INSERT", "UPDATE", "DELETE"}] == []


def test_forms_have_a_limit_and_uploads_have_theirs(client, world):
    token = form_token(client)
    big = "x" * (300 * 1024)
    assert client.post("/account", data={"csrf_token": token, "name": big}).status_code == 413
    answer = client.post(
        "/imports",
        data={"csrf_token": token, "shop": world.shop, "file": (io.BytesIO(big.encode()), "a.csv")},
    )
    assert answer.status_code == 302  # above the limit of forms, below that of files


def test_a_file_above_the_limit_is_refused_with_a_hint(app_of, settings, client_of, world):
    small = app_of(settings.model_copy(update={"upload_max_bytes": 1024}))
    browser = small.test_client()
    browser.set_cookie("tracker", client_of("owner").get_cookie("tracker").value)
    browser.set_cookie("language", "en")
    token = form_token(browser)
    file = (io.BytesIO(b"x" * 200_000), "a.csv")
    answer = browser.post("/imports", data={"csrf_token": token, "file": file})
    assert answer.status_code == 413
    assert "Split the file" in answer.text


def test_a_stranger_is_refused_before_a_file_is_read(anonymous):
    class Watched(io.BytesIO):
        n_read = 0

        def read(self, size=-1):
            Watched.n_read += 1
            return super().read(size)

    answer = anonymous.post(
        "/imports",
        input_stream=Watched(b"--x\r\n" * 1000),
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 401
    assert Watched.n_read == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_not_there(client, method):
    assert client.open("/influencers", method=method).status_code == 405
