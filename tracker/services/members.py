"""Members of workspaces: who may work where, and as what.

An administrator of the installation is no member: they may do in every workspace what its owner
may. Everybody else sees the workspaces that they are a member of, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Membership, User, Workspace
from tracker.models.user import ROLES
from tracker.services import audit
from tracker.services.users import UserError


def roles_of(session: Session, user_id: int) -> dict[int, str]:
    """Workspace id -> role of a user there."""
    query = select(Membership.workspace_id, Membership.role).where(Membership.user_id == user_id)
    return {row.workspace_id: row.role for row in session.execute(query)}


def agencies_of(session: Session, user_id: int) -> dict[int, str]:
    """Workspace id -> the agency that a user works for there; only where their role is agency."""
    query = select(Membership.workspace_id, Membership.agency).where(
        Membership.user_id == user_id, Membership.role == "agency", Membership.agency != ""
    )
    return {row.workspace_id: row.agency for row in session.execute(query)}


def members_of(session: Session, workspace: Workspace) -> list[tuple[User, Membership]]:
    """The members of a workspace: who can sign in first, then by address."""
    query = (
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace.id)
        .order_by(User.is_active.desc(), User.email)
    )
    return [(user, member) for user, member in session.execute(query)]


def add_member(
    session: Session,
    workspace: Workspace,
    user: User,
    role: str,
    *,
    agency: str | None = None,
    by_user_id: int = 0,
) -> None:
    """Let a user work in a workspace, or give a member another role; it counts from their next
    request.

    Args:
        agency: whom they work for, with the role agency; None: as it is.
        by_user_id: who does it; 0: the command line.

    Raises:
        UserError: role_unknown.
    """
    if role not in ROLES:
        raise UserError("role_unknown", f"role is one of {', '.join(ROLES)}, got {role}")
    member = session.get(Membership, (user.id, workspace.id))
    if member is None:
        action, member = "member.added", Membership(user_id=user.id, workspace_id=workspace.id)
        session.add(member)
    else:
        action = "member.role"
    member.role = role
    if agency is not None:
        member.agency = agency.strip()
    session.flush()
    audit.note(session, action, user.email, user_id=by_user_id, workspace=workspace.slug, role=role)


def remove_member(
    session: Session, workspace: Workspace, user: User, *, by_user_id: int = 0
) -> None:
    """Let a user work in a workspace no more. Their account stays, and what they did there.

    Raises:
        UserError: no_member: they are none; yourself: they would shut themselves out.
    """
    member = session.get(Membership, (user.id, workspace.id))
    if member is None:
        raise UserError("no_member", f"{user.email} is no member of {workspace.slug}")
    if by_user_id == user.id:
        raise UserError("yourself", "somebody else has to remove you")
    session.delete(member)
    session.flush()
    audit.note(session, "member.removed", user.email, user_id=by_user_id, workspace=workspace.slug)


def may_manage_account(session: Session, user: User, roles: Mapping[int, str]) -> bool:
    """Whether somebody may give a user a new password or disable them.

    An owner may when the user works in their own workspaces only: else the owner of one brand
    could take over an account that another brand trusts.

    Args:
        roles: of who wants to (`roles_of`); for administrators nobody needs to ask.
    """
    owned = {workspace_id for workspace_id, role in roles.items() if role == "owner"}
    return not user.is_admin and roles_of(session, user.id).keys() <= owned
