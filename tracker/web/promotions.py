"""Promotions: the calendar, one promotion with its offers, and a festival against the last one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, DecimalField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.models import Promotion, PromotionRule, Workspace
from tracker.models.promotion_rule import RULE_KINDS
from tracker.reports.festivals import (
    MOST_INFLUENCERS,
    all_promotions,
    festival_report,
    festival_state,
    newest_promotion,
)
from tracker.reports.promotion_calendar import promotion_calendar
from tracker.services import audit, promotion_rules, promotions
from tracker.services.errors import RefusedError
from tracker.web.bar import get_state, make_bar, state_url
from tracker.web.campaign_wording import offer_text
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.downloads import csv_download
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, Money, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW

bp = Blueprint("promotions", __name__, url_prefix="/campaigns/promotions")

PPM_PER_PERCENT = 10_000
DAYS_OF_YEAR = 366
MOST_EDITIONS = 60
NAME: dict[str, Any] = {
    "filters": [strip],
    "validators": [InputRequired(), Length(max=MAX_TEXT), no_control_characters],
}


class PromotionForm(FlaskForm):
    """What may change about a promotion; its festival stays."""

    name = StringField(_l("Name on charts"), **NAME)
    starts_on = DateField(_l("First day"), validators=[InputRequired()])
    ends_on = DateField(_l("Last day"), validators=[InputRequired()])
    budget_minor = Money(_l("Budget"))


class RuleForm(FlaskForm):
    """An offer of a promotion."""

    kind = SelectField(_l("Offer"))
    starts_on = DateField(_l("First day"), validators=[Optional()])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    threshold_minor = Money(_l("From an amount of"))
    off_minor = Money(_l("Amount off, or price of a flash sale"))
    off_percent = DecimalField(
        _l("Percent off"), places=2, validators=[Optional(), NumberRange(min=0.01, max=100)]
    )
    deposit_minor = Money(_l("Deposit"))
    note = StringField(
        _l("Note"), filters=[strip], validators=[Length(max=MAX_TEXT), no_control_characters]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices((kind, label(kind, "promotion_rule")) for kind in RULE_KINDS)
        for field in (self.threshold_minor, self.off_minor, self.deposit_minor):
            field.currency = get_workspace().base_currency


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """`offer_text(rule)`: an offer in words."""
    return {"offer_text": offer_text}


@bp.get("")
def index() -> str:
    """The promotions of a year: what each offered, cost and brought."""
    state = get_state()
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return render_template(
        "promotions/index.html",
        calendar=promotion_calendar(get_session(), state, year),
        strip=_strip,
        days_of_year=DAYS_OF_YEAR,
        month_marks=[(date(2024, m, 1).timetuple().tm_yday - 1, m) for m in range(1, 13)],
        state=state,
        bar=make_bar(state),
    )


def _strip(row: Promotion, year: int) -> tuple[int, int]:
    """Where a promotion lies in a year of 366 days: first day from 0, and how many."""
    first, last = max(row.starts_on, date(year, 1, 1)), min(row.ends_on, date(year, 12, 31))
    return first.timetuple().tm_yday - 1, (last - first).days + 1


@bp.get("/export.csv")
def export() -> Response:
    """The promotions of the year of the period's last day as a file."""
    return csv_download("promotions")


