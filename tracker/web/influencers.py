"""Influencers: the list, each one's page, and the forms to create and rename them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.policy import DEFAULT_MODEL
from tracker.domain.records import AccountRecord
from tracker.models import Influencer, SocialAccount, Workspace
from tracker.reports import alerts as alert_reports
from tracker.reports.break_even import break_evens
from tracker.reports.customer_value import customer_value
from tracker.reports.influencer import influencer_page
from tracker.reports.influencer_list import engaged_of, influencer_list, model_rows
from tracker.reports.influencer_slice import influencer_slice
from tracker.reports.influencers import read_agencies
from tracker.reports.lifts import influencer_lift
from tracker.reports.notes import notes_of
from tracker.reports.products import products_of
from tracker.reports.social import social
from tracker.reports.tables import INFLUENCERS
from tracker.services import audit, influencers, social_posts
from tracker.services.errors import RefusedError
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_workspace, now, parts, writing
from tracker.web.downloads import csv_download
from tracker.web.forms import MAX_NOTES, MAX_TEXT, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.report_tables import PAGE_ROWS, make_table, slice_of
from tracker.web.routes import INFLUENCER, ROW

bp = Blueprint("influencers", __name__, url_prefix="/influencers")

TABLES = "days, codes, links, deals, lifts, posts, break_even, customers"
"""What of an influencer's page can be downloaded."""


class InfluencerForm(FlaskForm):
    """Name, slug, agency, and the account with most followers."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    slug = StringField(
        _l("Slug"), filters=[strip], validators=[Length(max=100), no_control_characters]
    )
    agency = StringField(
        _l("Agency (MCN)"),
        filters=[strip],
        validators=[Length(max=MAX_TEXT), no_control_characters],
    )
    platform = StringField(
        _l("Platform"), filters=[strip], validators=[Length(max=60), no_control_characters]
    )
    handle = StringField(
        _l("Account"), filters=[strip], validators=[Length(max=MAX_TEXT), no_control_characters]
    )
    followers = IntegerField(
        _l("Followers"), validators=[Optional(), NumberRange(min=0, max=10**10)]
    )
    notes = TextAreaField(_l("Notes"), validators=[Length(max=MAX_NOTES), no_control_characters])


@bp.get("")
def index() -> str:
    """What each influencer brought and cost."""
    state = get_state()
    some = influencer_slice(get_session(), state, PAGE_ROWS)
    report = some.report if some else influencer_list(get_session(), state)
    part = slice_of(report.rows, some.n, some.most, state) if some else None
    return render_template(
        "influencers/index.html",
        report=report,
        table=make_table(INFLUENCERS, report.rows, state, part),
        agencies=read_agencies(get_session(), state.workspace_id),
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("influencers")


@bp.get(f"/<{INFLUENCER}>")
def show(influencer_id: int) -> str:
    """One influencer: cost, revenue and why, with links, codes and deals."""
    state = get_state()
    session, mine = get_session(), state.changed(influencer_id=influencer_id)
    page = influencer_page(session, state, influencer_id)
    if page is None:
        abort(404)
    observed = social(session, mine)
    return render_template(
        "influencers/show.html",
        page=page,
        lift=influencer_lift(session, state, influencer_id),
        social=observed,
        engaged=engaged_of(observed.deals, state),
        models=model_rows(session, mine)[1].get(influencer_id),
        break_evens=break_evens(session, mine),
        customers=customer_value(session, state, influencer_id),
        products=products_of(session, mine, influencer_id),
        settled_model=DEFAULT_MODEL,
        notes=notes_of(session, state, influencer_id),
        alerts=alert_reports.of_influencer(
            alert_reports.open_alerts(
                session, state.workspace_id, now(), alert_reports.OF_INFLUENCERS
            ),
            influencer_id,
        ),
        state=state,
        bar=make_bar(state),
        site_url=parts().settings.site_url,
    )


@bp.get(f"/<{INFLUENCER}>/<any({TABLES}):table>.csv")
def export_one(influencer_id: int, table: str) -> Response:
    """One of the tables of an influencer's page as a file."""
    find_influencer(get_session(), influencer_id)
    return csv_download(table, influencer_id)


