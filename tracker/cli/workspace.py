"""`tracker workspace`: the sellers of this installation."""

from __future__ import annotations

import click
from sqlalchemy import select

from tracker.cli._common import as_json, open_database, print_json
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import current_revision, upgrade
from tracker.models import Workspace
from tracker.services import audit, workspaces


@click.group()
def command() -> None:
    """Add and list workspaces (one seller each)."""


@command.command("add")
@click.argument("slug")
@click.option("--name", default="", help="Default: the slug.")
@click.option("--currency", default="CNY", show_default=True, help="Base currency of all reports.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True)
@as_json
def add(slug: str, name: str, currency: str, time_zone: str, as_json: bool) -> None:
    """Add a workspace. An empty database is set up first."""
    _set_up()
    with open_database() as database, database.write() as session:
        row = workspaces.create_workspace(
            session, slug=slug, name=name, base_currency=currency.upper(), time_zone=time_zone
        )
        audit.note(session, "workspace.created", row.slug)
    _answer([row], as_json, is_list=False)


@command.command("list")
@as_json
def show(as_json: bool) -> None:
    """List the workspaces."""
    with open_database() as database, database.read() as session:
        rows = list(session.scalars(select(Workspace).order_by(Workspace.slug)))
    _answer(rows, as_json, is_list=True)


def _set_up() -> None:
    database = connect(Settings.from_env().database)
    try:
        if current_revision(database) is None:
            upgrade(database)
    finally:
        database.dispose()


def _answer(rows: list[Workspace], as_json: bool, *, is_list: bool) -> None:
    told = [
        {"workspace": row.slug, "name": row.name, "currency": row.base_currency,
         "time_zone": row.time_zone}
        for row in rows
    ]  # fmt: skip
    if as_json:
        print_json(told if is_list else told[0])
        return
    for one in told:
        click.echo("\t".join(str(value) for value in one.values()))
