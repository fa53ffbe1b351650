from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import UserFactory
from tracker.models import AuditEntry, SignIn, User
from tracker.services import users
from tracker.services.users import UserError


def sign_in(session, user):
    now = datetime.now(UTC)
    row = SignIn(
        token_hash=f"token of {user.id}",
        user_id=user.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    session.add(row)
    session.flush()


def n_sign_ins(session):
    return session.scalar(select(func.count()).select_from(SignIn))


def test_the_first_administrator_gets_a_password_that_works_and_must_be_changed(session):
    password = users.first_admin(session)
    owner = users.get_user(session, "admin@localhost")
    assert users.check_password(owner, password)
    assert (owner.is_admin, owner.must_change_password) == (True, True)


def test_an_installation_with_users_gets_no_second_first_administrator(session):
    UserFactory()
    assert users.first_admin(session) is None
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_passwords_that_are_made_up_differ():
    assert len({users.generate_password() for _ in range(50)}) == 50


def test_the_password_itself_is_stored_nowhere(session):
    users.add_user(session, "a@example.com", "correct horse battery")
    row = session.execute(select(User.__table__)).mappings().one()
    assert "horse" not in str(dict(row))
    assert row["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("wrong", ["", "correct horse batter", "Correct horse battery", "x" * 5000])
def test_another_password_does_not_match(session, wrong):
    user = users.add_user(session, "a@example.com", "correct horse battery")
    assert not users.check_password(user, wrong)


def test_nobody_matches_any_password():
    assert not users.check_password(None, "anything at all")


def test_a_disabled_user_matches_no_password_and_is_signed_out(session):
    UserFactory()
    user = users.add_user(session, "a@example.com", "correct horse battery")
    sign_in(session, user)
    users.disable_user(session, user)
    assert not users.check_password(user, "correct horse battery")
    assert n_sign_ins(session) == 0


def test_a_new_password_ends_the_sessions_of_that_user_only(session):
    user, other = UserFactory(), UserFactory()
    sign_in(session, user)
    sign_in(session, other)
    users.set_password(session, user, "another good password")
    assert n_sign_ins(session) == 1


def test_the_last_administrator_can_neither_be_disabled_nor_made_less(session):
    owner = UserFactory()
    UserFactory(is_active=False)
    UserFactory(is_admin=False)
    for change in (users.disable_user, lambda s, user: users.set_admin(s, user, False)):
        with pytest.raises(UserError, match="last administrator") as caught:
            change(session, owner)
        assert caught.value.code == "last_admin"
    users.set_admin(
        session, users.add_user(session, "b@example.com", "correct horse battery"), True
    )
    users.disable_user(session, owner)


def test_addresses_are_the_same_whatever_their_case_and_blanks(session):
    users.add_user(session, " Li.Na@Example.COM ", "correct horse battery")
    assert users.get_user(session, "li.na@example.com").email == "li.na@example.com"
    with pytest.raises(UserError) as caught:
        users.add_user(session, "LI.NA@example.com", "correct horse battery")
    assert caught.value.code == "email_taken"


@pytest.mark.parametrize("email", ["", "a", "@b", "a@", "a@b@c", "a\n@b.c", "a" * 250 + "@b.cn"])
def test_what_is_no_address_is_refused(session, email):
    with pytest.raises(UserError) as caught:
        users.add_user(session, email, "correct horse battery")
    assert caught.value.code == "email_invalid"


@pytest.mark.parametrize(
    ("password", "code"), [("short", "password_short"), ("x" * 1025, "password_long")]
)
def test_a_password_of_a_wrong_length_is_refused(session, password, code):
    with pytest.raises(UserError) as caught:
        users.add_user(session, "a@example.com", password)
    assert caught.value.code == code


def test_every_change_is_in_the_audit_log(session):
    UserFactory()
    user = users.add_user(session, "a@example.com", "correct horse battery")
    users.set_password(session, user, "another good password")
    users.disable_user(session, user)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["user.added", "user.password", "user.disabled"]
