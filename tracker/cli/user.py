"""`tracker user`: who may sign in."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from tracker.cli._common import as_json, open_database, print_json
from tracker.models import User
from tracker.models.user import ROLES
from tracker.services import users


@click.group()
def command() -> None:
    """Add, list and disable the people who may sign in."""


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


@command.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="marketer", show_default=True)
@click.option("--name", default="")
@click.option("--locale", type=click.Choice(["zh_CN", "en"]), default="zh_CN", show_default=True)
@from_stdin
@as_json
def add(email: str, role: str, name: str, locale: str, from_stdin: bool, as_json: bool) -> None:
    """Add a user and print their password, which they must change when they first sign in."""
    password, is_made_up = _chosen_password(from_stdin)
    with open_database() as database, database.write() as session:
        user = users.add_user(
            session,
            email,
            password,
            role=role,
            name=name,
            locale=locale,
            must_change_password=is_made_up,
        )
    _answer(user, password if is_made_up else None, as_json)


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
    _answer(user, chosen if is_made_up else None, as_json)


@command.command("disable")
@click.argument("email")
@as_json
def disable(email: str, as_json: bool) -> None:
    """Let a user sign in no more, and sign them out everywhere."""
    with open_database() as database, database.write() as session:
        user = users.get_user(session, email)
        users.disable_user(session, user)
    _answer(user, None, as_json)


@command.command("list")
@as_json
def show(as_json: bool) -> None:
    """List all users."""
    with open_database() as database, database.read() as session:
        rows = [_row(user) for user in session.scalars(select(User).order_by(User.email))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = "" if row["active"] else "disabled"
        click.echo(f"{row['email']}\t{row['role']}\t{row['name']}\t{state}".rstrip())


def _row(user: User) -> dict[str, str | bool]:
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "locale": user.locale,
        "active": user.is_active,
        "must_change_password": user.must_change_password,
    }


def _answer(user: User, password: str | None, as_json: bool) -> None:
    if as_json:
        print_json({**_row(user), "password": password})
    elif password is not None:
        click.echo(f"{user.email}\t{password}")
    else:
        click.echo(user.email)
