"""`tracker backup`: a copy of everything, made while the program runs."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.backups.archive import make_backup
from tracker.cli._common import as_json, print_json
from tracker.config import Settings


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
def command(folder: Path, as_json: bool) -> None:
    """Back everything up into a new folder inside FOLDER.

    It holds the database, the uploaded files, events that are not loaded yet, and the secret keys:
    keep it where only you can read it.
    """
    made = make_backup(Settings.from_env(), folder)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    if as_json:
        print_json({"folder": str(made), "bytes": size})
    else:
        click.echo(str(made))
