"""Campaigns side by side, and the forms to confirm, name and budget them."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, DecimalField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.models import Campaign, Workspace
from tracker.reports.campaigns import campaign_report
from tracker.reports.lifts import campaign_lifts
from tracker.reports.tables import CAMPAIGNS
from tracker.services import audit, campaigns
from tracker.services.campaign_names import former_names, rename_campaign
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


PPM_PER_PERCENT = 10_000
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

    target_net_minor = Money(_l("Net revenue it should bring"))
    target_orders = IntegerField(
        _l("Orders it should bring"), validators=[Optional(), NumberRange(min=0, max=10**9)]
    )
    target_roi = DecimalField(
        _l("ROI it should reach, percent"),
        places=2,
        validators=[Optional(), NumberRange(min=-100, max=100_000)],
    )

    def in_currency(self, currency: str) -> CampaignForm:
        """Read and show amounts in a currency."""
        self.budget_minor.currency = self.target_net_minor.currency = currency
        return self

    def targets(self) -> dict[str, int | None]:
        """What the campaign should reach, as the service takes it; None: nothing is set."""
        roi = self.target_roi.data
        return {
            "target_net_minor": self.target_net_minor.minor if self.target_net_minor.data else None,
            "target_orders": self.target_orders.data,
            "target_roi_ppm": None if roi is None else round(roi * PPM_PER_PERCENT),
        }


class RenameForm(FlaskForm):
    """Another value of utm_campaign; what carried the old one stays the campaign's."""

    utm_campaign = StringField(
        _l("New value of utm_campaign"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )


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
    return _form(_filled(row), row)


def _filled(row: Campaign) -> CampaignForm:
    form = CampaignForm(formdata=None, obj=row)
    form.budget_minor.show(row.budget_minor, get_workspace().base_currency)
    form.target_net_minor.show(row.target_net_minor, get_workspace().base_currency)
    if row.target_roi_ppm is not None:
        form.target_roi.data = Decimal(row.target_roi_ppm) / PPM_PER_PERCENT
    return form


@bp.post(f"/<{CAMPAIGN}>/rename")
def rename(campaign_id: int) -> AnyResponse | tuple[str, int]:
    """Give a campaign another value of utm_campaign; history stays with it."""
    row, form = _find(campaign_id), RenameForm()
    if form.validate():
        try:
            with writing() as session:
                rename_campaign(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    session.get_one(Campaign, campaign_id),
                    form.utm_campaign.data,
                )
                audit.note(session, "campaign.renamed", row.utm_campaign, user_id=user_id())
            flash(gettext("Saved. Visits and spend under the old value stay with the campaign."))
            return redirect(url_for("campaigns.edit", campaign_id=campaign_id))
        except RefusedError as error:
            refuse(form, error)
    return _form(_filled(row), row, form), 400


@bp.post(f"/<{CAMPAIGN}>/edit")
def update(campaign_id: int) -> AnyResponse | tuple[str, int]:
    """Change a campaign; the value that joins it to visits stays."""
    row = _find(campaign_id)
    form = CampaignForm()
    form.utm_campaign.validators = ()  # the page shows the value and does not send it
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
                    **form.targets(),
                )
                audit.note(session, "campaign.saved", saved.utm_campaign, user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("campaigns.index"))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, row), 400


def _form(
    form: CampaignForm, row: Campaign | None = None, renaming: RenameForm | None = None
) -> str:
    return render_template(
        "campaigns/edit.html",
        form=form,
        campaign=row,
        renaming=renaming or RenameForm(formdata=None),
        former=former_names(get_session(), row.id) if row else [],
    )