@bp.post(f"/<{INFLUENCER}>/posts/<{ROW}>/deal")
def set_deal(influencer_id: int, row_id: int) -> AnyResponse:
    """Say for which deal a post was made."""
    text = request.form.get("deal", "")
    deal_id = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    find_influencer(get_session(), influencer_id)
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            post = social_posts.set_deal(session, workspace, row_id, deal_id)
            if post.influencer_id != influencer_id:
                abort(404)
            audit.note(session, "post.deal", str(row_id), user_id=user_id(), deal=deal_id)
    except RefusedError:
        abort(404)
    return redirect(url_for("influencers.show", influencer_id=influencer_id, _anchor="posts"))


@bp.get("/new")
def new() -> str:
    """The form for a new influencer."""
    return render_template("influencers/new.html", form=InfluencerForm(formdata=None))


@bp.post("/new")
def create() -> str | AnyResponse | tuple[str, int]:
    """Create an influencer."""
    form = InfluencerForm()
    if form.validate():
        try:
            with writing() as session:
                row = influencers.create_influencer(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    name=form.name.data,
                    slug=form.slug.data or "",
                    agency=form.agency.data or "",
                )
                influencers.update_influencer(session, row, notes=form.notes.data or "")
                _put_account(session, row, form)
                audit.note(session, "influencer.created", row.slug, user_id=user_id())
            flash(gettext("%(name)s is in the list. Add a link or a code next.", name=row.name))
            return redirect(url_for("influencers.show", influencer_id=row.id))
        except RefusedError as error:
            refuse(form, error)
    return render_template("influencers/new.html", form=form), 400


@bp.get(f"/<{INFLUENCER}>/edit")
def edit(influencer_id: int) -> str:
    """The form to change an influencer."""
    row = find_influencer(get_session(), influencer_id)
    account = _main_account(row)
    form = InfluencerForm(
        formdata=None,
        data={
            "name": row.name,
            "slug": row.slug,
            "agency": row.agency,
            "notes": row.notes,
            "platform": account.platform if account else "",
            "handle": account.handle if account else "",
            "followers": account.followers if account else None,
        },
    )
    return render_template("influencers/edit.html", form=form, influencer=row)


@bp.post(f"/<{INFLUENCER}>/edit")
def update(influencer_id: int) -> str | AnyResponse | tuple[str, int]:
    """Change an influencer; a new slug makes marks be read again, so history is kept."""
    form = InfluencerForm()
    row = find_influencer(get_session(), influencer_id)
    if form.validate():
        try:
            with writing() as session:
                mine = session.get_one(Influencer, row.id)
                influencers.update_influencer(
                    session,
                    mine,
                    name=form.name.data,
                    slug=form.slug.data or None,
                    agency=form.agency.data or "",
                    notes=form.notes.data or "",
                )
                _put_account(session, mine, form)
                audit.note(session, "influencer.changed", mine.slug, user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("influencers.show", influencer_id=row.id))
        except RefusedError as error:
            refuse(form, error)
    return render_template("influencers/edit.html", form=form, influencer=row), 400


def find_influencer(session: Session, influencer_id: int) -> Influencer:
    """An influencer of this workspace; anything else is a 404."""
    row = session.scalar(
        select(Influencer).where(
            Influencer.id == influencer_id, Influencer.workspace_id == get_workspace().id
        )
    )
    if row is None:
        abort(404)
    return row


def _main_account(row: Influencer) -> SocialAccount | None:
    return max(row.accounts, key=lambda account: account.followers or 0, default=None)


def _put_account(session: Session, row: Influencer, form: InfluencerForm) -> None:
    given: dict[str, Any] = {"platform": form.platform.data or "", "handle": form.handle.data or ""}
    if any(given.values()):
        account = AccountRecord(**given, followers=form.followers.data)
        influencers.add_account(session, row, account)
