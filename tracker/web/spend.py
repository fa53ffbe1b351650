"""Spend without a campaign: which one it is, is said here once; later files follow."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext, ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from tracker.models import Campaign, Workspace
from tracker.reports.unassigned_spend import unassigned_spend
from tracker.services import audit
from tracker.services.errors import RefusedError
from tracker.services.spend_campaigns import choose_campaign
from tracker.web import wording
from tracker.web.bar import get_state, make_bar, state_url
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.downloads import csv_download
from tracker.web.identity import user_id

bp = Blueprint("spend", __name__, url_prefix="/campaigns/spend")

MOST_SHOWN = 200


@bp.get("")
def index() -> str:
    """Spend of the period by platform, account and plan, with a campaign to choose."""
    state, session = get_state(), get_session()
    rows = session.execute(
        select(Campaign.id, Campaign.name)
        .where(Campaign.workspace_id == get_workspace().id)
        .order_by(Campaign.is_discovered, Campaign.created_at.desc(), Campaign.id.desc())
        .limit(500)
    )
    return render_template(
        "campaigns/spend.html",
        report=unassigned_spend(session, state),
        campaigns=list(rows),
        most_rows=MOST_SHOWN,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("unassigned-spend")


@bp.post("/assign")
def assign() -> AnyResponse:
    """Give the spend of one place to a campaign."""
    given = [request.form.get(name, "")[:500].replace("\x00", "")
             for name in ("platform", "account", "ref")]  # fmt: skip
    chosen = request.form.get("campaign", "")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            n_rows = choose_campaign(session, workspace, (given[0], given[1], given[2]), number)
            audit.note(session, "spend.assigned", given[2] or given[0], user_id=user_id())
        flash(
            ngettext(
                "%(num)s row of spend is the campaign’s now; later files follow.",
                "%(num)s rows of spend are the campaign’s now; later files follow.",
                n_rows,
            )
        )
    except RefusedError as error:
        if error.field == "campaign":
            flash(gettext("Choose a campaign."))
        else:
            flash(wording.refusal(error))
    return redirect(state_url("spend.index"))
