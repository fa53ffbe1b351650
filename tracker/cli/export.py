"""`tracker export`: a whole table as CSV or XLSX, every row of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
from sqlalchemy.orm import Session

from tracker.cli._common import NotReadyError, find_workspace, open_database, workspace_option
from tracker.cli._report_state import read_state, state_options
from tracker.i18n import LOCALES
from tracker.reports.columns import TableSpec
from tracker.reports.csv_files import csv_stream
from tracker.reports.state import ReportState
from tracker.reports.tables import TABLES

OF_ONE = ("codes", "links", "deals", "break_even", "customers")
"""Tables that are those of one influencer."""


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
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File, a workbook when it ends in .xlsx; default: CSV on stdout.",
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
    """Write a table as CSV (UTF-8 with byte order mark, every field quoted) or XLSX, all its rows.

    codes, links, deals, break_even and customers are those of one --influencer.
    """
    with open_database() as database, database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        state = read_state(session, workspace, options).changed(status=status or "")
        if table in OF_ONE and not state.influencer_id:
            raise click.UsageError(f"say whose {table}: --influencer SLUG")
        spec = TABLES[table]
        if output is None:
            for piece in csv_stream(spec, spec.rows(session, state), state, locale):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        part = output.with_name(output.name + ".part")
        try:
            with part.open("wb") as file:
                _write(file, output.suffix, spec, session, state, locale)
            os.replace(part, output)  # a file of that name is whole, or is not there
        except OSError as error:
            raise NotReadyError(f"{output}: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)
    click.echo(f"wrote {output}", err=True)


def _write(
    file: BinaryIO,
    suffix: str,
    spec: TableSpec,
    session: Session,
    state: ReportState,
    locale: str | None,
) -> None:
    rows = spec.rows(session, state)
    if suffix.lower() != ".xlsx":
        file.writelines(csv_stream(spec, rows, state, locale))
        return
    from tracker.reports.xlsx_files import TooManyRowsError, write_xlsx  # pandas takes a second

    try:
        write_xlsx(spec, rows, state, file, locale)
    except TooManyRowsError as error:
        raise NotReadyError(f"{error}; write a .csv file instead") from error