@bp.get("/festival")
def festival() -> AnyResponse | str:
    """A festival against the same one last time, day by day from its first day."""
    state = get_state().changed(comparison="festival")
    editions = all_promotions(get_session(), get_workspace().id)
    newest = newest_promotion(editions, state.today)
    if newest is not None and "from" not in request.args:
        return redirect(state_url("promotions.festival", festival_state(state, newest)))
    return render_template(
        "promotions/festival.html",
        report=festival_report(get_session(), state),
        editions=editions[:MOST_EDITIONS],
        festival_state=festival_state,
        most_rows=MOST_INFLUENCERS,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/festival.csv")
def export_festival() -> Response:
    """Kinds, channels and influencers of both editions as a file."""
    return csv_download("festival")


@bp.get("/festival-days.csv")
def export_festival_days() -> Response:
    """The days of both editions side by side as a file."""
    return csv_download("festival-days")


@bp.get(f"/<{ROW}>")
def show(row_id: int) -> str:
    """A promotion: its days, budget and offers."""
    row = _find(get_session(), row_id)
    form = PromotionForm(formdata=None, obj=row)
    form.budget_minor.show(row.budget_minor, get_workspace().base_currency)
    return _page(row, form, RuleForm(formdata=None))


@bp.post(f"/<{ROW}>")
def update(row_id: int) -> AnyResponse | tuple[str, int]:
    """Change a promotion."""
    form = PromotionForm()
    form.budget_minor.currency = get_workspace().base_currency
    row = _find(get_session(), row_id)
    if form.validate():
        try:
            with writing() as session:
                promotion_rules.update_promotion(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    _find(session, row_id),
                    name=form.name.data,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    budget_minor=form.budget_minor.minor if form.budget_minor.data else None,
                )
                audit.note(session, "promotion.changed", str(row_id), user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("promotions.show", row_id=row_id))
        except RefusedError as error:
            refuse(form, error)
    return _page(row, form, RuleForm(formdata=None)), 400


@bp.post(f"/<{ROW}>/rules")
def create_rule(row_id: int) -> AnyResponse | tuple[str, int]:
    """Write down an offer."""
    form = RuleForm()
    row = _find(get_session(), row_id)
    if form.validate():
        try:
            with writing() as session:
                _add_rule(session, _find(session, row_id), form)
                audit.note(session, "promotion.offer_added", str(row_id), user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("promotions.show", row_id=row_id, _anchor="offers"))
        except RefusedError as error:
            refuse(form, error)
    shown = PromotionForm(formdata=None, obj=row)
    shown.budget_minor.show(row.budget_minor, get_workspace().base_currency)
    return _page(row, shown, form), 400


@bp.post(f"/<{ROW}>/rules/<int(min=1, max=2147483647):rule_id>/delete")
def delete_rule(row_id: int, rule_id: int) -> AnyResponse:
    """Take an offer away."""
    with writing() as session:
        promotion_rules.delete_rule(session, _find(session, row_id), rule_id)
        audit.note(session, "promotion.offer_removed", str(row_id), user_id=user_id())
    return redirect(url_for("promotions.show", row_id=row_id, _anchor="offers"))


@bp.post(f"/<{ROW}>/delete")
def delete(row_id: int) -> AnyResponse:
    """Remove a promotion with its offers."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        promotions.delete_promotion(session, workspace, row_id)
        audit.note(session, "promotion.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("promotions.index"))


def _add_rule(session: Session, row: Promotion, form: RuleForm) -> PromotionRule:
    percent = form.off_percent.data
    return promotion_rules.add_rule(
        session,
        row,
        kind=form.kind.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        threshold_minor=form.threshold_minor.minor or None,
        off_minor=form.off_minor.minor or None,
        off_ppm=None if percent is None else round(percent * PPM_PER_PERCENT),
        deposit_minor=form.deposit_minor.minor or None,
        note=form.note.data or "",
    )


def _find(session: Session, row_id: int) -> Promotion:
    row = session.get(Promotion, row_id)
    if row is None or row.workspace_id != get_workspace().id:
        abort(404)
    return row


def _page(row: Promotion, form: PromotionForm, rule_form: RuleForm) -> str:
    rules = get_session().scalars(
        select(PromotionRule)
        .where(PromotionRule.promotion_id == row.id)
        .order_by(PromotionRule.starts_on, PromotionRule.id)
    )
    return render_template(
        "promotions/show.html",
        promotion=row,
        form=form,
        rule_form=rule_form,
        rules=list(rules),
        state=festival_state(get_state(), row),
    )
