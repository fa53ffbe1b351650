"""The own account."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from tests.web.conftest import PASSWORD, form_token
from tracker.models import SignIn, User
from tracker.services import sign_ins
from tracker.services.users import check_password

NEW = "a new and long one"


def change(client, old=PASSWORD, new=NEW, again=NEW):
    data = {"old": old, "new": new, "again": again, "csrf_token": form_token(client)}
    return client.post("/account/password", data=data)


def test_a_new_password_signs_every_other_browser_out(app, client, database, world):
    with database.write() as session:
        user = session.scalars(select(User)).one()
        token = sign_ins.start(session, user, datetime.now(UTC))
    other = app.test_client()
    other.set_cookie("tracker", token)
    assert other.get("/account").status_code == 200
    assert change(client).status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    with database.read() as session:
        user = session.scalars(select(User)).one()
        assert check_password(user, NEW)
        assert not user.must_change_password


def test_a_password_is_changed_only_with_the_old_one_and_said_twice(client, database, world):
    assert "not your current password" in change(client, old="wrong").text
    assert "The two passwords differ" in change(client, again="x" * 12).text
    assert "At least 10 characters" in change(client, new="short", again="short").text
    with database.read() as session:
        assert check_password(session.scalars(select(User)).one(), PASSWORD)


def test_guessing_the_old_password_is_slowed(client, world):
    answers = [change(client, old=f"wrong {n}").status_code for n in range(6)]
    assert answers == [400] * 5 + [429]


def test_other_browsers_can_be_signed_out(client, database, world):
    with database.write() as session:
        user = session.scalars(select(User)).one()
        sign_ins.start(session, user, datetime.now(UTC))
    client.post("/account/end-others", data={"csrf_token": form_token(client)})
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
    assert client.get("/account").status_code == 200


def test_the_name_can_be_changed(client, database, world):
    client.post("/account", data={"name": " Li ", "csrf_token": form_token(client)})
    with database.read() as session:
        assert session.scalar(select(User.name)) == "Li"
