"""Shares: links by which agencies see their influencers' results. Made, copied, ended here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.i18n import mark
from tracker.models import Influencer, Share, Workspace
from tracker.models.credit import MODELS
from tracker.models.share import SHARED
from tracker.reports.shared import TABLES, USUAL_COLUMNS
from tracker.services import shares
from tracker.services.errors import RefusedError
from tracker.services.shares import Terms
from tracker.web.context import get_session, get_shops, get_workspace, parts, today, writing
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, choices, end_of_day, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import SHARE

bp = Blueprint("shares", __name__, url_prefix="/shares")

NAMES = {
    "influencers": mark("Results by influencer"),
    "orders": mark("Credited orders"),
    "days": mark("Results by day"),
}
"""Shared table -> what it is called."""

ACTIONS = {
    "seen": mark("opened"),
    "downloaded": mark("downloaded the file"),
    "refused": mark("gave a wrong password"),
}
"""What a visitor did -> what it is called."""

MOST_VISITS = 200
USUAL_DAYS = 90
"""A new share works for so long unless somebody says otherwise."""


class ShareForm(FlaskForm):
    """What is shared, and for how long. The columns are read from the table that is chosen."""

    title = StringField(
        _l("Title, as the agency sees it"),
        filters=[strip],
        validators=[InputRequired(), Length(max=shares.MAX_TITLE), no_control_characters],
    )
    agency = SelectField(_l("Influencers of the agency"))
    people = SelectMultipleField(_l("or these influencers"), coerce=int)
    shop = SelectField(_l("Shop"), coerce=int)
    model = SelectField(_l("Attribution model"))
    starts_on = DateField(_l("First day that is shown"), validators=[Optional()])
    ends_on = DateField(_l("Last day that is shown"), validators=[Optional()])
    expires_on = DateField(_l("The link works until (included)"), validators=[Optional()])
    password = PasswordField(_l("Password"), validators=[Length(max=MAX_TEXT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = get_session().execute(
            select(Influencer.id, Influencer.name, Influencer.agency)
            .where(Influencer.workspace_id == get_workspace().id)
            .order_by(Influencer.name, Influencer.id)
        )
        people = rows.all()
        agencies = sorted({row.agency for row in people if row.agency})
        self.agency.choices = choices([("", "—"), *((name, name) for name in agencies)])
        self.people.choices = choices((row.id, row.name) for row in people)
        self.shop.choices = choices(
            [(0, gettext("All shops")), *((s.id, s.name) for s in get_shops())]
        )
        self.model.choices = choices((model, label(model, "model")) for model in MODELS)


@bp.get("")
def index() -> str:
    """Every share with how often it was opened."""
    found = shares.list_shares(get_session(), get_workspace())
    return render_template("shares/index.html", found=found, names=NAMES)


@bp.get("/new")
def new() -> str:
    """The form; the table is chosen by the address, so that it needs no script."""
    table = _table()
    usual = {"model": "last_non_direct", "expires_on": today() + timedelta(days=USUAL_DAYS)}
    form = ShareForm(formdata=None, data=usual)
    return _form(form, table, frozenset(USUAL_COLUMNS[table]))


@bp.post("/new")
def create() -> Response | tuple[str, int]:
    """Make the share and show its link."""
    form, table = ShareForm(), _table()
    columns = frozenset(request.form.getlist("columns"))
    if form.validate():
        try:
            with writing() as session:
                share = shares.create_share(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    _terms(form, table, columns),
                    [column.key for column in TABLES[table].columns],
                    parts().settings.signing_key,
                    user_id=user_id(),
                )
                share_id = share.id
            flash(gettext("Copy the link and send it. Send the password, if any, another way."))
            return redirect(url_for("shares.show", share_id=share_id))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, table, columns), 400


@bp.get(f"/<{SHARE}>")
def show(share_id: int) -> str:
    """Its link, what it shows, and who looked."""
    session = get_session()
    share = find_share(session, share_id)
    people = session.scalars(
        select(Influencer.name)
        .where(Influencer.id.in_(shares.people_of(session, share)))
        .order_by(Influencer.name)
    ).all()
    settings = parts().settings
    return render_template(
        "shares/show.html",
        share=share,
        link=settings.site_url
        + url_for("shared.show", token=shares.token_of(share, settings.signing_key)),
        people=people,
        columns=[c for c in TABLES[share.table_name].columns if c.key in share.columns],
        visits=shares.visits_of(session, share, MOST_VISITS),
        most=MOST_VISITS,
        names=NAMES,
        actions=ACTIONS,
    )


@bp.post(f"/<{SHARE}>")
def update(share_id: int) -> Response:
    """End a share, let it work again, or give it another link."""
    action = request.form.get("action", "")
    with writing() as session:
        share = find_share(session, share_id)
        if action == "end":
            shares.end_share(session, share, user_id=user_id())
        elif action == "resume":
            shares.resume_share(session, share, user_id=user_id())
        elif action == "renew":
            shares.renew_link(session, share, parts().settings.signing_key, user_id=user_id())
        else:
            abort(400)
    return redirect(url_for("shares.show", share_id=share_id))


def find_share(session: Session, share_id: int) -> Share:
    """A share of this workspace; any other is not there."""
    share = session.get(Share, share_id)
    if share is None or share.workspace_id != get_workspace().id:
        abort(404)
    return share


def _table() -> str:
    wanted = request.values.get("table", "")
    return wanted if wanted in SHARED else SHARED[0]


def _terms(form: ShareForm, table: str, columns: frozenset[str]) -> Terms:
    zone = get_workspace().time_zone
    return Terms(
        title=form.title.data,
        table_name=table,
        columns=tuple(columns),
        model=form.model.data,
        agency=form.agency.data or "",
        influencer_ids=() if form.agency.data else tuple(form.people.data or ()),
        shop_id=form.shop.data,
        starts_on=_day(form.starts_on.data),
        ends_on=_day(form.ends_on.data),
        expires_at=end_of_day(form.expires_on.data, zone),
        password=form.password.data or "",
    )


def _day(day: date | None) -> date | None:
    """A day as reports know them; years beyond them are no limit."""
    return day if day is None or 2000 <= day.year <= 2099 else None


def _form(form: ShareForm, table: str, columns: frozenset[str]) -> str:
    return render_template(
        "shares/new.html",
        form=form,
        table=table,
        tables=SHARED,
        names=NAMES,
        columns=TABLES[table].columns,
        chosen=columns,
    )
