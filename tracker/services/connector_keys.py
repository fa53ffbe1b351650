"""Keys that a workspace has from platforms: sealed, used by their own source only, never shown.

A key is given to nobody but the source that it was entered for, and only its last characters come
back to a page. Deleting it is for good.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.models import ConnectorKey, Workspace
from tracker.services import audit
from tracker.services.bulk import table_of
from tracker.services.crawl_orders import OpenKeys
from tracker.services.errors import RefusedError
from tracker.services.sealing import hint_of, seal, unseal

MAX_KEY = 4_096
_KEY = re.compile(r"[\x21-\x7e]+")
"""What may stand in a header: no blank, no line break, no letter beyond ASCII."""


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a page may know of a key."""

    name: str
    hint: str
    """Its last characters; "": it is too short to show any."""
    created_at: datetime


def save_keys(
    session: Session,
    workspace: Workspace,
    source: str,
    given: Mapping[str, str],
    *,
    needed: Sequence[str],
    signing_key: str,
    user_id: int = 0,
) -> None:
    """Store a source's keys in place of those it had.

    Args:
        given: by name; all that the source needs.
        needed: names that the source needs.
        signing_key: of this installation; without it nobody can read them again.

    Raises RefusedError: value_missing, bad_key (the field is the key's name).
    """
    rows = []
    for name in needed:
        key = given.get(name, "").strip()
        if not key:
            raise RefusedError("value_missing", name)
        if len(key) > MAX_KEY or not _KEY.fullmatch(key):
            raise RefusedError("bad_key", name)
        rows.append(
            {
                "workspace_id": workspace.id,
                "source": source,
                "name": name,
                "sealed": seal(signing_key, key),
                "hint": hint_of(key),
                "user_id": user_id,
                "created_at": datetime.now(UTC),
            }
        )
    upsert(session, table_of(ConnectorKey), rows, ["workspace_id", "source", "name"])
    audit.note(session, "connector_key.saved", source, user_id=user_id)


def delete_keys(session: Session, workspace: Workspace, source: str, *, user_id: int = 0) -> None:
    """Forget a source's keys; none there is no error."""
    session.execute(
        delete(ConnectorKey).where(
            ConnectorKey.workspace_id == workspace.id, ConnectorKey.source == source
        )
    )
    audit.note(session, "connector_key.deleted", source, user_id=user_id)


def known_keys(session: Session, workspace_id: int) -> dict[str, list[KeyInfo]]:
    """What is known of a workspace's keys, by source; never the keys."""
    found: dict[str, list[KeyInfo]] = defaultdict(list)
    rows = session.execute(
        select(ConnectorKey.source, ConnectorKey.name, ConnectorKey.hint, ConnectorKey.created_at)
        .where(ConnectorKey.workspace_id == workspace_id)
        .order_by(ConnectorKey.source, ConnectorKey.name)
    )
    for source, name, hint, created_at in rows:
        found[source].append(KeyInfo(name, hint, created_at))
    return dict(found)


def key_opener(signing_key: str) -> OpenKeys:
    """What opens keys for a crawl: one workspace's for one source, and no others.

    A key that was sealed by another installation is left out: the source then says that it has
    none.
    """

    def open_keys(session: Session, workspace_id: int, source: str) -> dict[str, str]:
        rows = session.execute(
            select(ConnectorKey.name, ConnectorKey.sealed).where(
                ConnectorKey.workspace_id == workspace_id, ConnectorKey.source == source
            )
        )
        opened = {name: unseal(signing_key, sealed) for name, sealed in rows}
        return {name: key for name, key in opened.items() if key is not None}

    return open_keys
