"""`tracker shop`: where orders are placed."""

from __future__ import annotations

import click
from sqlalchemy import select

from tracker.cli._common import (
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)
from tracker.models import Shop
from tracker.models.shop import PLATFORMS
from tracker.services import audit, workspaces


@click.group()
def command() -> None:
    """Add and list shops."""


@command.command("add")
@click.argument("slug")
@click.option("--name", default="", help="Default: the slug.")
@click.option("--platform", type=click.Choice(PLATFORMS), default="own", show_default=True)
@click.option("--currency", default="", help="Default: the workspace's.")
@click.option("--time-zone", default="", help="Default: the workspace's.")
@click.option("--host", "hosts", multiple=True, help="A host name of the shop; may be repeated.")
@click.option("--script/--no-script", "has_script", help="Whether our script runs in it.")
@workspace_option
@as_json
def add(
    slug: str,
    name: str,
    platform: str,
    currency: str,
    time_zone: str,
    hosts: tuple[str, ...],
    has_script: bool,
    workspace_slug: str | None,
    as_json: bool,
) -> None:
    """Add a shop and print its site key."""
    with open_database() as database, database.write() as session:
        row = workspaces.create_shop(
            session,
            find_workspace(session, workspace_slug),
            slug=slug,
            name=name,
            platform=platform,
            currency=currency.upper(),
            time_zone=time_zone,
            hostnames=" ".join(hosts),
            has_script=has_script,
        )
        audit.note(session, "shop.created", row.slug)
    _answer([row], as_json, is_list=False)


@command.command("list")
@workspace_option
@as_json
def show(workspace_slug: str | None, as_json: bool) -> None:
    """List the shops of a workspace."""
    with open_database() as database, database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        rows = list(
            session.scalars(
                select(Shop).where(Shop.workspace_id == workspace.id).order_by(Shop.slug)
            )
        )
    _answer(rows, as_json, is_list=True)


def _answer(rows: list[Shop], as_json: bool, *, is_list: bool) -> None:
    told = [
        {"shop": row.slug, "name": row.name, "platform": row.platform, "currency": row.currency,
         "time_zone": row.time_zone, "site_key": row.site_key, "hosts": row.hostnames.split()}
        for row in rows
    ]  # fmt: skip
    if as_json:
        print_json(told if is_list else told[0])
        return
    for one in told:
        click.echo("\t".join(str(value) for value in list(one.values())[:6]))
