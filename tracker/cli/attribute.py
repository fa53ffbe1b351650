"""`tracker attribute`: bring visits, traffic, credits and costs up to date."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from tracker.cli._common import (
    DAY,
    as_json,
    find_workspace,
    open_database,
    print_json,
    workspace_option,
)


@click.command("attribute")
@click.option("--from", "first", type=DAY, help="First order day (in the shop's zone).")
@click.option("--to", "last", type=DAY, help="Last order day, included.")
@click.option("--rebuild", is_flag=True, help="Compute these days anew, dirty or not.")
@click.option("--refit", is_flag=True, help="Fit data-driven models of these weeks anew.")
@click.option("--engine", type=click.Choice(["local"]), default="local", help="Where it runs.")
@workspace_option
@as_json
def command(
    first: date | None,
    last: date | None,
    rebuild: bool,
    refit: bool,
    engine: str,
    workspace_slug: str | None,
    as_json: bool,
) -> None:
    """Attribute the orders whose day is dirty: something they depend on has changed.

    JSON: {"workspace", "policy", "from", "to", "rebuild", "visitors", "traffic_days", "fits",
    "days", "orders", "rows", "lost", "cost_days", "waiting", "seconds"}. "fits" are weeks whose
    data-driven models were fitted (a rebuild fits no week anew, --refit does), "rows" ledger rows,
    "lost" days that another job took over, "waiting" days that are dirty still (held by another).
    """
    del engine
    if first and last and last < first:
        raise click.UsageError("--to is before --from")
    answer = _run(first, last, rebuild, refit, workspace_slug)
    if as_json:
        print_json(answer)
        return
    click.echo(
        f"{answer['orders']} orders of {answer['days']} days attributed, {answer['rows']} ledger "
        f"rows, {answer['cost_days']} days of costs, {answer['seconds']:.1f} s"
    )
    if answer["waiting"]:
        click.echo(f"{answer['waiting']} days are being worked on by another process", err=True)


def _run(
    first: date | None, last: date | None, rebuild: bool, refit: bool, slug: str | None
) -> dict[str, Any]:
    from jobs.visits import build_all, refresh_all  # NumPy and SQLAlchemy, only when it runs
    from tracker.services import dirty
    from tracker.services.claims import count_dirty
    from tracker.services.cost_facts import refresh_dirty_costs
    from tracker.services.fitting import ensure_fits
    from tracker.services.policies import ensure_policy
    from tracker.services.recompute import Attributed, attribute_dirty

    def tell(done: Attributed) -> None:
        click.echo(f"{done.days} days, {done.orders} orders …", err=True)

    with open_database() as database:
        with database.write() as session:
            workspace = find_workspace(session, slug)
            policy = ensure_policy(session, workspace)
            if rebuild:
                dirty.policy_applied(session, workspace, first, last)
        visitors, traffic_days = build_all(database), refresh_all(database)
        fits = ensure_fits(database, workspace_id=workspace.id, first=first, last=last, refit=refit)
        done = attribute_dirty(
            database, workspace_id=workspace.id, first=first, last=last, progress=tell
        )
        cost_days = refresh_dirty_costs(database, workspace_id=workspace.id)
        with database.read() as session:
            waiting = count_dirty(session, dirty.CREDIT, workspace.id, first, last)
    return {
        "workspace": workspace.slug,
        "policy": policy.content_hash,
        "from": first,
        "to": last,
        "rebuild": rebuild,
        "visitors": visitors,
        "traffic_days": traffic_days,
        "fits": fits,
        "days": done.days,
        "orders": done.orders,
        "rows": done.rows,
        "lost": done.lost,
        "cost_days": cost_days,
        "waiting": waiting,
        "seconds": round(done.seconds, 3),
    }
