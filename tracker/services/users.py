"""Staff: who may sign in, and their passwords. Where they may work: `services.members`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from tracker.models import AuditEntry, SignIn, User

FIRST_ADMIN = "admin@localhost"

MIN_PASSWORD_LENGTH = 10
"""Characters. Length is the only rule: composition rules make passwords worse (NIST SP 800-63B)."""

MAX_PASSWORD_LENGTH = 1024
"""Characters; a longer one would only cost time."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with OWASP's minimum (19 MiB, 2 passes, 1 lane): about 50 ms here, so that signing in
cannot be used to keep the site busy."""


class UserError(Exception):
    """A user cannot be made or changed as asked; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """email_taken, email_invalid, role_unknown, password_short, password_long, not_found,
        last_admin, no_member or yourself."""


def first_admin(session: Session) -> str | None:
    """Make the administrator of a new installation, with a password that has to be changed.

    Returns:
        the password, which is kept nowhere; None: there are users already.
    """
    if session.scalar(select(exists().where(User.id > 0))):
        return None
    password = generate_password()
    add_user(session, FIRST_ADMIN, password, is_admin=True, must_change_password=True)
    return password


def generate_password() -> str:
    """A password of 20 characters without look-alikes, about 98 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def add_user(
    session: Session,
    email: str,
    password: str,
    *,
    is_admin: bool = False,
    name: str = "",
    locale: str = "zh_CN",
    must_change_password: bool = False,
) -> User:
    """Make a user.

    Raises:
        UserError: the address is taken or is none, or the password is too short or too long.
    """
    email = normalise_email(email)
    if session.scalar(select(exists().where(User.email == email))):
        raise UserError("email_taken", f"{email} is a user already")
    user = User(
        email=email,
        name=name,
        password_hash=hash_password(password),
        is_admin=is_admin,
        locale=locale,
        is_active=True,
        must_change_password=must_change_password,
        created_at=datetime.now(UTC),
    )
    session.add(user)
    session.flush()
    _note(session, "user.added", email, {"is_admin": is_admin})
    return user


def set_password(
    session: Session, user: User, password: str, *, must_change_password: bool = False
) -> None:
    """Give a user another password; every browser they are signed in with is signed out.

    Raises:
        UserError: the password is too short or too long.
    """
    user.password_hash = hash_password(password)
    user.must_change_password = must_change_password
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    _note(session, "user.password", user.email, {})


def disable_user(session: Session, user: User) -> None:
    """Let a user sign in no more, and sign them out everywhere. Their past work stays theirs.

    Raises:
        UserError: they are the last administrator who can sign in.
    """
    _check_other_admin(session, user)
    user.is_active = False
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    _note(session, "user.disabled", user.email, {})


def enable_user(session: Session, user: User) -> None:
    """Let a disabled user sign in again."""
    user.is_active = True
    _note(session, "user.enabled", user.email, {})


def set_admin(session: Session, user: User, is_admin: bool) -> None:
    """Make a user administrator of the installation, or no longer; it counts from their next
    request. Their memberships stay as they are.

    Raises:
        UserError: they are the last administrator who can sign in.
    """
    if not is_admin:
        _check_other_admin(session, user)
    user.is_admin = is_admin
    _note(session, "user.admin", user.email, {"is_admin": is_admin})


def _check_other_admin(session: Session, user: User) -> None:
    others = select(
        exists().where(User.is_admin.is_(True), User.is_active.is_(True), User.id != user.id)
    )
    if user.is_admin and not session.scalar(others):
        raise UserError(
            "last_admin", f"{user.email} is the last administrator; make another one first"
        )


def get_user(session: Session, email: str) -> User:
    """The user with this address.

    Raises:
        UserError: there is none.
    """
    user = session.scalar(select(User).where(User.email == normalise_email(email)))
    if user is None:
        raise UserError("not_found", f"there is no user {email}")
    return user


def check_password(user: User | None, password: str) -> bool:
    """Whether the password is the user's. It takes as long for a user that is not there (None), so
    that nobody learns from the time which addresses exist.
    """
    matches = matches_password(_nobody() if user is None else user.password_hash, password)
    return user is not None and user.is_active and matches


def matches_password(encoded: str, password: str) -> bool:
    """Whether a password has this hash."""
    try:
        return _hasher.verify(encoded, password[:MAX_PASSWORD_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """The password in Argon2's encoded form.

    Raises:
        UserError: it is too short or too long.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise UserError(
            "password_short", f"a password has {MIN_PASSWORD_LENGTH} characters or more"
        )
    if len(password) > MAX_PASSWORD_LENGTH:
        raise UserError("password_long", f"a password has at most {MAX_PASSWORD_LENGTH} characters")
    return _hasher.hash(password)


def normalise_email(email: str) -> str:
    """The address as it is stored and compared.

    Raises:
        UserError: it is no address.
    """
    email = email.strip().lower()
    name, _, host = email.partition("@")
    if not name or not host or "@" in host or len(email) > 254 or not email.isprintable():
        raise UserError("email_invalid", f"{email or 'an empty text'} is no e-mail address")
    return email


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password has, with the same cost as a real one; made once a process."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _note(session: Session, action: str, subject: str, detail: dict[str, str | bool]) -> None:
    session.add(AuditEntry(at=datetime.now(UTC), action=action, subject=subject, detail=detail))
