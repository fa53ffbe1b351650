"""`tracker export`: a whole table as CSV, every row of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from tracker.cli._common import NotReadyError, find_workspace, open_database, workspace_option
from tracker.cli._report_state import read_state, state_options
from tracker.i18n import LOCALES
from tracker.reports.csv_files import csv_stream
from tracker.reports.tables import TABLES


@click.command(name="export")
@click.argument("table", type=click.Choice(list(TABLES)))
@state_options
@click.option("--status", type=click.Choice(["paid", "unpaid", "cancelled"]), help="Of orders.")
@click.option(
    "--headings",
    "locale",
    type=click.Choice(list(LOCALES)),
    help="Headings and words in this language; default: keys for programs.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; default: stdout."
)
@workspace_option
def command(
    table: str,
    locale: str | None,
    output: Path | None,
    status: str | None,
    workspace_slug: str | None,
    **options: Any,
) -> None:
    """Write a table as CSV (UTF-8 with byte order mark, every field quoted, no row left out).

    codes, links and deals are those of one --influencer.
    """
    with open_database() as database, database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        state = read_state(session, workspace, options).changed(status=status or "")
        if table in ("codes", "links", "deals") and not state.influencer_id:
            raise click.UsageError(f"say whose {table}: --influencer SLUG")
        spec = TABLES[table]
        pieces = csv_stream(spec, spec.rows(session, state), state, locale)
        if output is None:
            out = sys.stdout.buffer
            for piece in pieces:
                out.write(piece)
            out.flush()
            return
        part = output.with_name(output.name + ".part")
        try:
            with part.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
            os.replace(part, output)  # a file of that name is whole, or is not there
        except OSError as error:
            part.unlink(missing_ok=True)
            raise NotReadyError(f"{output}: {error.strerror}") from error
    click.echo(f"wrote {output}", err=True)
