"""Keys of programs that write through the order API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of

RIGHTS = ("orders:write",)


class ApiKey(Base):
    """A key for a program, bound to a workspace, to one shop of it or all, and to a right."""

    __tablename__ = "api_key"
    __table_args__ = (one_of("scope", *RIGHTS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int]
    """0: every shop of the workspace."""
    scope: Mapped[str]
    """The right that it gives."""
    name: Mapped[str]
    """What a person calls it: which program has it."""
    prefix: Mapped[str] = mapped_column(unique=True)
    """Its first characters, which may be shown; the key itself was shown once."""
    key_hash: Mapped[str]
    """SHA-256 of the key, hexadecimal. It is random, so that guessing from the hash is hopeless."""
    sealed_signing_secret: Mapped[str] = mapped_column(default="")
    """Secret under which bodies must be signed, encrypted; empty: they need not be."""
    user_id: Mapped[int] = mapped_column(default=0)
    """Who made it."""
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    """To about a minute; NULL: never."""
    revoked_at: Mapped[datetime | None]
    """NULL: it works."""
