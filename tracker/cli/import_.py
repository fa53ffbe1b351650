"""`tracker import`: a file of orders, costs or people into the database (DESIGN section 9)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from tracker.cli._common import (
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)
from tracker.cli._new_home import lack_of, ready_home
from tracker.config import Settings
from tracker.db import Database
from tracker.domain.records import Reason
from tracker.imports import reasons
from tracker.imports.dates import DateOrder
from tracker.imports.encoding import ENCODINGS
from tracker.imports.errors import FileError
from tracker.imports.home import home_of
from tracker.imports.load import Progress
from tracker.imports.presets import Preset
from tracker.imports.request import Request, own_presets
from tracker.imports.result import Result, condensed
from tracker.imports.run import collect_less_often, file_hash, import_file, try_file
from tracker.imports.sniff import Recognised, recognise
from tracker.services.batches import find_same
from tracker.services.workspaces import NotFoundError, get_shop

MOST_UNUSED = 40
"""Headers that are named as not used."""

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
@click.option("--host", default="", help="Of an access log: the shop's host. Default: the shop's.")
@click.option(
    "--spread", is_flag=True, help="Spread spend over several days evenly; else it is refused."
)
@click.option("--encoding", type=click.Choice(ENCODINGS), default=None, help="Of its text.")
@click.option("--currency", default="", help="Of amounts for which the file names none.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write rejected rows there, to be mended and imported again.",
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
    host: str,
    spread: bool,
    encoding: str | None,
    currency: str,
    rejects: Path | None,
    dry_run: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Import a file of a platform (CSV, workbook, or a zip of them) or an access log of the shop's
    server; it is told which it is.

    Importing it again changes nothing. In a home without a workspace one is made for the file.
    """
    began = time.monotonic()
    collect_less_often()
    try:
        own = _own_presets(workspace_slug, shop_slug)
        known = recognise(file, preset, own, encoding=encoding or "")
        with _database(known, workspace_slug, shop_slug, is_dry=dry_run) as database:
            request = _request(database, workspace_slug, shop_slug, known, dates, host)
            request = replace(
                request, is_spread=spread, encoding=encoding or "", currency=currency.upper()
            )
            _say_if_known(database, file, request.workspace_id)
            progress = _progress(began)
            if dry_run:
                result = try_file(database, file, request, progress=progress, known=known)
            else:
                result = import_file(
                    database, file, request, progress=progress, known=known, rejects=rejects
                )
        _say_what_is_unused(known)
        _say_hosts(result, host)
    except FileError as error:
        result = Result(is_dry=dry_run, error=str(error))
        click.echo(f"tracker: {file.name}: {reasons.explain_file(error)}", err=True)
    else:
        if result.error in reasons.FILE_TEXTS or result.error in set(Reason):
            click.echo(f"tracker: {file.name}: {_text_of(result.error)}", err=True)
    _answer(result, as_json, time.monotonic() - began)
    return 1 if not result.n_good or (strict and result.counts["rejected"]) else 0


def _own_presets(workspace_slug: str | None, shop_slug: str | None) -> list[Preset]:
    """What reads files as the workspace has said; nothing in a home without one."""
    lack = lack_of(workspace_slug, shop_slug)
    if lack is not None and lack.workspace:
        return []
    with open_database() as database:
        with database.read() as session:
            workspace = find_workspace(session, workspace_slug)
        return own_presets(database, workspace.id)


def _say_if_known(database: Database, file: Path, workspace_id: int) -> None:
    with database.read() as session:
        known = find_same(session, workspace_id, file_hash(file))
    if known is not None:
        told = f"imported already on {known.created_at:%Y-%m-%d %H:%M} UTC (import {known.id})"
        click.echo(f"tracker: {file.name}: {told}", err=True)


def _text_of(code: str) -> str:
    return reasons.FILE_TEXTS.get(code) or reasons.explain(Reason(code))


@contextmanager
def _database(
    known: Recognised, workspace_slug: str | None, shop_slug: str | None, *, is_dry: bool
) -> Iterator[Database]:
    """The database; what a new home lacks is made first."""
    lack = lack_of(workspace_slug, shop_slug)
    if lack is None or (not lack.workspace and not _needs_shop(known)):
        with open_database() as database:
            yield database
    else:
        feeding = [one for one in known.known if one.preset.reader.feeds]
        home = home_of(feeding[0] if feeding else known.known[0])
        is_dry = is_dry or not feeding  # nothing will be kept of it
        with ready_home(lack, home, workspace_slug, is_dry=is_dry) as database:
            yield database


def _needs_shop(known: Recognised) -> bool:
    return any(one.preset.reader.scope == "shop" for one in known.known)


def _say_what_is_unused(known: Recognised) -> None:
    for one in known.known:
        where = f" ({one.table.name})" if one.table.name else ""
        if one.unused and one.preset.reader.feeds:
            told = ", ".join(one.unused[:MOST_UNUSED])
            more = len(one.unused) - MOST_UNUSED
            told += f" and {more} more" if more > 0 else ""
            click.echo(f"tracker: not used{where}: {told}", err=True)
    for name, error in known.unknown:
        click.echo(f"tracker: {name}: {reasons.explain_file(error)}", err=True)


def _request(
    database: Database,
    workspace_slug: str | None,
    shop_slug: str | None,
    known: Recognised,
    dates: str | None,
    host: str,
) -> Request:
    with database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        try:
            shop_id = get_shop(session, workspace, shop_slug).id
        except NotFoundError as error:
            if shop_slug is not None:
                raise
            shop_id = 0  # files about the whole workspace need none
            if _needs_shop(known):
                click.echo(f"tracker: {error}", err=True)
    secret = Settings.from_env().customer_key_secret
    order = DateOrder(dates) if dates else None
    return Request(workspace.id, shop_id, secret, dates=order, host=host)


def _say_hosts(result: Result, given: str) -> None:
    """Which host a log's lines are taken for, when nobody said it."""
    logs = [part.sniffed.table.log for part in result.parts if part.sniffed]
    for log in logs:
        if log is None or given:
            continue
        told = f"lines without a host are taken for {log.host}"
        if not log.host:
            told = "the shop's host is not known, so its own referrers count as referrals"
        click.echo(f"tracker: {told}; --host says otherwise", err=True)


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
    for column, count in result.sums.items():
        click.echo(f"  {column}: {count}")
    for (outcome, why), lines in sorted(result.left_out.items(), key=lambda one: -len(one[1])):
        at = f" (line {lines[0]} first)" if outcome == "rejected" else ""
        click.echo(f"  {len(lines)} {outcome}: {reasons.explain(why)}{at}")
    for code, text in condensed(result.notices):
        click.echo(f"  {reasons.NOTICE_TEXTS[code]}: {text}")
    for note in result.notes[:SHOWN]:
        told = f" ({note.detail})" if note.detail else ""
        click.echo(f"  line {note.line} {note.outcome}: {reasons.explain(note.reason)}{told}")
    if len(result.notes) > SHOWN:
        click.echo(f"  and {len(result.notes) - SHOWN} more; --json lists all")
