"""Selectors that staff taught for sites whose pages say no price in their markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.models import TaughtSelector, Workspace
from tracker.services import audit
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError

MAX_SITES = 2_000
"""Sites that a workspace may teach."""


def teach(
    session: Session,
    workspace: Workspace,
    host: str,
    selectors: Mapping[str, str],
    *,
    user_id: int = 0,
) -> None:
    """Keep the selectors of a site in place of those it had; they hold from the next fetch on.

    Args:
        host: ASCII, lower case (`spiders.urls.read_host`).
        selectors: field -> CSS selector, checked by `spiders.pages.taught.check_selectors`.

    Raises RefusedError: value_missing (host; or price when there is no selector), too_many (host).
    """
    wanted = {name: css.strip() for name, css in selectors.items() if css.strip()}
    if not host:
        raise RefusedError("value_missing", "host")
    if not wanted:
        raise RefusedError("value_missing", "price")
    known = set(
        session.scalars(
            select(TaughtSelector.host).where(TaughtSelector.workspace_id == workspace.id)
        )
    )
    if host not in known and len(known) >= MAX_SITES:
        raise RefusedError("too_many", "host", most=MAX_SITES)
    row = {
        "workspace_id": workspace.id,
        "host": host,
        "selectors": wanted,
        "user_id": user_id,
        "changed_at": datetime.now(UTC),
    }
    upsert(session, table_of(TaughtSelector), [row], ["workspace_id", "host"])
    audit.note(session, "selectors.taught", host, user_id=user_id)


def forget(session: Session, workspace: Workspace, row_id: int, *, user_id: int = 0) -> None:
    """Forget a site's selectors; one that is gone already is no error."""
    session.execute(
        delete(TaughtSelector).where(
            TaughtSelector.workspace_id == workspace.id, TaughtSelector.id == row_id
        )
    )
    audit.note(session, "selectors.forgotten", str(row_id), user_id=user_id)


def taught_sites(session: Session, workspace_id: int) -> list[TaughtSelector]:
    """A workspace's taught sites, by host."""
    rows = session.scalars(
        select(TaughtSelector)
        .where(TaughtSelector.workspace_id == workspace_id)
        .order_by(TaughtSelector.host)
    )
    return list(rows)
