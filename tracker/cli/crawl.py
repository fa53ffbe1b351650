"""`tracker crawl`: fetch watched pages now, in this process, and say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tracker.cli._common import (
    NotReadyError,
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.db import Database
    from tracker.models import CrawlFetch, CrawlTarget, Workspace


@click.command("crawl")
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--due", is_flag=True, help="All that the schedule says is due.")
@click.option("--on/--off", "is_on", default=None, help="Switch the workspace's schedule.")
@workspace_option
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    targets: tuple[str, ...],
    due: bool,
    is_on: bool | None,
    workspace_slug: str | None,
    as_json: bool,
) -> None:
    """Fetch what is due, or each TARGET (its number or address) whether it is due or not.

    JSON: {"workspace", "is_on", "fetched", "ok", "failed", "targets": [{"id", "kind", "source",
    "url", "status", "http_status", "detail", "read", "at", "next_at"}]}. "is_on" is the schedule's
    switch: it is off until somebody switches it on, and then --due fetches nothing. "status" is
    null for a target that was not fetched now (its host rests, or another process has it); "read"
    is what was read, as it is written. Exit 1 if a TARGET was not fetched, or none of them well.
    """
    if bool(targets) + due + (is_on is not None) != 1:
        raise click.UsageError("say --due, or --on or --off, or which targets")
    with open_database() as database:
        with database.write() as session:
            workspace = find_workspace(session, workspace_slug)
            if is_on is not None:
                _switch(session, workspace, is_on)
            wanted = _ask(session, workspace, targets) if targets else []
        answer = _crawl(database, workspace, wanted, due)
    if as_json:
        print_json(answer)
    else:
        _tell(answer, is_switched=is_on is not None)
    if (targets or due) and _is_failure(answer, wanted):
        ctx.exit(1)


def _switch(session: Session, workspace: Workspace, is_on: bool) -> None:
    from datetime import UTC, datetime

    from tracker.services.crawl_schedule import hours_of, set_schedule

    hours = hours_of(session, workspace.id, datetime.now(UTC))
    set_schedule(
        session,
        workspace,
        is_on=is_on,
        quiet_from=hours.quiet_from,
        quiet_until=hours.quiet_until,
    )


def _ask(session: Session, workspace: Workspace, named: tuple[str, ...]) -> list[int]:
    """Make the named targets due. Raises NotReadyError for one that is not watched."""
    from tracker.services.crawl_targets import fetch_now

    found = [_find(session, workspace, name) for name in named]
    for target in found:
        fetch_now(session, workspace, target.id)
    return [target.id for target in found]


def _find(session: Session, workspace: Workspace, name: str) -> CrawlTarget:
    from sqlalchemy import select

    from spiders.net import check_url
    from tracker.models import CrawlTarget

    verdict = check_url(name, resolve=None)
    urls = {name} | ({verdict.address.url} if verdict.address else set())
    query = select(CrawlTarget).where(CrawlTarget.workspace_id == workspace.id)
    if name.isascii() and name.isdigit():
        query = query.where(CrawlTarget.id == int(name[:18]))
    else:
        query = query.where(CrawlTarget.url.in_(urls))
    rows = session.scalars(query.order_by(CrawlTarget.id).limit(2)).all()
    if not rows:
        raise NotReadyError(f"{name} is not watched; add it on the site first")
    if len(rows) > 1:
        numbers = ", ".join(str(row.id) for row in rows)
        raise NotReadyError(f"{name} is watched in several ways, name one by number: {numbers}")
    return rows[0]


def _crawl(
    database: Database, workspace: Workspace, wanted: list[int], due: bool
) -> dict[str, Any]:
    from datetime import UTC, datetime

    from jobs.crawling import crawl_with
    from tracker.config import Settings
    from tracker.services.crawl_schedule import hours_of

    began = datetime.now(UTC)
    figures = {"targets": 0, "ok": 0, "failed": 0}
    if wanted or due:
        click.echo("fetching, politely: some seconds a page of one host …", err=True)
        figures = crawl_with(
            database, Settings.from_env(), only=wanted or None, workspace_id=workspace.id
        )
    with database.read() as session:
        return {
            "workspace": workspace.slug,
            "is_on": hours_of(session, workspace.id, began).is_on,
            "fetched": figures["targets"],
            "ok": figures["ok"],
            "failed": figures["failed"],
            "targets": _rows(session, workspace, wanted, began),
        }


def _rows(
    session: Session, workspace: Workspace, wanted: list[int], since: Any
) -> list[dict[str, Any]]:
    """Targets that were fetched since an instant, and wanted ones that were not."""
    from sqlalchemy import or_, select

    from tracker.models import CrawlFetch, CrawlTarget

    newest: dict[int, CrawlFetch] = {
        fetch.target_id: fetch
        for fetch in session.scalars(
            select(CrawlFetch)
            .join(CrawlTarget, CrawlTarget.id == CrawlFetch.target_id)
            .where(CrawlTarget.workspace_id == workspace.id, CrawlFetch.at >= since)
            .order_by(CrawlFetch.id)
        )
    }
    targets = session.scalars(
        select(CrawlTarget)
        .where(
            CrawlTarget.workspace_id == workspace.id,
            or_(CrawlTarget.id.in_(wanted), CrawlTarget.last_at >= since),
        )
        .order_by(CrawlTarget.id)
    )
    return [_row(target, newest.get(target.id)) for target in targets]


def _row(target: CrawlTarget, fetch: CrawlFetch | None) -> dict[str, Any]:
    return {
        "id": target.id,
        "kind": target.kind,
        "source": target.source,
        "url": target.url,
        "status": fetch.status if fetch else None,
        "http_status": fetch.http_status if fetch else None,
        "detail": fetch.detail if fetch else None,
        "read": fetch.read if fetch else {},
        "at": fetch.at if fetch else None,
        "next_at": target.next_at,
    }


def _is_failure(answer: dict[str, Any], wanted: list[int]) -> bool:
    if wanted and any(row["status"] is None for row in answer["targets"] if row["id"] in wanted):
        return True
    return bool(answer["failed"] > 0 and answer["ok"] == 0)


def _tell(answer: dict[str, Any], *, is_switched: bool) -> None:
    state = "on" if answer["is_on"] else "off"
    if is_switched:
        click.echo(f"the schedule of {answer['workspace']} is {state}")
        return
    for row in answer["targets"]:
        read = ", ".join(f"{name} {text}" for name, text in row["read"].items())
        said = read or row["detail"] or ""
        click.echo(f"{row['status'] or 'not fetched'}\t{row['url']}\t{said}")
    click.echo(f"{answer['ok']} of {answer['fetched']} fetched well; the schedule is {state}")
