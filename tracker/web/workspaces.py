"""Workspaces: choosing one, and making the first."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.models.shop import PLATFORMS
from tracker.services import audit, workspaces
from tracker.services.errors import RefusedError
from tracker.web.context import WORKSPACE_KEY, all_workspaces, writing
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name

bp = Blueprint("workspaces", __name__, url_prefix="/workspaces")

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "KRW", "SGD", "AUD", "CAD")
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Singapore",
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
    "Australia/Sydney", "UTC",
)  # fmt: skip


class WorkspaceForm(FlaskForm):
    """A brand and its first shop."""

    name = StringField(
        _l("Brand"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    slug = StringField(
        _l("Short name, for commands"),
        filters=[strip],
        validators=[InputRequired(), Length(max=64)],
    )
    base_currency = SelectField(_l("Currency of the reports"), choices=list(CURRENCIES))
    time_zone = SelectField(_l("Time zone"), choices=list(ZONES))
    shop_name = StringField(
        _l("First shop"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    platform = SelectField(_l("Platform"))

    def __init__(self) -> None:
        super().__init__()
        self.platform.choices = choices((p, label(p, "platform")) for p in PLATFORMS)


@bp.post("")
def choose() -> Response:
    """Look at another workspace from now on."""
    wanted = request.form.get("workspace", "")
    if wanted not in {str(workspace.id) for workspace in all_workspaces()}:
        abort(404)
    session[WORKSPACE_KEY] = int(wanted)
    return redirect(url_for("overview.index"))


@bp.get("/new")
def new() -> str:
    """The form for a brand; the first thing that a new installation asks for."""
    return render_template("workspaces/new.html", form=WorkspaceForm())


@bp.post("/new")
def create() -> Response | tuple[str, int]:
    """Create a workspace with its first shop and look at it."""
    form = WorkspaceForm()
    if form.validate():
        try:
            with writing() as changing:
                workspace = workspaces.create_workspace(
                    changing,
                    slug=form.slug.data,
                    name=form.name.data,
                    base_currency=form.base_currency.data,
                    time_zone=form.time_zone.data,
                    locale=locale_name(),
                )
                workspaces.create_shop(
                    changing,
                    workspace,
                    slug=form.platform.data,
                    name=form.shop_name.data,
                    platform=form.platform.data,
                )
                audit.note(changing, "workspace.created", workspace.slug, user_id=user_id())
            session[WORKSPACE_KEY] = workspace.id
            return redirect(url_for("first_steps.index"))
        except RefusedError as error:
            refuse(form, error)
    return render_template("workspaces/new.html", form=form), 400
