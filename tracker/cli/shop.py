"""`tracker shop`: where orders are placed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.cli._common import (
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)
from tracker.config import Settings
from tracker.models import Shop, Workspace
from tracker.models.shop import PLATFORMS
from tracker.services import audit, webhooks, workspaces
from tracker.services.webhook_checks import TOPICS, check_webhooks


@click.group()
def command() -> None:
    """Add and list shops, and set up their webhooks."""


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


@command.command("webhook")
@click.argument("slug")
@click.option("--new-secret", is_flag=True, help="Make a secret and print it.")
@click.option(
    "--secret-file", type=click.File(), help="Take the shop's secret from a file (- is stdin)."
)
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 168),
    default=24,
    show_default=True,
    help="How long the secret before still counts.",
)
@workspace_option
@as_json
def webhook(
    slug: str,
    new_secret: bool,
    secret_file: TextIO | None,
    overlap_hours: int,
    workspace_slug: str | None,
    as_json: bool,
) -> None:
    """Show where a shop sends its webhooks, and what is wrong with them; or set the secret."""
    if new_secret and secret_file is not None:
        raise click.UsageError("--new-secret or --secret-file, not both")
    settings, now = Settings.from_env(), datetime.now(UTC)
    given = secret_file.read().strip() if secret_file is not None else ""
    if secret_file is not None and not given:
        raise click.UsageError("the file with the secret is empty")
    with open_database() as database, database.write() as session:
        shop = _find(session, find_workspace(session, workspace_slug), slug)
        made = ""
        if new_secret or given:
            made = webhooks.set_secret(
                session, shop, given, signing_key=settings.signing_key, now=now,
                overlap=timedelta(hours=overlap_hours),
            )  # fmt: skip
            audit.note(session, "webhook.secret_set", shop.slug)
        findings = check_webhooks(
            session, shop, now=now, site_url=settings.site_url, signing_key=settings.signing_key
        )
    told = {
        "shop": shop.slug,
        "addresses": {
            source: f"{settings.site_url}/webhooks/{source}/{shop.site_key}" for source in TOPICS
        },
        "secret": made if new_secret else None,
        "findings": [{"level": one.level, "code": one.code, **one.figures} for one in findings],
    }
    if as_json:
        print_json(told)
    else:
        _print_webhook(told)


def _print_webhook(told: dict[str, Any]) -> None:
    for source, address in told["addresses"].items():
        click.echo(f"{source}\t{address}")
    if told["secret"]:
        click.echo(f"secret (shown only now)\t{told['secret']}")
    for one in told["findings"]:
        details = [f"{name} {value}" for name, value in list(one.items())[2:]]
        click.echo("\t".join([one["level"], one["code"], *details]))


def _find(session: Session, workspace: Workspace, slug: str) -> Shop:
    shop = session.scalar(select(Shop).where(Shop.workspace_id == workspace.id, Shop.slug == slug))
    if shop is None:
        raise click.ClickException(f"no shop {slug} in {workspace.slug}")
    return shop


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
