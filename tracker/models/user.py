"""Staff who may sign in, where they may work, and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, one_of

ROLES = ("owner", "marketer", "analyst", "finance", "agency")


class User(Base):
    """A person who may sign in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case; also the name to sign in with."""
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    """Argon2id, in its own encoded form."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    """Administrator of the installation: makes workspaces, and may do in each what its owner may.
    Whoever is none sees the workspaces that they are a member of."""
    locale: Mapped[str] = mapped_column(default="zh_CN")
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """True for the one-time password that the first start prints."""
    created_at: Mapped[datetime]


class Membership(Base):
    """A user works in a workspace, with a role there."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", *ROLES),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
    agency: Mapped[str] = mapped_column(default="")
    """role agency: the name of the agency, as influencers have it; they see its shares."""


class SignIn(Base):
    """One signed-in browser. The cookie carries its token; ending the row ends the session, so a
    cookie that was copied before signing out is worth nothing after it."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the random token, hexadecimal; the token itself is only in the cookie."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(default="")

    user: Mapped[User] = relationship(lazy="joined")
