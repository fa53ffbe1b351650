"""`tracker migrate`: bring the database's schema up to this program."""

from __future__ import annotations

import click

from tracker.cli._common import as_json, print_json
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import current_revision, upgrade


@click.command()
@as_json
def command(as_json: bool) -> None:
    """Bring the schema up to date. `tracker up` does it by itself; several hosts do it once."""
    database = connect(Settings.from_env().database)
    try:
        before = current_revision(database)
        upgrade(database)
        after = current_revision(database)
    finally:
        database.dispose()
    if as_json:
        print_json({"before": before, "after": after})
    else:
        click.echo(f"{before or 'empty'} -> {after}")
