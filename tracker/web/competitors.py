"""Competitors, and our own listings beside them: prices now, their history, and the forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from tracker.models import Listing, Workspace
from tracker.reports import alerts as alert_reports
from tracker.reports import market as reports
from tracker.reports import ranks as rank_reports
from tracker.reports.csv_files import csv_stream
from tracker.reports.market_tables import HISTORY, LISTINGS
from tracker.services import alerts, listings
from tracker.services.errors import RefusedError
from tracker.web import watching
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_shops, get_workspace, now, parts, writing
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip, upper
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.routes import ROW
from tracker.web.watching import checked_url, ring, watch

bp = Blueprint("competitors", __name__, url_prefix="/competitors")

MAX_URL = 2_048
TEXT: dict[str, Any] = {
    "filters": [strip],
    "validators": [Length(max=MAX_TEXT), no_control_characters],
}


class ListingForm(FlaskForm):
    """A product's page, whose it is, and what it is compared with."""

    url = StringField(
        _l("Address of the product's page"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_URL)],
    )
    shop_id = SelectField(_l("Whose"), coerce=int)
    competitor = StringField(_l("Competitor's name"), **TEXT)
    product_group = StringField(_l("Compared as"), **TEXT)
    title = StringField(_l("Title"), **TEXT)
    sku = StringField(_l("Our SKU"), **TEXT)
    currency = StringField(
        _l("Currency"), filters=[strip, upper], validators=[Length(max=3), no_control_characters]
    )
    hours = IntegerField(
        _l("Every … hours"),
        default=24,
        validators=[InputRequired(), NumberRange(min=1, max=720)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = [(shop.id, gettext("ours: %(shop)s", shop=shop.name)) for shop in get_shops()]
        self.shop_id.choices = choices([(0, gettext("a competitor's")), *ours])

    def said(self) -> dict[str, Any]:
        """What people say of a listing, apart from its address."""
        return {
            "title": self.title.data or "",
            "shop_id": self.shop_id.data,
            "competitor": self.competitor.data or "",
            "product_group": self.product_group.data or "",
            "sku": self.sku.data or "",
            "currency": self.currency.data or "",
        }


class KeywordForm(FlaskForm):
    """A page of results on which a listing of ours has a place."""

    url = StringField(
        _l("Address of a page of results"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_URL)],
    )
    hours = IntegerField(
        _l("Every … hours"),
        default=24,
        validators=[InputRequired(), NumberRange(min=1, max=720)],
    )


@bp.get("")
def index() -> str:
    """Prices, promotions and stock now, by group."""
    session, workspace = get_session(), get_workspace()
    return render_template(
        "competitors/index.html",
        market=reports.market(session, workspace, now()),
        alerts=alert_reports.open_alerts(session, workspace.id, now(), alert_reports.OF_LISTINGS),
        state=get_state(),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    workspace_id, at = get_workspace().id, now()

    def rows(session: Any, _state: Any) -> Iterator[Any]:
        found = reports.market(session, session.get_one(Workspace, workspace_id), at)
        return (row for group in found.groups for row in group.rows)

    return _file("listings", LISTINGS, rows)


@bp.get(f"/<{ROW}>/export.csv")
def export_one(row_id: int) -> Response:
    """Everything that a listing's page said in the period, as a file."""
    listing = _find(row_id)

    def rows(session: Any, state: Any) -> Iterator[Any]:
        return reports.history(session, state, listing.id)

    return _file(f"listing-{row_id}", HISTORY, rows)


@bp.get("/new")
def new() -> str:
    """The form for a listing."""
    return _form(ListingForm(formdata=None, data={"hours": 24, "shop_id": 0}))


@bp.post("/new")
def create() -> str | AnyResponse | tuple[str, int]:
    """Enter a listing and watch it."""
    form = ListingForm()
    if form.validate():
        try:
            url = checked_url(form.url.data)
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                row = listings.create_listing(
                    session, workspace, url=url, now=now(), user_id=user_id(), **form.said()
                )
                every = timedelta(hours=form.hours.data)
                target = watch(
                    session, workspace, "listing", url, listing_id=row.id, interval=every
                )
                target.is_asked = True  # whoever enters a page wants to see what it gives
            ring()
            flash(gettext("It is fetched as soon as its host may be asked."))
            return redirect(url_for("competitors.show", row_id=row.id))
        except RefusedError as error:
            refuse(form, error)
    return _form(form), 400


@bp.get(f"/<{ROW}>")
def show(row_id: int) -> str:
    """One listing: its group's prices by day, what changed when, its numbers."""
    return _show(_find(row_id), KeywordForm(formdata=None, data={"hours": 24}))


@bp.post(f"/<{ROW}>/keywords")
def watch_keyword(row_id: int) -> AnyResponse | tuple[str, int]:
    """Watch a page of results for the place of a listing of ours."""
    listing, form = _find(row_id), KeywordForm()
    if form.validate():
        try:
            url = checked_url(form.url.data)
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                row = session.get_one(Listing, listing.id)
                every = timedelta(hours=form.hours.data)
                target = watching.watch_keyword(session, workspace, row, url, every)
                target.is_asked = True
            ring()
            flash(gettext("It is fetched as soon as its host may be asked."))
            return redirect(url_for("competitors.show", row_id=row_id))
        except RefusedError as error:
            refuse(form, error)
    return _show(listing, form), 400


@bp.get(f"/<{ROW}>/ranks.csv")
def export_ranks(row_id: int) -> Response:
    """Every place of a listing in the period, as a file."""
    listing_id = _find(row_id).id

    def rows(session: Any, state: Any) -> Iterator[Any]:
        return rank_reports.rank_history(session, state, listing_id)

    return _file(f"listing-{row_id}-places", rank_reports.RANKS, rows)


def _show(listing: Listing, form: KeywordForm) -> str:
    state, session = get_state(), get_session()
    page = reports.listing_page(session, state, get_workspace(), listing, now())
    return render_template(
        "competitors/show.html",
        page=page,
        listing=listing,
        state=state,
        bar=replace(make_bar(state), shops=()),  # a listing is of one shop, or of none of ours
        alerts=alert_reports.open_alerts(
            session, get_workspace().id, now(), alert_reports.OF_LISTINGS, listing.id
        ),
        ranks=rank_reports.ranks(session, state, listing.id) if listing.is_own else (),
        form=form,
    )


@bp.get(f"/<{ROW}>/edit")
def edit(row_id: int) -> str:
    """The form to change what was said of a listing."""
    listing = _find(row_id)
    form = ListingForm(formdata=None, obj=listing)
    return _form(form, listing)


@bp.post(f"/<{ROW}>/edit")
def update(row_id: int) -> str | AnyResponse | tuple[str, int]:
    """Change what was said of a listing."""
    listing = _find(row_id)
    form = ListingForm()
    del form.url, form.hours  # neither is changed here
    if form.validate():
        try:
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                listings.update_listing(
                    session,
                    workspace,
                    session.get_one(Listing, listing.id),
                    user_id=user_id(),
                    **form.said(),
                )
            flash(gettext("Saved."))
            return redirect(url_for("competitors.show", row_id=row_id))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, listing), 400


@bp.post(f"/<{ROW}>/delete")
def delete(row_id: int) -> AnyResponse:
    """Forget a listing with all that was read of it."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        listings.delete_listing(session, workspace, row_id, user_id=user_id())
    flash(gettext("It is forgotten, with all that was read of it."))
    return redirect(url_for("competitors.index"))


@bp.post("/alerts/seen")
def seen() -> AnyResponse:
    """Somebody has seen alerts; they go away until there is something new."""
    texts = request.form.getlist("alert")[:1000]
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        alerts.mark_seen(session, workspace, ids, now())
    back = request.form.get("back", "")
    influencer = request.form.get("influencer", "")
    if back == "influencer" and influencer.isascii() and influencer.isdigit():
        return redirect(url_for("influencers.show", influencer_id=min(int(influencer), 2**31 - 1)))
    return redirect(url_for("competitors.index"))


def _find(row_id: int) -> Listing:
    found = reports.find_listing(get_session(), get_state(), row_id)
    if found is None:
        abort(404)
    return found


def _form(form: ListingForm, listing: Listing | None = None) -> str:
    session, workspace_id = get_session(), get_workspace().id
    return render_template(
        "competitors/form.html",
        form=form,
        listing=listing,
        competitors=reports.competitors(session, workspace_id),
        groups=reports.product_groups(session, workspace_id),
    )


def _file(name: str, spec: Any, rows: Any) -> Response:
    database, locale, state = parts().database, locale_name(), get_state()

    def pieces() -> Iterator[bytes]:
        with database.read() as session:  # of its own: the request's is closed when this runs
            yield from csv_stream(spec, rows(session, state), state, locale)

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    file = f"{name}_{state.start}_{state.end}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response
