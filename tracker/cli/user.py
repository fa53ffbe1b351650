"""`tracker user`: who may sign in, and where they may work."""

from __future__ import annotations

import sys
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.cli._common import as_json, open_database, print_json
from tracker.models import User, Workspace
from tracker.models.user import ROLES
from tracker.services import members, users
from tracker.services.workspaces import get_workspace


@click.group()
def command() -> None:
    """Add, list and disable the people who may sign in, and say where they may work."""


def _chosen_password(from_stdin: bool) -> tuple[str, bool]:
    """The password to set, and whether it was made up here.

    It never comes as an argument: those are in the shell's history and in the list of processes.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    return users.generate_password(), True


from_stdin = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read it from stdin; default: make one up."
)
role_option = click.option(
    "--role", type=click.Choice(ROLES), default="marketer", show_default=True
)
workspace_option = click.option("--workspace", help="Default: the only one.")


@command.command("add")
@click.argument("email")
@role_option
@workspace_option
@click.option("--admin", "is_admin", is_flag=True, help="May do everything in every workspace.")
@click.option("--name", default="")
@click.option("--locale", type=click.Choice(["zh_CN", "en"]), default="zh_CN", show_default=True)
@from_stdin
@as_json
def add(
    email: str,
    role: str,
    workspace: str | None,
    is_admin: bool,
    name: str,
    locale: str,
    from_stdin: bool,
    as_json: bool,
) -> None:
    """Add a user and print their password, which they must change when they first sign in."""
    password, is_made_up = _chosen_password(from_stdin)
    with open_database() as database, database.write() as session:
        place = None if is_admin else get_workspace(session, workspace)
        user = users.add_user(
            session,
            email,
            password,
            is_admin=is_admin,
            name=name,
            locale=locale,
            must_change_password=is_made_up,
        )
        if place is not None:
            members.add_member(session, place, user, role)
        row = _row(session, user)
    _answer(row, password if is_made_up else None, as_json)


@command.command("join")
@click.argument("email")
@role_option
@workspace_option
@as_json
def join(email: str, role: str, workspace: str | None, as_json: bool) -> None:
    """Let a user work in a workspace, or give them another role there."""
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        members.add_member(session, get_workspace(session, workspace), user, role)
        row = _row(session, user)
    _answer(row, None, as_json)


@command.command("leave")
@click.argument("email")
@workspace_option
@as_json
def leave(email: str, workspace: str | None, as_json: bool) -> None:
    """Let a user work in a workspace no more."""
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        members.remove_member(session, get_workspace(session, workspace), user)
        row = _row(session, user)
    _answer(row, None, as_json)


@command.command("admin")
@click.argument("email")
@click.option("--off", is_flag=True, help="Make them an administrator no longer.")
@as_json
def admin(email: str, off: bool, as_json: bool) -> None:
    """Make a user administrator of the installation, or no longer."""
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        users.set_admin(session, user, not off)
        row = _row(session, user)
    _answer(row, None, as_json)


@command.command("password")
@click.argument("email")
@from_stdin
@as_json
def password(email: str, from_stdin: bool, as_json: bool) -> None:
    """Give a user a new password; they are signed out everywhere."""
    chosen, is_made_up = _chosen_password(from_stdin)
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        users.set_password(session, user, chosen, must_change_password=is_made_up)
        row = _row(session, user)
    _answer(row, chosen if is_made_up else None, as_json)


@command.command("disable")
@click.argument("email")
@as_json
def disable(email: str, as_json: bool) -> None:
    """Let a user sign in no more, and sign them out everywhere."""
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        users.disable_user(session, user)
        row = _row(session, user)
    _answer(row, None, as_json)


@command.command("list")
@as_json
def show(as_json: bool) -> None:
    """List all users with their roles."""
    with open_database() as database, database.read() as session:
        rows = [_row(session, user) for user in session.scalars(select(User).order_by(User.email))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = "" if row["active"] else "disabled"
        click.echo(f"{row['email']}\t{_places(row)}\t{row['name']}\t{state}".rstrip())


def _places(row: dict[str, Any]) -> str:
    if row["admin"]:
        return "administrator"
    return " ".join(f"{slug}:{role}" for slug, role in row["roles"].items()) or "-"


def _row(session: Session, user: User) -> dict[str, Any]:
    slugs = {row.id: row.slug for row in session.scalars(select(Workspace))}
    roles = members.roles_of(session, user.id)
    return {
        "email": user.email,
        "name": user.name,
        "admin": user.is_admin,
        "roles": dict(sorted((slugs[place], role) for place, role in roles.items())),
        "locale": user.locale,
        "active": user.is_active,
        "must_change_password": user.must_change_password,
    }


def _answer(row: dict[str, Any], password: str | None, as_json: bool) -> None:
    if as_json:
        print_json({**row, "password": password})
    elif password is not None:
        click.echo(f"{row['email']}\t{password}")
    else:
        click.echo(row["email"])
