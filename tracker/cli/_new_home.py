"""A home without a workspace: what the first file needs is made for it.

The file decides: its currency, else the one its preset implies, and a zone that suits the platform.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import select

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.imports.home import Home
from tracker.migrations import current_revision, upgrade
from tracker.models import Shop, Workspace
from tracker.services import audit, workspaces

SLUG = "main"


@dataclass(frozen=True, slots=True)
class Lack:
    """What a home has not."""

    schema: bool
    workspace: bool
    shop: bool


def lack_of(workspace_slug: str | None, shop_slug: str | None) -> Lack | None:
    """What has to be made before a file can be imported; None: nothing, or not by us.

    A workspace or shop that is named is never made: a slip of the pen would make another one.
    """
    database = connect(Settings.from_env().database)
    try:
        if current_revision(database) is None:
            return None if workspace_slug or shop_slug else Lack(True, True, True)
        with database.read() as session:
            rows = list(session.scalars(select(Workspace)))
            if not rows:
                return None if workspace_slug or shop_slug else Lack(False, True, True)
            rows = [row for row in rows if workspace_slug in (None, row.slug)]
            if len(rows) != 1 or shop_slug:
                return None
            shop = session.scalar(select(Shop.id).where(Shop.workspace_id == rows[0].id))
            return None if shop is not None else Lack(False, False, True)
    finally:
        database.dispose()


@contextmanager
def ready_home(
    lack: Lack, home: Home, workspace_slug: str | None, *, is_dry: bool
) -> Iterator[Database]:
    """The database with what it lacked; for a dry run one that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        aside = f"sqlite:///{Path(folder) / 'dry.db'}"
        database = connect(aside if is_dry else Settings.from_env().database)
        try:
            if is_dry or lack.schema:
                upgrade(database)
            _make(database, lack, home, workspace_slug, is_dry=is_dry)
            yield database
        finally:
            database.dispose()


def _make(
    database: Database, lack: Lack, home: Home, workspace_slug: str | None, *, is_dry: bool
) -> None:
    with database.write() as session:
        if lack.workspace or is_dry:
            workspace = workspaces.create_workspace(
                session, slug=workspace_slug or SLUG, base_currency=home.currency,
                time_zone=home.time_zone,
            )  # fmt: skip
            audit.note(session, "workspace.created", workspace.slug)
        else:
            workspace = workspaces.get_workspace(session, workspace_slug)
        shop = workspaces.create_shop(
            session, workspace, slug=SLUG, platform=home.platform, currency=home.currency
        )
        audit.note(session, "shop.created", shop.slug)
        verb = "would make" if is_dry else "made"
        what = f"workspace {workspace.slug} and shop" if lack.workspace else "shop"
        click.echo(
            f"tracker: {verb} {what} {shop.slug} ({home.currency}, {home.time_zone}); "
            "use `tracker workspace add` and `tracker shop add` to choose",
            err=True,
        )
