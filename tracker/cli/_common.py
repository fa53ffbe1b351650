"""What commands share: JSON on standard output, the database, the workspace that is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from tracker.config import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.db import Database
    from tracker.models import Workspace

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
"""Option that every command with a result has."""

workspace_option = click.option(
    "--workspace", "workspace_slug", metavar="SLUG", help="Which workspace; default: the only one."
)


class NotReadyError(Exception):
    """The database is not there, is behind this program, or has no workspace as asked."""


class DayType(click.ParamType[date]):
    """An ISO date such as 2026-11-11."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that was written."""
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.fail(f"{value!r} is no date; write it like 2026-11-11", param, ctx)


DAY = DayType()


def print_json(document: Any) -> None:
    """Print one JSON document on a line of its own. Decimals are text, unknown is null."""
    click.echo(json.dumps(document, ensure_ascii=False, default=_to_json))


def _to_json(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


@contextmanager
def open_database() -> Iterator[Database]:
    """The installation's database, closed at the end.

    Raises:
        NotReadyError: it was never set up, or is older than this program.
    """
    from tracker.db import connect  # commands without a database must not load SQLAlchemy
    from tracker.migrations import current_revision, newest_revision

    database = connect(Settings.from_env().database)
    try:
        revision = current_revision(database)
        if revision is None:
            raise NotReadyError("the database is empty; `tracker up` (or `make run`) sets it up")
        if revision != newest_revision():
            raise NotReadyError(
                f"the database is at revision {revision}, this program needs {newest_revision()}; "
                "`tracker up` brings it up to date"
            )
        yield database
    finally:
        database.dispose()


def find_workspace(session: Session, slug: str | None) -> Workspace:
    """The workspace of that slug, or the only one.

    Raises:
        NotReadyError: there is none, or there are several and none was named.
    """
    from sqlalchemy import select  # as above

    from tracker.models import Workspace

    rows = list(session.scalars(select(Workspace).order_by(Workspace.slug)))
    if slug is not None:
        rows = [row for row in rows if row.slug == slug]
        if not rows:
            raise NotReadyError(f"there is no workspace {slug}")
    if not rows:
        raise NotReadyError("there is no workspace yet; `tracker demo` or the site makes one")
    if len(rows) > 1:
        names = ", ".join(row.slug for row in rows)
        raise NotReadyError(f"there are several workspaces, say which: --workspace one of {names}")
    return rows[0]
