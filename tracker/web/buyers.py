"""Buyers of an influencer: customers locked to them, and purchases of their own that are held."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.records import Buyer
from tracker.models import AgencyBuyer, CustomerLock, Influencer, Shop, Workspace
from tracker.services import audit, customer_locks, own_buyers
from tracker.services.customers import buyer_scope, customer_key
from tracker.services.errors import RefusedError
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
from tracker.web.influencers import find_influencer
from tracker.web.routes import INFLUENCER, ROW

bp = Blueprint("buyers", __name__, url_prefix="/influencers")

MOST_LOCKS = 100
MOST_TEXT = 200_000
"""Characters of a list of buyers: some ten thousand of them."""


class _BuyerForm(FlaskForm):
    """What the lines are, and of which shop: a buyer id means somebody only on its platform."""

    what = SelectField(_l("What the lines are"))
    shop = SelectField(_l("Shop"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.what.choices = choices(
            [
                ("platform_id", gettext("Buyer ids of the platform")),
                ("phone", gettext("Phone numbers")),
                ("email", gettext("E-mail addresses")),
            ]
        )
        self.shop.choices = choices((shop.id, shop.name) for shop in get_shops())

    def keys_of(self, session: Session, text: str) -> set[str]:
        """Customer keys of the lines of a text; lines that identify nobody are left out."""
        shop = session.get_one(Shop, self.shop.data)
        secret, scope = parts().settings.customer_key_secret, buyer_scope(shop)
        found = (
            customer_key(secret, Buyer(**{self.what.data: line.strip()}), scope)
            for line in text.splitlines()
        )
        return {key for key in found if key is not None}


class LockForm(_BuyerForm):
    """Customers to lock, and how long."""

    keys = TextAreaField(
        _l("Customers, one a line"),
        validators=[InputRequired(), Length(max=MOST_TEXT), no_control_characters],
    )
    valid_from = DateField(_l("Theirs from"), validators=[InputRequired()])
    valid_until = DateField(_l("Until (included)"), validators=[Optional()])
    note = StringField(
        _l("Note"), filters=[strip], validators=[Length(max=MAX_TEXT), no_control_characters]
    )


class OwnForm(_BuyerForm):
    """A buyer who is the influencer, or their agency."""

    whose = SelectField(_l("Whose"))
    buyer = StringField(
        _l("Buyer"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whose.choices = choices(
            [("influencer", gettext("Their own")), ("agency", gettext("Their agency's"))]
        )


@bp.get(f"/<{INFLUENCER}>/buyers")
def index(influencer_id: int) -> str:
    """Locked customers, and whose purchases are held."""
    row = find_influencer(get_session(), influencer_id)
    return _page(row, LockForm(formdata=None, data={"valid_from": today()}))


@bp.post(f"/<{INFLUENCER}>/buyers")
def create_locks(influencer_id: int) -> Response | tuple[str, int]:
    """Lock customers to the influencer."""
    row = find_influencer(get_session(), influencer_id)
    form = LockForm()
    if form.validate():
        try:
            with writing() as session:
                mine = session.get_one(Influencer, row.id)
                zone = session.get_one(Shop, form.shop.data).time_zone
                locked = customer_locks.lock_customers(
                    session,
                    mine,
                    form.keys_of(session, form.keys.data),
                    valid_from=start_of_day(form.valid_from.data, zone),
                    valid_until=end_of_day(form.valid_until.data, zone),
                    note=form.note.data or "",
                    user_id=user_id(),
                )
                audit.note(
                    session, "customers.locked", mine.slug, user_id=user_id(), customers=locked
                )
            flash(gettext("%(n)s customers are locked.", n=locked))
            return redirect(url_for("buyers.index", influencer_id=row.id))
        except RefusedError as error:
            refuse(form, error)
    return _page(row, form), 400


@bp.post(f"/<{INFLUENCER}>/buyers/locks/<{ROW}>/delete")
def delete_lock(influencer_id: int, row_id: int) -> Response:
    """Remove a lock."""
    row = find_influencer(get_session(), influencer_id)
    with writing() as session:
        lock = session.get(CustomerLock, row_id)
        if lock is None or lock.influencer_id != row.id:
            abort(404)
        customer_locks.unlock(session, lock)
        audit.note(session, "customer.unlocked", row.slug, user_id=user_id())
    return redirect(url_for("buyers.index", influencer_id=row.id))


@bp.post(f"/<{INFLUENCER}>/buyers/own")
def update_own(influencer_id: int) -> Response | tuple[str, int]:
    """Say under which buyer the influencer or the agency buys, or forget the influencer's."""
    row = find_influencer(get_session(), influencer_id)
    forget = request.form.get("action") == "forget"
    form = OwnForm()
    if forget or form.validate():
        try:
            with writing() as session:
                mine = session.get_one(Influencer, row.id)
                if forget:
                    own_buyers.say_own(session, mine, None)
                else:
                    _say(session, mine, form)
                audit.note(
                    session, "influencer.own_buyer", mine.slug, user_id=user_id(), forgot=forget
                )
            flash(gettext("Saved."))
            return redirect(url_for("buyers.index", influencer_id=row.id))
        except RefusedError as error:
            refuse(form, error)
    locks = LockForm(formdata=None, data={"valid_from": today()})
    return _page(row, locks, form), 400


def _say(session: Session, row: Influencer, form: OwnForm) -> None:
    keys = form.keys_of(session, form.buyer.data)
    if not keys:
        raise RefusedError("value_missing", "buyer")
    (key,) = keys
    if form.whose.data == "agency":
        workspace = session.get_one(Workspace, row.workspace_id)
        own_buyers.say_agency(session, workspace, row.agency, key)
    else:
        own_buyers.say_own(session, row, key)


def _page(row: Influencer, form: LockForm, own_form: OwnForm | None = None) -> str:
    session = get_session()
    mine = CustomerLock.influencer_id == row.id
    locks = session.scalars(
        select(CustomerLock)
        .where(mine)
        .order_by(CustomerLock.created_at.desc(), CustomerLock.id.desc())
        .limit(MOST_LOCKS)
    )
    agency = select(func.count()).where(
        AgencyBuyer.workspace_id == get_workspace().id,
        AgencyBuyer.agency == row.agency,
        AgencyBuyer.agency != "",
    )
    return render_template(
        "buyers/index.html",
        influencer=row,
        form=form,
        own_form=own_form or OwnForm(formdata=None),
        locks=list(locks),
        n_locks=session.scalar(select(func.count()).select_from(CustomerLock).where(mine)),
        n_agency=session.scalar(agency),
        most=MOST_LOCKS,
    )
