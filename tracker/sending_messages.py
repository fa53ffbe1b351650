"""The lines between the job that sends and its child, the courier: one JSON document each.

The job writes one `Parcel` a line; the courier answers each with a `Receipt`, in their order. It
knows no database and no setting: a parcel carries all that its destination needs, no more.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Line):
    """The server that mail is handed to."""

    host: str
    port: int
    security: str
    """tls, starttls, or (on loopback, for tests) none."""
    sender: str
    sender_name: str
    user_name: str = ""
    password: str = Field(default="", repr=False)


class Parcel(_Line):
    """One message to one destination."""

    id: int
    service: str
    """Of `tracker.domain.destinations.SERVICES`."""
    values: dict[str, str] = Field(repr=False)
    """What opens the destination."""
    server: Server | None = None
    """Of mail."""
    title: str
    body: str
    files: tuple[str, ...] = ()
    """Absolute paths."""


class Receipt(_Line):
    """What came of a parcel. error: code of `labels_alerts` group message_error, or http_<status>;
    "": it arrived."""

    id: int
    error: str = ""
