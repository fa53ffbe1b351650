"""Links and codes for several influencers at once: a pattern, a preview, the list that was made.

Nothing is written before it was seen: what is made must be what the preview showed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.handouts import Plan, Wanted
from tracker.domain.patterns import PLACES
from tracker.models import Campaign, Handout, Influencer, Shop
from tracker.reports.csv_files import csv_stream
from tracker.reports.handouts import handout_table, newest_handouts
from tracker.reports.influencers import read_agencies
from tracker.services import handout_undo, handouts, links
from tracker.services.errors import RefusedError
from tracker.web.bar import get_state
from tracker.web.context import get_session, get_shops, get_workspace, parts, today, writing
from tracker.web.forms import (
    MAX_TEXT,
    choices,
    end_of_day,
    no_control_characters,
    refuse,
    start_of_day,
    strip,
)
from tracker.web.identity import user_id
from tracker.web.influencers import bp
from tracker.web.preferences import locale_name
from tracker.web.routes import ROW

CHOSEN, EVERYBODY, OF_AGENCY = "chosen", "all", "agency:"
"""For whom: who was chosen in the list, all influencers, or those of an agency (its name after)."""

TEXT: dict[str, Any] = {
    "filters": [strip],
    "validators": [Length(max=MAX_TEXT), no_control_characters],
}


class BulkForm(FlaskForm):
    """For whom, and the patterns."""

    whom = SelectField(_l("For whom"))
    shop = SelectField(_l("Shop"), coerce=int)
    on = DateField(_l("Day of the patterns"), validators=[InputRequired()])
    campaign = SelectField(_l("Campaign"), coerce=int)
    link_slug = StringField(_l("Links"), **TEXT)
    target_url = StringField(
        _l("Leads to"), filters=[strip], validators=[Length(max=links.MAX_URL)]
    )
    utm_source = StringField("utm_source", **TEXT)
    utm_medium = StringField("utm_medium", **TEXT)
    utm_campaign = StringField("utm_campaign", **TEXT)
    utm_content = StringField("utm_content", **TEXT)
    code = StringField(_l("Codes"), **TEXT)
    valid_from = DateField(_l("Theirs from"), validators=[Optional()])
    valid_until = DateField(_l("Until (included)"), validators=[Optional()])

    def __init__(self, *args: Any, who: tuple[int, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, workspace_id = get_session(), get_workspace().id
        agencies = read_agencies(session, workspace_id)
        chosen = [(CHOSEN, gettext("The %(n)s chosen", n=len(who)))] if who else []
        self.whom.choices = choices(
            [
                *chosen,
                *((OF_AGENCY + name, gettext("Agency: %(name)s", name=name)) for name in agencies),
                (EVERYBODY, gettext("Everybody in the list")),
            ]
        )
        campaigns = session.execute(
            select(Campaign.id, Campaign.name)
            .where(Campaign.workspace_id == workspace_id)
            .order_by(Campaign.name)
        )
        self.campaign.choices = choices(
            [(0, gettext("None")), *((i, name) for i, name in campaigns)]
        )
        self.shop.choices = choices((shop.id, shop.name) for shop in get_shops())

    def chosen_shop(self, session: Session) -> Shop:
        """The shop, bound to a session; the field only offers those of the workspace."""
        return session.get_one(Shop, self.shop.data)


@bp.get("/bulk")
def bulk() -> str:
    """The form, with the newest lists below it."""
    who, agency = get_state().who, get_state().agency
    usual = {
        "whom": CHOSEN if who else OF_AGENCY + agency if agency else None,
        "on": today(),
        "link_slug": "{slug}-{yy}{mm}",
        "utm_source": "{platform}",
        "utm_medium": "kol",
        "utm_content": "{slug}",
        "valid_from": today(),
    }
    return _page(BulkForm(formdata=None, data=usual, who=who))


@bp.post("/bulk")
def create_bulk() -> str | AnyResponse | tuple[str, int]:
    """Show what would be made; make it when it is what was seen."""
    form = BulkForm(who=get_state().who)
    if not form.validate():
        return _page(form), 400
    try:
        if request.form.get("step") != "make":
            with parts().database.read() as session:
                return _page(form, _plan(session, form))
        with writing() as session:
            planned = _plan(session, form)
            if _digest(planned) != request.form.get("seen"):
                raise RefusedError("plan_changed", "whom")
            made = handouts.hand_out(
                session, form.chosen_shop(session), _wanted(session, form), user_id=user_id()
            )
            number, n_links, n_codes = made.id, made.n_links, made.n_codes
        flash(gettext("Made: %(links)s links and %(codes)s codes.", links=n_links, codes=n_codes))
        return redirect(url_for("influencers.show_bulk", row_id=number))
    except RefusedError as error:
        refuse(form, error)
    return _page(form, _plan_or_none(form)), 400


@bp.get(f"/bulk/<{ROW}>")
def show_bulk(row_id: int) -> str:
    """A list as it was made."""
    handout = _find(row_id)
    return render_template(
        "influencers/bulk_made.html",
        handout=handout,
        lines=handouts.lines_of(handout),
        site_url=parts().settings.site_url,
    )


@bp.post(f"/bulk/<{ROW}>/undo")
def undo_bulk(row_id: int) -> AnyResponse:
    """Take back what nobody has clicked or used yet."""
    number = _find(row_id).id
    with writing() as session:
        done = handout_undo.take_back(session, session.get_one(Handout, number), user_id=user_id())
    flash(
        gettext(
            "Taken back: %(links)s links and %(codes)s codes. Used, so they stay: %(kept)s.",
            links=done.links, codes=done.codes, kept=done.kept,
        )
    )  # fmt: skip
    return redirect(url_for("influencers.show_bulk", row_id=number))


@bp.get(f"/bulk/<{ROW}>.csv")
def export_bulk(row_id: int) -> Response:
    """The list as a file, for the agency."""
    handout, state, locale = _find(row_id), get_state(), locale_name()
    spec, lines = handout_table(parts().settings.site_url), handouts.lines_of(handout)

    def pieces() -> Iterator[bytes]:
        yield from csv_stream(spec, lines, state, locale)

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    name = f"links-and-codes_{handout.made_at:%Y-%m-%d}_{handout.id}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _find(row_id: int) -> Handout:
    handout = get_session().get(Handout, row_id)
    if handout is None or handout.workspace_id != get_workspace().id:
        abort(404)
    return handout


def _people(session: Session, form: BulkForm) -> tuple[int, ...]:
    whom, workspace_id = form.whom.data or "", get_workspace().id
    if whom == CHOSEN:
        return get_state().who
    if whom.startswith(OF_AGENCY):
        return handouts.people_of_agency(session, workspace_id, whom.removeprefix(OF_AGENCY))
    return tuple(
        session.scalars(
            select(Influencer.id)
            .where(Influencer.workspace_id == workspace_id)
            .order_by(Influencer.name, Influencer.id)
        )
    )


def _wanted(session: Session, form: BulkForm) -> Wanted:
    zone = form.chosen_shop(session).time_zone
    day = form.valid_from.data
    return Wanted(
        people=_people(session, form),
        on=form.on.data,
        link_slug=form.link_slug.data or "",
        target_url=form.target_url.data or "",
        utm={name: getattr(form, name).data or "" for name in handouts.UTM_FIELDS},
        campaign_id=form.campaign.data,
        code=form.code.data or "",
        valid_from=None if day is None else start_of_day(day, zone),
        valid_until=end_of_day(form.valid_until.data, zone),
    )


def _plan(session: Session, form: BulkForm) -> Plan:
    return handouts.plan(session, form.chosen_shop(session), _wanted(session, form))


def _plan_or_none(form: BulkForm) -> Plan | None:
    """The preview beside a refusal; None where the refusal is that there can be none."""
    try:
        with parts().database.read() as session:
            return _plan(session, form)
    except RefusedError:
        return None


def _digest(plan: Plan) -> str:
    return hashlib.sha256(repr(plan.lines).encode()).hexdigest()[:32]


def _page(form: BulkForm, plan: Plan | None = None) -> str:
    return render_template(
        "influencers/bulk.html",
        form=form,
        plan=plan,
        digest=_digest(plan) if plan else "",
        who=get_state().who,
        places=PLACES,
        newest=newest_handouts(get_session(), get_workspace().id),
        site_url=parts().settings.site_url,
    )
