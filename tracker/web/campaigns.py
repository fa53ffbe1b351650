"""Campaigns side by side, and the forms to confirm, name and budget them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.models import Campaign, Workspace
from tracker.reports.campaigns import campaign_report
from tracker.reports.lifts import campaign_lifts
from tracker.reports.tables import CAMPAIGNS
from tracker.services import audit, campaigns
from tracker.services.campaigns import MAX_LOOKBACK_DAYS
from tracker.services.errors import RefusedError
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.downloads import csv_download
from tracker.web.forms import MAX_TEXT, Money, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.report_tables import make_table
from tracker.web.routes import CAMPAIGN

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


MOST_QUIET = 60
"""Campaigns without figures that the page lists."""


class CampaignForm(FlaskForm):
    """A campaign; the budget is in the workspace's currency."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    utm_campaign = StringField(
        "utm_campaign",
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    starts_on = DateField(_l("First day"), validators=[Optional()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    budget_minor = Money(_l("Budget"))
    lookback_days = IntegerField(
        _l("Own attribution window, days"),
        validators=[Optional(), NumberRange(min=1, max=MAX_LOOKBACK_DAYS)],
    )

    def in_currency(self, currency: str) -> CampaignForm:
        """Read and show the budget in a currency."""
        self.budget_minor.currency = currency
        return self


@bp.get("")
def index() -> str:
    """What each campaign brought and cost."""
    state = get_state()
    report = campaign_report(get_session(), state)
    return render_template(
        "campaigns/index.html",
        report=report,
        table=make_table(CAMPAIGNS, report.rows, state),
        quiet=_without_figures({row.campaign_id for row in report.rows}),
        lifts=campaign_lifts(get_session(), state),
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("campaigns")


@bp.get("/lifts.csv")
def export_lifts() -> Response:
    """Lift of the campaigns and of all posts of the period as a file."""
    return csv_download("lifts")


@bp.get("/new")
def new() -> str:
    """The form for a new campaign."""
    return _form(CampaignForm(formdata=None))


@bp.post("/new")
def create() -> AnyResponse | tuple[str, int]:
    """Enter a campaign before its first visit comes."""
    return _save(CampaignForm())


@bp.get(f"/<{CAMPAIGN}>/edit")
def edit(campaign_id: int) -> str:
    """The form to change a campaign or confirm one that came in by itself."""
    row = _find(campaign_id)
    form = CampaignForm(formdata=None, obj=row)
    form.budget_minor.show(row.budget_minor, get_workspace().base_currency)
    return _form(form, row)


@bp.post(f"/<{CAMPAIGN}>/edit")
def update(campaign_id: int) -> AnyResponse | tuple[str, int]:
    """Change a campaign; the value that joins it to visits stays."""
    row = _find(campaign_id)
    form = CampaignForm()
    form.utm_campaign.data = row.utm_campaign
    return _save(form, row)


def _without_figures(shown: set[int]) -> list[Campaign]:
    """Campaigns that the report does not show: they can be confirmed and edited all the same."""
    rows = get_session().scalars(
        select(Campaign)
        .where(Campaign.workspace_id == get_workspace().id)
        .order_by(Campaign.is_discovered.desc(), Campaign.created_at.desc(), Campaign.id.desc())
        .limit(MOST_QUIET + len(shown))
    )
    return [row for row in rows if row.id not in shown][:MOST_QUIET]


def _find(campaign_id: int) -> Campaign:
    row = get_session().scalar(
        select(Campaign).where(
            Campaign.id == campaign_id, Campaign.workspace_id == get_workspace().id
        )
    )
    if row is None:
        abort(404)
    return row


def _save(form: CampaignForm, row: Campaign | None = None) -> AnyResponse | tuple[str, int]:
    form.in_currency(get_workspace().base_currency)
    if form.validate():
        try:
            with writing() as session:
                saved = campaigns.save_campaign(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    utm_campaign=form.utm_campaign.data,
                    name=form.name.data,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    budget_minor=form.budget_minor.minor if form.budget_minor.data else None,
                    lookback_days=form.lookback_days.data,
                )
                audit.note(session, "campaign.saved", saved.utm_campaign, user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("campaigns.index"))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, row), 400


def _form(form: CampaignForm, row: Campaign | None = None) -> str:
    return render_template("campaigns/edit.html", form=form, campaign=row)
