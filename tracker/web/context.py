"""What a request works with: the site's parts, its database session, the time, the workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import abort, current_app, g, session
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.config import Settings
from tracker.db import Database
from tracker.models import Shop, Workspace

WORKSPACE_KEY = "workspace"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the site."""

    settings: Settings
    database: Database


def parts() -> Parts:
    """The parts of the running site."""
    return cast(Parts, current_app.extensions["tracker"])


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def get_session() -> Session:
    """The request's reading session: one snapshot for the whole page."""
    if "reading" not in g:
        g.reading = parts().database.reader()
    return cast(Session, g.reading)


@contextmanager
def writing() -> Iterator[Session]:
    """A session that commits at the end of the block: the edge where a request's change is made.

    The reading session is closed first, so that what follows reads what was written.
    """
    close_session()
    with parts().database.write() as changing:
        yield changing


def close_session(_error: BaseException | None = None) -> None:
    """Give the reading session's connection back."""
    reading = g.pop("reading", None)
    if reading is not None:
        reading.close()


def show_workspaces(ids: Collection[int] | None) -> None:
    """Say which workspaces the caller may see; None: every one. Until it is said: none."""
    g.visible = ids if ids is None else frozenset(ids)


def all_workspaces() -> list[Workspace]:
    """Every workspace that the caller may see, the demo last."""
    if "workspaces" not in g:
        visible = g.get("visible", frozenset())
        query = select(Workspace).order_by(Workspace.is_demo, Workspace.id)
        if visible is not None:
            query = query.where(Workspace.id.in_(visible))
        g.workspaces = list(get_session().scalars(query))
    return cast("list[Workspace]", g.workspaces)


def find_workspace() -> Workspace | None:
    """The workspace that the browser has chosen, else the first; None: there is none yet."""
    if "workspace" not in g:
        chosen = session.get(WORKSPACE_KEY)
        everything = all_workspaces()
        first = everything[0] if everything else None
        g.workspace = next((w for w in everything if w.id == chosen), first)
    return cast("Workspace | None", g.workspace)


def get_workspace() -> Workspace:
    """The current workspace. Pages ask for it only behind `guard`, which sees that there is one."""
    workspace = find_workspace()
    if workspace is None:
        abort(404)
    return workspace


def get_shops() -> list[Shop]:
    """The shops of the current workspace, by name."""
    if "shops" not in g:
        query = select(Shop).where(Shop.workspace_id == get_workspace().id).order_by(Shop.name)
        g.shops = list(get_session().scalars(query))
    return cast("list[Shop]", g.shops)


def today() -> date:
    """The current day in the workspace's time zone."""
    return now().astimezone(ZoneInfo(get_workspace().time_zone)).date()
