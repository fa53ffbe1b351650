"""The first day: what leads from an empty workspace to the first ROI, ticked as it is done."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from tracker.reports.first_steps import FirstSteps, read_first_steps
from tracker.services.demo_runs import demo_workspace
from tracker.web.context import get_session, get_workspace

bp = Blueprint("first_steps", __name__, url_prefix="/first-steps")


@bp.get("")
def index() -> str:
    """The checklist, and the demo brand beside it."""
    return render_template(
        "first_steps/index.html",
        first=first_steps(),
        step_url=step_url,
        has_demo=demo_workspace(get_session()) is not None,
    )


def first_steps() -> FirstSteps:
    """The checklist of the current workspace."""
    return read_first_steps(get_session(), get_workspace())


def step_url(code: str, influencer_id: int) -> str:
    """Where a step is done."""
    if influencer_id and code == "signal":
        return url_for("agreements.new_link", influencer_id=influencer_id)
    if influencer_id and code == "cost":
        return url_for("agreements.new_deal", influencer_id=influencer_id)
    return url_for(_PLACES[code])


_PLACES = {
    "shop": "settings.shops",
    "orders": "imports.index",
    "visits": "settings.shops",
    "influencer": "influencers.new",
    "signal": "influencers.new",
    "cost": "imports.index",
    "result": "influencers.index",
}
"""Step -> page where it is done, before there is an influencer."""
