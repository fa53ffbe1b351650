"""Options of the commands that print reports, and the state that they ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click
from sqlalchemy import select

from tracker.cli._common import DAY, NotReadyError
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import DEFAULT_MODEL, MODELS
from tracker.models import Campaign, Influencer, Shop, Workspace
from tracker.reports.state import BASES, COMPARISONS, UNATTRIBUTED, ReportState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--from", "start", type=DAY, help="First day; default: 29 days before the last."),
    click.option("--to", "end", type=DAY, help="Last day, included; default: today."),
    click.option(
        "--model", type=click.Choice([str(m) for m in MODELS]), default=str(DEFAULT_MODEL),
        show_default=True, help="Attribution model.",
    ),
    click.option(
        "--basis", type=click.Choice(BASES), default="booked", show_default=True,
        help="Refunds dated in the period, or refunds of the orders of the period.",
    ),
    click.option(
        "--compare", type=click.Choice(COMPARISONS), default="none", show_default=True,
        help="Period to compare with.",
    ),
    click.option("--shop", "shops", multiple=True, metavar="SLUG", help="Only these shops."),
    click.option("--kind", type=click.Choice([str(k) for k in Kind]), help="Only this kind."),
    click.option(
        "--channel", type=click.Choice([*(str(c) for c in Channel), UNATTRIBUTED]),
        help="Only this channel.",
    ),
    click.option("--campaign", metavar="UTM_CAMPAIGN", help="Only this campaign."),
    click.option("--influencer", metavar="SLUG", help="Only this influencer."),
)  # fmt: skip


def state_options(command: F) -> F:
    """Add the options of a report's state to a command; `read_state` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_state(session: Session, workspace: Workspace, options: dict[str, Any]) -> ReportState:
    """The state that the options ask for.

    Raises:
        click.UsageError: the period ends before it starts.
        NotReadyError: a shop, campaign or influencer of that name is not there.
    """
    args: dict[str, str] = {
        name: options[option]
        for name, option in (
            ("model", "model"), ("basis", "basis"), ("compare", "compare"), ("kind", "kind"),
            ("channel", "channel"),
        )
        if options[option]
    }  # fmt: skip
    state = ReportState.from_args(args, workspace)
    start, end = _period(options["start"], options["end"], state)
    shops = [_id_of(session, Shop, Shop.slug, slug, workspace) for slug in options["shops"]]
    campaign, influencer = options["campaign"], options["influencer"]
    return state.changed(
        preset="custom",
        start=start,
        end=end,
        shop_ids=tuple(sorted(shops)),
        campaign_id=_id_of(session, Campaign, Campaign.utm_campaign, campaign, workspace),
        influencer_id=_id_of(session, Influencer, Influencer.slug, influencer, workspace),
    )


def _period(start: date | None, end: date | None, usual: ReportState) -> tuple[date, date]:
    last = end or usual.today
    first = start or last - (usual.end - usual.start)
    if last < first:
        raise click.UsageError(f"the period ends ({last}) before it starts ({first})")
    return first, last


def _id_of(
    session: Session, model: Any, column: Any, name: str | None, workspace: Workspace
) -> int:
    if not name:
        return 0
    found = session.scalar(
        select(model.id).where(model.workspace_id == workspace.id, column == name)
    )
    if found is None:
        raise NotReadyError(f"there is no {model.__tablename__} {name}")
    return int(found)
