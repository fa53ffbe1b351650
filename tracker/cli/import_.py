"""`tracker import`: a file of orders, costs or people into the database (DESIGN section 9)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from tracker.cli._common import (
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)
from tracker.config import Settings
from tracker.db import Database
from tracker.imports import reasons
from tracker.imports.dates import DateOrder
from tracker.imports.errors import FileError
from tracker.imports.load import Progress
from tracker.imports.result import Result
from tracker.imports.run import Request, collect_less_often, import_file, try_file
from tracker.services.workspaces import NotFoundError, get_shop

SHOWN = 20
"""Notes that are listed when no JSON is asked for."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "preset", metavar="PRESET", default="", help="Default: told by the header.")
@click.option("--shop", "shop_slug", metavar="SLUG", help="Default: the only one.")
@workspace_option
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="Order of dates such as 03/04/2026."
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--strict", is_flag=True, help="Exit with 1 when any row is rejected.")
@as_json
def command(
    file: Path,
    preset: str,
    shop_slug: str | None,
    workspace_slug: str | None,
    dates: str | None,
    dry_run: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Import a CSV file (plain or .gz). Importing it again changes nothing."""
    began = time.monotonic()
    collect_less_often()
    with open_database() as database:
        request = _request(database, workspace_slug, shop_slug, preset, dates)
        progress = _progress(began)
        try:
            if dry_run:
                result = try_file(database, file, request, progress=progress)
            else:
                result = import_file(database, file, request, progress=progress)
        except FileError as error:
            result = Result(is_dry=dry_run, error=str(error))
            click.echo(f"tracker: {file.name}: {reasons.explain_file(error)}", err=True)
    _answer(result, as_json, time.monotonic() - began)
    return 1 if not result.n_good or (strict and result.counts["rejected"]) else 0


def _request(
    database: Database,
    workspace_slug: str | None,
    shop_slug: str | None,
    preset: str,
    dates: str | None,
) -> Request:
    with database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        try:
            shop_id = get_shop(session, workspace, shop_slug).id
        except NotFoundError:
            if shop_slug is not None:
                raise
            shop_id = 0  # files about the whole workspace need none; others will say so
        if shop_slug is None and shop_id and _is_not_of_a_shop(preset):
            shop_id = 0
    secret = Settings.from_env().customer_key_secret
    return Request(workspace.id, shop_id, secret, preset, DateOrder(dates) if dates else None)


def _is_not_of_a_shop(preset: str) -> bool:
    from tracker.imports.presets import presets

    return preset in presets() and presets()[preset].reader.scope == "workspace"


def _progress(began: float) -> Progress | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        rate = done / max(time.monotonic() - began, 0.001)
        click.echo(f"\r{done:,} of {of:,} rows, {rate:,.0f} a second", err=True, nl=done >= of)

    return show


def _answer(result: Result, as_json: bool, seconds: float) -> None:
    if as_json:
        print_json(result.as_json())
        return
    if result.sniffed is None:
        return
    verb = "would be " if result.is_dry else ""
    counts = result.counts
    click.echo(
        f"{result.sniffed.preset.name}: {result.rows} rows: {verb}{counts['loaded']} loaded, "
        f"{counts['updated']} updated, {counts['unchanged']} unchanged, "
        f"{counts['ignored']} ignored, {counts['rejected']} rejected ({seconds:.1f} s)"
    )
    for column, amount in result.totals.items():
        click.echo(f"  {column}: {amount} {result.currency}".rstrip())
    for note in result.notes[:SHOWN]:
        told = f" ({note.detail})" if note.detail else ""
        click.echo(f"  line {note.line} {note.outcome}: {reasons.explain(note.reason)}{told}")
    if len(result.notes) > SHOWN:
        click.echo(f"  and {len(result.notes) - SHOWN} more; --json lists all")
