"""`tracker up`: everything under one parent."""

from __future__ import annotations

import click

from tracker.config import Settings
from tracker.supervisor.up import run


@click.command()
@click.option("--demo", is_flag=True, help="Make the demo brand when there is no workspace yet.")
@click.option("--host", help="Address to listen on (TRACKER_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (TRACKER_PORT).")
@click.option("--reload", is_flag=True, help="Start again when the program is edited.")
def command(demo: bool, host: str | None, port: int | None, reload: bool) -> None:
    """Start database, queue, workers and site; Ctrl-C stops all of it."""
    given = {"host": host, "port": port}
    settings = Settings.from_env().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    run(settings, demo=demo, say=_say, reload=reload)


def _say(line: str) -> None:
    click.echo(line)
