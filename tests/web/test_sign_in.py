"""Signing in and out: cookies, sessions that end, tries that are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.web.conftest import PASSWORD, PASSWORD_HASH, token_in
from tracker.models import SignIn, User
from tracker.services import sign_ins

EMAIL = "wang@example.com"


@pytest.fixture
def user(database) -> int:
    with database.write() as session:
        row = User(
            email=EMAIL, name="Wang", is_admin=True, locale="en", password_hash=PASSWORD_HASH,
            is_active=True, must_change_password=False, created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture(autouse=True)
def english(anonymous) -> None:
    anonymous.set_cookie("language", "en")


def sign_in(client, password=PASSWORD, email=EMAIL, next_=""):
    page = client.get("/sign-in").text
    return client.post(
        "/sign-in",
        data={"email": email, "password": password, "next": next_, "csrf_token": token_in(page)},
    )


def test_the_right_password_opens_and_leads_on(anonymous, user, world):
    answer = sign_in(anonymous, next_="/influencers?period=7d")
    assert answer.location == "/influencers?period=7d"
    assert anonymous.get("/influencers").status_code == 200


def test_blanks_and_capitals_in_the_address_do_not_matter(anonymous, user):
    assert sign_in(anonymous, email=" Wang@Example.COM ").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD), (EMAIL, ""), ("", ""), ("x" * 400, "y")],
)
def test_wrong_and_unknown_get_the_same_answer(anonymous, user, email, password):
    answer = sign_in(anonymous, password, email)
    assert answer.status_code == 401
    assert "do not match" in answer.text
    assert PASSWORD not in answer.text
    assert anonymous.get("/account").status_code == 302


def test_a_disabled_user_stays_out_and_is_put_out(anonymous, user, database):
    assert sign_in(anonymous).status_code == 302
    with database.write() as session:
        session.execute(update(User).values(is_active=False))
    assert anonymous.get("/account").status_code == 302
    assert sign_in(anonymous).status_code == 401


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, anonymous, user):
    sign_in(anonymous)
    cookie = anonymous.get_cookie("tracker")
    token = token_in(anonymous.get("/account").text)
    assert anonymous.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("tracker", cookie.value)
    assert thief.get("/account").status_code == 302


def test_the_token_is_new_at_every_sign_in_and_ends_the_one_before(anonymous, user, database):
    sign_in(anonymous)
    first = anonymous.get_cookie("tracker").value
    anonymous.get("/account")
    answer = anonymous.post(
        "/sign-in",
        data={
            "email": EMAIL,
            "password": PASSWORD,
            "csrf_token": token_in(anonymous.get("/account").text),
        },
    )
    assert answer.status_code == 302
    assert anonymous.get_cookie("tracker").value != first
    with database.read() as session:
        hashes = set(session.scalars(select(SignIn.token_hash)))
    assert hashes == {sign_ins.hash_token(anonymous.get_cookie("tracker").value)}


def test_the_token_is_stored_only_as_a_hash(anonymous, user, database):
    sign_in(anonymous)
    token = anonymous.get_cookie("tracker").value
    assert len(token) >= 43
    with database.read() as session:
        assert token not in session.scalars(select(SignIn.token_hash)).one()


@pytest.mark.parametrize(
    "change",
    [
        {"last_seen_at": datetime.now(UTC) - timedelta(hours=8, minutes=1)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    ],
)
def test_a_sign_in_ends_when_idle_and_in_any_case(anonymous, user, database, change):
    sign_in(anonymous)
    with database.write() as session:
        session.execute(update(SignIn).values(**change))
    assert anonymous.get("/account").status_code == 302


def test_use_keeps_a_sign_in_alive(anonymous, user, database):
    sign_in(anonymous)
    with database.write() as session:
        session.execute(update(SignIn).values(last_seen_at=datetime.now(UTC) - timedelta(hours=7)))
    assert anonymous.get("/account").status_code == 200
    with database.read() as session:
        seen = session.scalars(select(SignIn.last_seen_at)).one()
    assert datetime.now(UTC) - seen < timedelta(minutes=1)


def test_the_cookie_is_http_only_and_lax(anonymous, user):
    answer = sign_in(anonymous)
    cookies = answer.headers.getlist("Set-Cookie")
    ours = next(c for c in cookies if c.startswith("tracker="))
    assert "HttpOnly" in ours
    assert "SameSite=Lax" in ours
    assert "Path=/" in ours


def test_behind_https_cookies_are_secure_and_bound_to_the_host(app_of, settings, user):
    app = app_of(settings.model_copy(update={"public_url": "https://t.example.com"}))
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://t.example.com")
    answer = client.post(
        "/sign-in",
        base_url="https://t.example.com",
        headers={"Referer": "https://t.example.com/sign-in"},
        data={"email": EMAIL, "password": PASSWORD, "csrf_token": token_in(page.text)},
    )
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("__Host-tracker=") for c in cookies)
    assert all("Secure" in c for c in cookies)
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_tries_on_one_account_are_slowed_whoever_tries(app, anonymous, user):
    for n in range(5):
        assert sign_in(anonymous, f"wrong {n}").status_code == 401
    other = app.test_client()
    other.set_cookie("language", "en")
    page = other.get("/sign-in").text
    answer = other.post(
        "/sign-in",
        data={"email": EMAIL, "password": PASSWORD, "csrf_token": token_in(page)},
        environ_overrides={"REMOTE_ADDR": "198.51.100.9"},
    )
    assert answer.status_code == 429
    assert "Too many tries" in answer.text


def test_unknown_accounts_are_slowed_the_same_way(anonymous):
    answers = [sign_in(anonymous, "x", "ghost@example.com").status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2


def test_tries_from_one_address_are_slowed_on_whatever_accounts(anonymous):
    answers = [sign_in(anonymous, "x", f"u{n}@example.com").status_code for n in range(22)]
    assert answers.count(401) == 20
    assert answers[-1] == 429


def test_success_does_not_count_as_a_try(app, user):
    for _ in range(8):
        assert sign_in(app.test_client()).status_code == 302


def test_signing_in_works_and_is_counted_while_valkey_is_down(
    app_of, settings, user, valkey_server
):
    broken = settings.model_copy(update={"redis_url": valkey_server.url})
    app = app_of(broken)
    client = app.test_client()
    valkey_server.kill()
    assert [sign_in(client, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
