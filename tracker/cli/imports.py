"""`tracker imports`: what was imported, newest first."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli._common import as_json, find_workspace, open_database, print_json, workspace_option
from tracker.models import ImportBatch


@click.command()
@workspace_option
@click.option("--limit", default=20, show_default=True, help="How many.")
@as_json
def command(workspace_slug: str | None, limit: int, as_json: bool) -> int:
    """List imports: their number, by which they are undone, their file and what came of it."""
    from sqlalchemy import select

    with open_database() as database, database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        rows = session.scalars(
            select(ImportBatch)
            .where(ImportBatch.workspace_id == workspace.id)
            .order_by(ImportBatch.id.desc())
            .limit(limit)
        ).all()
        documents = [_document(row) for row in rows]
    if as_json:
        print_json(documents)
        return 0
    for one in documents:
        click.echo(
            f"{one['id']:>6}  {one['created_at']:%Y-%m-%d %H:%M}  {one['state']:<9}  "
            f"{one['loaded']} new, {one['updated']} changed, {one['rejected']} rejected  "
            f"{one['file']} ({one['preset'] or '?'})"
        )
    return 0


def _document(row: ImportBatch) -> dict[str, Any]:
    is_undone = row.undo_state in ("undone", "queued", "running")
    return {
        "id": row.id, "file": row.file_name, "sha256": row.sha256, "preset": row.preset or None,
        "created_at": row.created_at, "user_id": row.user_id or None,
        "state": "undone" if row.undo_state == "undone" else "undoing" if is_undone else row.status,
        "rows": row.rows_read, "loaded": row.loaded, "updated": row.updated,
        "unchanged": row.unchanged, "ignored": row.ignored, "rejected": row.rejected,
        "can_be_undone": row.undo_state == "kept",
    }  # fmt: skip
