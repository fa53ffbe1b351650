"""Destinations: where a workspace's messages may go. What opens one is sealed, and never shown."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.destinations import DestinationError, is_mail_address, parse_destination
from tracker.i18n import known_locale
from tracker.models import AlertRule, Destination, MailServer, ReportSchedule, Workspace
from tracker.services import audit
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError
from tracker.services.sealing import seal, unseal

MAX_DESTINATIONS = 50
MAX_NAME = 80
MAX_PASSWORD = 500

MAIL_PORTS = (465, 587, 2525, 25)
"""Ports that a mail server is asked at."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class MailTerms:
    """A mail server as a form gives it. password "": the one that is there stays."""

    host: str
    port: int
    security: str
    sender: str
    user_name: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenMailServer:
    """A mail server with its password, for the process that sends."""

    host: str
    port: int
    security: str
    sender: str
    user_name: str
    password: str = field(repr=False)


def create_destination(
    session: Session,
    workspace: Workspace,
    *,
    name: str,
    service: str,
    given: str,
    locale: str,
    key: str,
    signing_key: str = "",
    user_id: int = 0,
) -> Destination:
    """Store a destination.

    Args:
        given: what was pasted, see `tracker.domain.destinations.parse_destination`.
        key: the program's signing key, under which it is sealed.
        signing_key: DingTalk's.

    Raises RefusedError: value_missing, name_taken, too_many, bad_mail, too_many_mails, bad_webhook,
    bad_signing_key, no_mail_server, not_found (service).
    """
    name = name.strip()[:MAX_NAME]
    if not name:
        raise RefusedError("value_missing", "name")
    mine = select(func.count()).where(Destination.workspace_id == workspace.id)
    if (session.scalar(mine) or 0) >= MAX_DESTINATIONS:
        raise RefusedError("too_many", "name", most=MAX_DESTINATIONS)
    if session.scalar(mine.where(Destination.name == name)):
        raise RefusedError("destination_name_taken", "name", name=name)
    try:
        address = parse_destination(service, given, signing_key)
    except DestinationError as error:
        where = "signing_key" if error.code == "bad_signing_key" else "given"
        raise RefusedError(error.code, where) from error
    except ValueError as error:
        raise RefusedError("not_found", "service") from error
    if service == "mail" and session.get(MailServer, workspace.id) is None:
        raise RefusedError("no_mail_server", "given")
    row = Destination(
        workspace_id=workspace.id, name=name, service=service,
        sealed=seal(key, json.dumps(address.values)), hint=address.hint,
        locale=known_locale(locale), user_id=user_id, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(
        session, "destination.created", name, user_id=user_id, service=service, hint=address.hint
    )
    return row


def delete_destination(session: Session, destination: Destination, *, user_id: int = 0) -> None:
    """Forget a destination, also in rules and schedules; what still waits for it fails."""
    for row in _users_of(session, destination):
        row.destination_ids = [n for n in row.destination_ids if n != destination.id]
    audit.note(session, "destination.deleted", destination.name, user_id=user_id)
    session.delete(destination)
    session.flush()


def list_destinations(session: Session, workspace_id: int) -> Sequence[Destination]:
    """A workspace's destinations by name."""
    return session.scalars(
        select(Destination)
        .where(Destination.workspace_id == workspace_id)
        .order_by(Destination.name, Destination.id)
    ).all()


def check_destinations(session: Session, workspace_id: int, ids: Collection[int]) -> list[int]:
    """These destinations, sorted. Raises RefusedError: not_found (destinations): one is not the
    workspace's."""
    wanted = sorted(set(ids))
    mine = set(
        session.scalars(
            select(Destination.id).where(
                Destination.workspace_id == workspace_id, Destination.id.in_(wanted)
            )
        )
    )
    if mine != set(wanted):
        raise RefusedError("not_found", "destinations")
    return wanted


def open_address(destination: Destination, key: str) -> dict[str, str] | None:
    """What opens a destination; None: it was sealed under another key, or is damaged."""
    text = unseal(key, destination.sealed)
    if text is None:
        return None
    values: dict[str, str] = json.loads(text)
    return values


def save_mail_server(
    session: Session, workspace: Workspace, terms: MailTerms, key: str, *, user_id: int = 0
) -> None:
    """Store the server that mail is handed to, in place of the one before.

    The caller judges the host's address (`spiders.net`); it is judged again at every connection.
    Another server or user name needs its password anew: the old one is not sent to a new host.

    Raises RefusedError: bad_hostname (host), bad_mail_port (port), bad_mail (sender),
    value_missing, secret_long (password).
    """
    host = terms.host.strip().lower().removesuffix(".")
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise RefusedError("bad_hostname", "host", hostname=host[:80])
    if terms.port not in MAIL_PORTS or terms.security not in ("tls", "starttls"):
        raise RefusedError("bad_mail_port", "port")
    if not is_mail_address(terms.sender):
        raise RefusedError("bad_mail", "sender")
    if len(terms.password) > MAX_PASSWORD:
        raise RefusedError("secret_long", "password", longest=MAX_PASSWORD)
    sealed = _password(session, workspace, terms, host, key)
    row = {
        "workspace_id": workspace.id, "host": host, "port": terms.port,
        "security": terms.security, "sender": terms.sender, "user_name": terms.user_name.strip(),
        "sealed": sealed, "user_id": user_id, "changed_at": datetime.now(UTC),
    }  # fmt: skip
    upsert(session, table_of(MailServer), [row], ["workspace_id"])
    session.expire_all()
    audit.note(session, "mail_server.saved", host, user_id=user_id)


def open_mail_server(session: Session, workspace_id: int, key: str) -> OpenMailServer | None:
    """A workspace's mail server; None: it has none, or its password cannot be read any more."""
    row = session.get(MailServer, workspace_id)
    if row is None:
        return None
    password = unseal(key, row.sealed) if row.sealed else ""
    if password is None:
        return None
    return OpenMailServer(
        host=row.host, port=row.port, security=row.security, sender=row.sender,
        user_name=row.user_name, password=password,
    )  # fmt: skip


def _password(session: Session, workspace: Workspace, terms: MailTerms, host: str, key: str) -> str:
    if terms.password:
        return seal(key, terms.password)
    if not terms.user_name.strip():
        return ""
    before = session.get(MailServer, workspace.id)
    is_same = before is not None and (before.host, before.user_name) == (
        host,
        terms.user_name.strip(),
    )
    if before is None or not is_same or not before.sealed:
        raise RefusedError("value_missing", "password")
    return before.sealed


def _users_of(session: Session, destination: Destination) -> list[AlertRule | ReportSchedule]:
    found: list[AlertRule | ReportSchedule] = [
        *session.scalars(
            select(AlertRule).where(AlertRule.workspace_id == destination.workspace_id)
        ),
        *session.scalars(
            select(ReportSchedule).where(ReportSchedule.workspace_id == destination.workspace_id)
        ),
    ]
    return [row for row in found if destination.id in row.destination_ids]
