"""Who may sign in."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import User
from tracker.services.users import check_password


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def one(database, email: str) -> User:
    with database.read() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_a_new_user_gets_a_one_time_password_that_is_shown_once(client, world, database):
    answer = post(client, "/settings/users", email="Li@Example.com", name="Li", role="analyst")
    assert answer.status_code == 200
    password = re.search(r"<code>([a-z2-9-]{23})</code>", answer.text).group(1)
    user = one(database, "li@example.com")
    assert check_password(user, password)
    assert (user.role, user.must_change_password) == ("analyst", True)
    assert password not in client.get("/settings/users").text


def test_an_address_is_taken_once_and_must_be_one(client, world):
    post(client, "/settings/users", email="li@example.com", role="analyst")
    again = post(client, "/settings/users", email="LI@example.com", role="owner")
    assert "a user with this address already" in again.text
    assert "no e-mail address" in post(client, "/settings/users", email="li", role="owner").text
    assert post(client, "/settings/users", email="x@y.z", role="king").status_code == 400


def test_a_user_can_be_disabled_enabled_and_given_another_role(client, client_of, world, database):
    other = client_of("analyst")
    user = one(database, "analyst-en@example.com")
    url = f"/settings/users/{user.id}"
    post(client, url, action="role", role="marketer")
    assert one(database, user.email).role == "marketer"
    post(client, url, action="disable")
    assert other.get("/account").status_code == 302
    post(client, url, action="enable")
    assert one(database, user.email).is_active


def test_a_role_counts_from_the_next_request_on(client, client_of, world, database):
    other = client_of("marketer")
    assert other.get("/influencers/new").status_code == 200
    user = one(database, "marketer-en@example.com")
    post(client, f"/settings/users/{user.id}", action="role", role="analyst")
    assert other.get("/influencers/new").status_code == 403


def test_the_last_owner_stays_an_owner(client, world, database):
    user = one(database, "owner-en@example.com")
    for change in ({"action": "disable"}, {"action": "role", "role": "analyst"}):
        answer = client.post(
            f"/settings/users/{user.id}",
            data={"csrf_token": form_token(client), **change},
            follow_redirects=True,
        )
        assert "last owner" in answer.text
    kept = one(database, user.email)
    assert (kept.role, kept.is_active) == ("owner", True)


def test_a_new_one_time_password_ends_their_sign_ins(client, client_of, world, database):
    other = client_of("finance")
    user = one(database, "finance-en@example.com")
    answer = post(client, f"/settings/users/{user.id}", action="password")
    password = re.search(r"<code>([a-z2-9-]{23})</code>", answer.text).group(1)
    assert check_password(one(database, user.email), password)
    assert other.get("/account").status_code == 302


def test_an_unknown_action_changes_nothing(client, world, database):
    user = one(database, "owner-en@example.com")
    assert post(client, f"/settings/users/{user.id}", action="promote").status_code == 400
