"""RQ job that sends what waits in the box of messages. Claims first, sends outside of any
transaction, writes down each outcome at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from jobs.courier import Courier
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.models import Destination, Workspace
from tracker.sending_messages import Parcel, Server
from tracker.services import destinations
from tracker.services.messages import Claimed, claim_messages, finish_message

AT_ONCE = 5
"""Messages claimed together: even if each takes its whole time limit, the claim outlives them."""

MAX_ROUNDS = 20
"""Then the job ends and the next tick goes on: nobody waits behind a thousand messages."""

MAX_FILES = 20 * 2**20
"""Bytes of all files of a message; mail servers take little more."""


def send_messages() -> dict[str, int]:
    """Send messages that are due (safe to repeat, and beside a twin).

    Returns:
        {"sent": …, "failed": given up, "waiting": to be tried again}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        return send_due(database, settings, Courier())
    finally:
        database.dispose()


def send_due(database: Database, settings: Settings, courier: Courier) -> dict[str, int]:
    """The same with a courier of the caller's."""
    done = {"sent": 0, "failed": 0, "waiting": 0}
    for _round in range(MAX_ROUNDS):
        with database.write() as session:
            claims = claim_messages(session, datetime.now(UTC), limit=AT_ONCE)
        if not claims:
            break
        for state in _send(database, settings, courier, claims):
            if state:
                done[state] += 1
    return done


def _send(
    database: Database, settings: Settings, courier: Courier, claims: Sequence[Claimed]
) -> Iterator[str]:
    """Send what was claimed; the state of each message afterwards."""
    ready: dict[int, Parcel] = {}
    for claim in claims:
        with database.read() as session:
            parcel = _parcel(session, claim, settings)
        if isinstance(parcel, str):
            yield _finish(database, claim, parcel)
        else:
            ready[claim.id] = parcel
    by_id = {claim.id: claim for claim in claims}
    for receipt in courier.deliver(list(ready.values())):
        yield _finish(database, by_id[receipt.id], receipt.error)


def _finish(database: Database, claim: Claimed, error: str) -> str:
    with database.write() as session:
        return finish_message(session, claim, error, datetime.now(UTC))


def _parcel(session: Session, claim: Claimed, settings: Settings) -> Parcel | str:
    """What the courier needs; a code where it cannot be sent."""
    destination = session.get(Destination, claim.destination_id)
    if destination is None or destination.workspace_id != claim.workspace_id:
        return "destination_gone"
    values = destinations.open_address(destination, settings.signing_key)
    if values is None:
        return "sealed_lost"
    server = None
    if destination.service == "mail":
        opened = destinations.open_mail_server(session, claim.workspace_id, settings.signing_key)
        if opened is None:
            return "no_mail_server"
        workspace = session.get_one(Workspace, claim.workspace_id)
        server = Server(
            host=opened.host, port=opened.port, security=opened.security, sender=opened.sender,
            sender_name=workspace.name[:80], user_name=opened.user_name, password=opened.password,
        )  # fmt: skip
    files = [settings.reports_dir / path for path in claim.files] if server is not None else []
    if not all(file.is_file() for file in files):
        return "file_gone"
    if sum(file.stat().st_size for file in files) > MAX_FILES:
        return "too_large"
    return Parcel(
        id=claim.id, service=destination.service, values=values, server=server,
        title=claim.title, body=claim.body, files=tuple(str(Path(file)) for file in files),
    )  # fmt: skip
