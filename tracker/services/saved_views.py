"""Saved views: addresses of reports under a name, own or shared, and the start page."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from tracker.models import SavedView, StartPage
from tracker.services.errors import RefusedError

MAX_NAME = 80
MAX_ADDRESS = 2_000
MAX_VIEWS = 100
"""Views of one user in one workspace."""


def save_view(
    session: Session,
    *,
    workspace_id: int,
    user_id: int,
    name: str,
    address: str,
    is_shared: bool = False,
) -> SavedView:
    """Keep an address under a name.

    Args:
        address: path and query of a report; the edge has seen that it is one of this site.

    Raises RefusedError: name_missing, name_too_long, view_name_taken (name), too_many_views.
    """
    mine = select(func.count()).where(
        SavedView.workspace_id == workspace_id, SavedView.user_id == user_id
    )
    if (session.scalar(mine) or 0) >= MAX_VIEWS:
        raise RefusedError("too_many_views", "name", most=MAX_VIEWS)
    now = datetime.now(UTC)
    view = SavedView(
        workspace_id=workspace_id, user_id=user_id, name=_free_name(session, workspace_id, user_id,
        name), address=address, is_shared=is_shared, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(view)
    session.flush()
    return view


def update_view(
    session: Session,
    view: SavedView,
    *,
    name: str | None = None,
    address: str | None = None,
    is_shared: bool | None = None,
) -> None:
    """Change a view; None leaves a part as it is.

    Raises RefusedError: name_missing, name_too_long, view_name_taken (name).
    """
    if name is not None:
        view.name = _free_name(session, view.workspace_id, view.user_id, name, view.id)
    if address is not None:
        view.address = address
    if is_shared is not None:
        view.is_shared = is_shared
        if not is_shared:  # others cannot begin their day with what they do not see any more
            session.execute(
                delete(StartPage).where(
                    StartPage.view_id == view.id, StartPage.user_id != view.user_id
                )
            )
    view.changed_at = datetime.now(UTC)
    session.flush()


def delete_view(session: Session, view: SavedView) -> None:
    """Forget a view; whoever began their day with it begins with the overview."""
    session.delete(view)
    session.flush()


def find_view(session: Session, workspace_id: int, user_id: int, view_id: int) -> SavedView | None:
    """A view that a user sees: their own, or a shared one of the workspace."""
    return session.scalar(
        select(SavedView).where(
            SavedView.id == view_id,
            SavedView.workspace_id == workspace_id,
            or_(SavedView.user_id == user_id, SavedView.is_shared.is_(True)),
        )
    )


def set_start(session: Session, workspace_id: int, user_id: int, view: SavedView | None) -> None:
    """Let a user's day in a workspace begin with a view; None: with the overview."""
    key = (user_id, workspace_id)
    row = session.get(StartPage, key)
    if view is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(StartPage(user_id=user_id, workspace_id=workspace_id, view_id=view.id))
    else:
        row.view_id = view.id
    session.flush()


def start_address(session: Session, workspace_id: int, user_id: int) -> str:
    """The address that a user's day in a workspace begins with; "": none was chosen."""
    return (
        session.scalar(
            select(SavedView.address)
            .join(StartPage, StartPage.view_id == SavedView.id)
            .where(StartPage.user_id == user_id, StartPage.workspace_id == workspace_id)
        )
        or ""
    )


def has_start(session: Session, user_id: int) -> bool:
    """Whether a user has chosen a page that their day begins with, in any workspace."""
    query = select(StartPage.view_id).where(StartPage.user_id == user_id).limit(1)
    return session.scalar(query) is not None


def _free_name(
    session: Session, workspace_id: int, user_id: int, name: str, view_id: int = 0
) -> str:
    """The name without blanks around it, if no other view of this user has it."""
    wanted = " ".join(name.split())
    if not wanted:
        raise RefusedError("name_missing", "name")
    if len(wanted) > MAX_NAME:
        raise RefusedError("name_too_long", "name", most=MAX_NAME)
    taken = session.scalar(
        select(SavedView.id).where(
            SavedView.workspace_id == workspace_id,
            SavedView.user_id == user_id,
            SavedView.name == wanted,
            SavedView.id != view_id,
        )
    )
    if taken is not None:
        raise RefusedError("view_name_taken", "name", name=wanted)
    return wanted
