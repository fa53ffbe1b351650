"""`tracker undo`: take an import back, row for row."""

from __future__ import annotations

import click

from tracker.cli._common import NotReadyError, as_json, open_database, print_json
from tracker.models import ImportBatch
from tracker.services import undo
from tracker.services.effects import Effect

PROBLEMS = {
    "never_kept": "what it changed was not noted",
    "expired": "it is too long ago: what it changed is not known any more",
    "undone": "it is undone already",
    "undoing": "it is being undone",
    "still_running": "it is not over yet",
    "other_running": "another import is running, or is being undone",
    "later_imports": "later imports changed the same records; undo these first",
    "influencers_in_use": "links, codes or deals refer to influencers that it added",
    "rates_in_use": "rows of later imports were converted at its exchange rates",
}


@click.command()
@click.argument("number", type=int)
@click.option("--dry-run", is_flag=True, help="Only say whether it can be undone.")
@as_json
def command(number: int, dry_run: bool, as_json: bool) -> int:
    """Undo the import of that number (see `tracker imports`): what it added goes, what it changed
    gets its earlier values. Reports follow by themselves.
    """
    from jobs.imports import run_undo

    with open_database() as database:
        with database.read() as session:
            batch = session.get(ImportBatch, number)
            if batch is None:
                raise NotReadyError(f"there is no import {number}")
            plan = undo.plan_undo(session, batch)
            effect, name = Effect(batch.effect), batch.file_name
            first = [f"{one.id} ({one.file_name})" for one in plan.blockers]
        kept = 0
        if not plan.problem and not dry_run:
            with database.write() as session:
                undo.queue_undo(session, session.get_one(ImportBatch, number))
            kept = run_undo(database, number)
    if plan.problem:
        told = PROBLEMS[plan.problem] + (": " + ", ".join(first) if first else "")
        click.echo(f"tracker: {name}: {told}", err=True)
    if as_json:
        print_json({
            "id": number, "file": name, "problem": plan.problem or None,
            "blockers": [one.id for one in plan.blockers],
            "undone": not plan.problem and not dry_run, "kept": kept, "effect": effect.as_json(),
        })  # fmt: skip
    elif not plan.problem:
        more = f"; {kept} rows were changed since and stay" if kept else ""
        click.echo(f"{name}: {'can be undone' if dry_run else 'undone'}{more}")
    return 1 if plan.problem else 0
