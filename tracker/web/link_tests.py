"""Tests of links and creatives (A/B): planned with their sample, read off it, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.models import Campaign, LinkTest, Workspace
from tracker.reports.link_tests import link_test_results
from tracker.services import audit, link_tests
from tracker.services.errors import RefusedError
from tracker.services.link_tests import LONGEST_WINDOW
from tracker.web.bar import get_state
from tracker.web.context import get_session, get_workspace, now, today, writing
from tracker.web.downloads import csv_download
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW

bp = Blueprint("link_tests", __name__, url_prefix="/campaigns/tests")

PPM_PER_PERCENT = 10_000


class PlanForm(FlaskForm):
    """A test as it is planned."""

    name = StringField(
        _l("What is compared"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    campaign = SelectField(_l("Campaign"), coerce=int)
    contents = TextAreaField(
        _l("Values of utm_content, one a line"),
        validators=[InputRequired(), Length(max=2_000), no_control_characters],
    )
    starts_on = DateField(_l("First day"), validators=[InputRequired()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    window_days = IntegerField(
        _l("Days to order after the first visit"),
        default=7,
        validators=[InputRequired(), NumberRange(min=1, max=LONGEST_WINDOW)],
    )
    baseline = DecimalField(
        _l("Expected share of buyers, percent"),
        places=2,
        default=2,
        validators=[InputRequired(), NumberRange(min=0.01, max=99)],
    )
    uplift = DecimalField(
        _l("Smallest difference worth seeing, percent of it"),
        places=1,
        default=20,
        validators=[InputRequired(), NumberRange(min=1, max=1_000)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = get_session().execute(
            select(Campaign.id, Campaign.name)
            .where(Campaign.workspace_id == get_workspace().id)
            .order_by(Campaign.is_discovered, Campaign.id.desc())
            .limit(500)
        )
        self.campaign.choices = choices((number, name) for number, name in rows)


@bp.get("")
def index() -> str:
    """All tests with what they say so far."""
    state = get_state()
    return render_template(
        "link_tests/index.html", results=link_test_results(get_session(), state), state=state
    )


@bp.get("/export.csv")
def export() -> Response:
    """All arms of all tests as a file."""
    return csv_download("tests")


@bp.get("/new")
def new() -> str:
    """The plan of a test."""
    form = PlanForm(formdata=None, data={"starts_on": today(), "window_days": 7, "baseline": 2,
                                         "uplift": 20})  # fmt: skip
    return render_template("link_tests/new.html", form=form)


@bp.post("/new")
def create() -> AnyResponse | tuple[str, int]:
    """Plan a test: its sample is fixed from here on."""
    form = PlanForm()
    if form.validate():
        try:
            with writing() as session:
                row = link_tests.create_test(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    campaign_id=form.campaign.data,
                    name=form.name.data,
                    contents=form.contents.data.splitlines(),
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    window_days=form.window_days.data,
                    baseline_ppm=round(form.baseline.data * PPM_PER_PERCENT),
                    uplift_ppm=round(form.uplift.data * PPM_PER_PERCENT),
                )
                link_tests.count_test(session, row, now())
                audit.note(session, "test.planned", row.name, user_id=user_id())
                planned = row.planned_n
            flash(gettext("Each arm needs %(visitors)s visitors.", visitors=f"{planned:,}"))
            return redirect(url_for("link_tests.index"))
        except RefusedError as error:
            field = {"baseline_ppm": "baseline", "uplift_ppm": "uplift"}.get(error.field)
            refuse(form, RefusedError(error.code, field or error.field, **error.details))
    return render_template("link_tests/new.html", form=form), 400


@bp.post(f"/<{ROW}>/end")
def end(row_id: int) -> AnyResponse:
    """Take no more visitors after yesterday."""
    with writing() as session:
        row = _find(session, row_id)
        link_tests.end_test(row, today() - timedelta(days=1))
        link_tests.count_test(session, row, now())
        audit.note(session, "test.ended", row.name, user_id=user_id())
    flash(gettext("The test has ended; orders within its window still count."))
    return redirect(url_for("link_tests.index"))


@bp.post(f"/<{ROW}>/delete")
def delete(row_id: int) -> AnyResponse:
    """Forget a test; visits and orders stay."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        link_tests.delete_test(session, workspace, row_id)
        audit.note(session, "test.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("link_tests.index"))


def _find(session: Session, row_id: int) -> LinkTest:
    row = session.get(LinkTest, row_id)
    if row is None or row.workspace_id != get_workspace().id:
        raise NotFound
    return row
