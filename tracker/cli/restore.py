"""`tracker restore`: put a backup back into an empty installation."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.backups.archive import restore_backup
from tracker.cli._common import as_json, print_json
from tracker.config import Settings


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@as_json
def command(folder: Path, as_json: bool) -> None:
    """Put the backup in FOLDER back. The installation must be empty and must not run."""
    settings = Settings.from_env()
    found = restore_backup(settings, folder)
    if as_json:
        print_json(
            {
                "created_at": found.created_at,
                "database": found.database,
                "revision": found.revision,
                "files": len(found.files),
            }
        )
    else:
        click.echo(f"restored what was backed up at {found.created_at:%Y-%m-%d %H:%M} UTC")
