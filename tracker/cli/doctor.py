"""`tracker doctor`: is the installation well?"""

from __future__ import annotations

import click

from tracker.cli._common import as_json, print_json
from tracker.config import Settings
from tracker.supervisor.checkup import as_document, findings, is_well

SIGNS = {"ok": "ok  ", "warning": "look", "failed": "FAIL"}


@click.command()
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Check disk, clock, database, schema, journal, queue and workers; exit 1 if one fails."""
    found = []
    for finding in findings(Settings.from_env()):
        found.append(finding)
        if not as_json:
            advice = f"  -> {finding.advice}" if finding.advice else ""
            click.echo(f"{SIGNS[finding.status]}  {finding.check}: {finding.detail}{advice}")
    if as_json:
        print_json(as_document(found))
    if not is_well(found):
        ctx.exit(1)
