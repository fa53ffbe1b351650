"""What an influencer was given: tracked links, coupon codes, deals."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.records import DealRecord, Refused
from tracker.models import Campaign, Coupon, Influencer, Shop, TrackedLink, Workspace
from tracker.services import audit, coupons, deals, links
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_shops, get_workspace, today, writing
from tracker.web.forms import (
    MAX_TEXT,
    Money,
    choices,
    end_of_day,
    no_control_characters,
    refuse,
    start_of_day,
    strip,
    upper,
)
from tracker.web.identity import user_id
from tracker.web.influencers import find_influencer
from tracker.web.routes import COUPON, INFLUENCER, LINK

bp = Blueprint("agreements", __name__, url_prefix="/influencers")

TEXT: dict[str, Any] = {
    "filters": [strip],
    "validators": [Length(max=MAX_TEXT), no_control_characters],
}
PPM_PER_PERCENT = 10_000


class _WithShop(FlaskForm):
    shop = SelectField(_l("Shop"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop.choices = choices((shop.id, shop.name) for shop in get_shops())

    def chosen_shop(self, session: Session) -> Shop:
        """The shop, bound to a session; the field only offers those of the workspace."""
        return session.get_one(Shop, self.shop.data)


class LinkForm(_WithShop):
    """Where a link leads and what it appends."""

    target_url = StringField(
        _l("Leads to"), filters=[strip], validators=[InputRequired(), Length(max=links.MAX_URL)]
    )
    slug = StringField(_l("Short name"), filters=[strip], validators=[Length(max=64)])
    campaign = SelectField(_l("Campaign"), coerce=int)
    utm_source = StringField("utm_source", **TEXT)
    utm_medium = StringField("utm_medium", **TEXT)
    utm_campaign = StringField("utm_campaign", **TEXT)
    utm_content = StringField("utm_content", **TEXT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = get_session().execute(
            select(Campaign.id, Campaign.name)
            .where(Campaign.workspace_id == get_workspace().id)
            .order_by(Campaign.name)
        )
        self.campaign.choices = choices([(0, gettext("None")), *((i, name) for i, name in rows)])


class CodeForm(_WithShop):
    """A code and since when it is theirs."""

    code = StringField(
        _l("Code"),
        filters=[strip],
        validators=[InputRequired(), Length(max=80), no_control_characters],
    )
    valid_from = DateField(_l("Theirs from"), validators=[InputRequired()])
    valid_until = DateField(_l("Until (included)"), validators=[Optional()])


class DealForm(FlaskForm):
    """What was agreed for one post or campaign."""

    title = StringField(_l("What for"), **TEXT)
    posted_on = DateField(_l("Day of the post"), validators=[InputRequired()])
    currency = StringField(
        _l("Currency"), filters=[strip, upper], validators=[InputRequired(), Length(min=3, max=3)]
    )
    fee = Money(_l("Fixed fee"))
    goods_given = Money(_l("Goods given, at cost"))
    platform_fee = Money(_l("Platform service fee"))
    commission = DecimalField(
        _l("Commission in percent of net revenue"),
        places=4,
        default=0,
        validators=[Optional(), NumberRange(min=0, max=100)],
    )
    ends_on = DateField(_l("Last day with commission"), validators=[Optional()])
    spread_days = IntegerField(
        _l("Spread the fee over days"), default=1, validators=[NumberRange(min=1, max=730)]
    )


# --- links ----------------------------------------------------------------------------------------


@bp.get(f"/<{INFLUENCER}>/links/new")
def new_link(influencer_id: int) -> str:
    """The form for a tracked link."""
    row = find_influencer(get_session(), influencer_id)
    platform = row.accounts[0].platform if row.accounts else ""
    form = LinkForm(formdata=None, data={"utm_source": platform, "utm_medium": "kol"})
    return render_template("agreements/link.html", form=form, influencer=row)


@bp.post(f"/<{INFLUENCER}>/links/new")
def create_link(influencer_id: int) -> Response | tuple[str, int]:
    """Create a tracked link."""
    row = find_influencer(get_session(), influencer_id)
    form = LinkForm()
    if form.validate():
        utm = {name: getattr(form, name).data or "" for name in links.UTM_FIELDS if name in form}
        try:
            with writing() as session:
                link = links.create_link(
                    session,
                    form.chosen_shop(session),
                    target_url=form.target_url.data,
                    slug=form.slug.data or "",
                    influencer_id=row.id,
                    campaign_id=form.campaign.data,
                    **utm,
                )
                audit.note(session, "link.created", link.slug, user_id=user_id())
            flash(gettext("The link is ready: copy it below."))
            return _back(row, "links")
        except RefusedError as error:
            refuse(form, error)
    return render_template("agreements/link.html", form=form, influencer=row), 400


@bp.post(f"/<{INFLUENCER}>/links/<{LINK}>")
def switch_link(influencer_id: int, link_id: int) -> Response:
    """Switch a link off or on again."""
    row = find_influencer(get_session(), influencer_id)
    with writing() as session:
        link = session.scalar(
            select(TrackedLink).where(
                TrackedLink.id == link_id,
                TrackedLink.influencer_id == row.id,
                TrackedLink.workspace_id == get_workspace().id,
            )
        )
        if link is None:
            abort(404)
        links.update_link(session, link, is_active=request.form.get("is_active") == "1")
        audit.note(session, "link.switched", link.slug, user_id=user_id(), on=link.is_active)
    return _back(row, "links")


# --- codes ----------------------------------------------------------------------------------------


@bp.get(f"/<{INFLUENCER}>/codes/new")
def new_code(influencer_id: int) -> str:
    """The form for a coupon code."""
    row = find_influencer(get_session(), influencer_id)
    form = CodeForm(formdata=None, data={"valid_from": today()})
    return render_template("agreements/code.html", form=form, influencer=row)


@bp.post(f"/<{INFLUENCER}>/codes/new")
def create_code(influencer_id: int) -> Response | tuple[str, int]:
    """Give a code to the influencer; a code that exists is given from its new day on."""
    row = find_influencer(get_session(), influencer_id)
    form = CodeForm()
    if form.validate():
        try:
            with writing() as session:
                shop = form.chosen_shop(session)
                found = coupons.find_coupon(session, shop, form.code.data)
                coupon = found or coupons.create_coupon(session, shop, code=form.code.data)
                coupons.give_coupon(
                    session,
                    coupon,
                    influencer_id=row.id,
                    valid_from=start_of_day(form.valid_from.data, shop.time_zone),
                    valid_until=end_of_day(form.valid_until.data, shop.time_zone),
                )
                audit.note(
                    session, "coupon.given", coupon.code, user_id=user_id(), influencer=row.slug
                )
            flash(gettext("Orders with this code are now credited to %(name)s.", name=row.name))
            return _back(row, "codes")
        except RefusedError as error:
            refuse(form, error)
    return render_template("agreements/code.html", form=form, influencer=row), 400


@bp.post(f"/<{INFLUENCER}>/codes/<{COUPON}>/leaked")
def leak_code(influencer_id: int, coupon_id: int) -> Response:
    """Say from which day on a code is leaked (empty: it is not)."""
    row = find_influencer(get_session(), influencer_id)
    form = _LeakForm()
    if not form.validate():
        abort(400)
    with writing() as session:
        coupon = _find_coupon(session, row, coupon_id)
        shop = session.get_one(Shop, coupon.shop_id)
        day = form.leaked_on.data
        coupons.mark_leaked(
            session, coupon, None if day is None else start_of_day(day, shop.time_zone)
        )
        audit.note(
            session, "coupon.leaked", coupon.code, user_id=user_id(), since=str(day) if day else ""
        )
    if day is None:
        flash(gettext("The code counts again."))
    else:
        flash(gettext("Orders since then fall back to their next signal. Give them a new code."))
    return _back(row, "codes")


class _LeakForm(FlaskForm):
    leaked_on = DateField(validators=[Optional()])


def _find_coupon(session: Session, row: Influencer, coupon_id: int) -> Coupon:
    coupon = session.get(Coupon, coupon_id)
    if coupon is None or all(one.influencer_id != row.id for one in coupon.ownerships):
        abort(404)
    return coupon


# --- deals ----------------------------------------------------------------------------------------


@bp.get(f"/<{INFLUENCER}>/deals/new")
def new_deal(influencer_id: int) -> str:
    """The form for a deal."""
    row = find_influencer(get_session(), influencer_id)
    data = {"posted_on": today(), "currency": get_workspace().base_currency}
    return render_template(
        "agreements/deal.html", form=DealForm(formdata=None, data=data), influencer=row
    )


@bp.post(f"/<{INFLUENCER}>/deals/new")
def create_deal(influencer_id: int) -> Response | tuple[str, int]:
    """Enter a deal; its costs are booked from the post's day on."""
    row = find_influencer(get_session(), influencer_id)
    form = DealForm()
    if form.validate():
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            outcome = deals.load_deals(session, workspace, [_deal(form, row)]).outcomes[0]
            if isinstance(outcome, Refused):
                refused = RefusedError(str(outcome.reason), "currency")
            else:
                refused = None
                audit.note(session, "deal.created", row.slug, user_id=user_id())
        if refused is None:
            flash(gettext("The deal is entered; costs follow in a moment."))
            return _back(row, "deals")
        refuse(form, refused)
    return render_template("agreements/deal.html", form=form, influencer=row), 400


def _deal(form: DealForm, row: Influencer) -> DealRecord:
    return DealRecord(
        ref=f"{row.slug}-{form.posted_on.data:%Y%m%d}-{secrets.token_hex(3)}",
        influencer=row.slug,
        posted_on=form.posted_on.data,
        currency=form.currency.data.upper(),
        title=form.title.data or "",
        fee_minor=form.fee.minor,
        goods_given_minor=form.goods_given.minor,
        platform_fee_minor=form.platform_fee.minor,
        commission_ppm=round((form.commission.data or 0) * PPM_PER_PERCENT),
        ends_on=form.ends_on.data,
        spread_days=form.spread_days.data,
    )


def _back(row: Influencer, anchor: str) -> Response:
    return redirect(url_for("influencers.show", influencer_id=row.id, _anchor=anchor))
