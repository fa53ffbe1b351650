"""Settings: the workspace, its shops with the script, and promotions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.models import Promotion, Shop, Workspace
from tracker.models.shop import PLATFORMS
from tracker.services import audit, promotions, workspaces
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_shops, get_workspace, now, parts, writing
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW, SHOP
from tracker.web.workspaces import CURRENCIES, ZONES

bp = Blueprint("settings", __name__, url_prefix="/settings")

NAME: dict[str, Any] = {
    "filters": [strip],
    "validators": [InputRequired(), Length(max=MAX_TEXT), no_control_characters],
}
FESTIVALS = (
    "double11", "618", "double12", "spring_festival", "38", "qixi", "mid_autumn", "national_day",
    "black_friday", "new_year",
)  # fmt: skip


class NameForm(FlaskForm):
    """What may change about a workspace; currency and zone are fixed by its facts."""

    name = StringField(_l("Brand"), **NAME)


class ShopForm(FlaskForm):
    """A shop."""

    name = StringField(_l("Name"), **NAME)
    slug = StringField(_l("Short name, for commands"), filters=[strip], validators=[Length(max=64)])
    platform = SelectField(_l("Platform"))
    currency = SelectField(_l("Currency"), choices=list(CURRENCIES))
    time_zone = SelectField(_l("Time zone"), choices=list(ZONES))
    hostnames = StringField(_l("Host names"), filters=[strip], validators=[Length(max=1000)])
    has_script = BooleanField(_l("Our script runs in this shop"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform.choices = choices((p, label(p, "platform")) for p in PLATFORMS)


class EditShopForm(FlaskForm):
    """What may change about a shop; platform, currency and zone are fixed by its orders."""

    name = StringField(_l("Name"), **NAME)
    hostnames = StringField(_l("Host names"), filters=[strip], validators=[Length(max=1000)])
    has_script = BooleanField(_l("Our script runs in this shop"))
    product_prefixes = StringField(
        _l("Product pages"), filters=[strip], validators=[Length(max=1000), no_control_characters]
    )


class PromotionForm(FlaskForm):
    """A festival or sale."""

    festival = SelectField(_l("Festival"))
    name = StringField(_l("Name on charts"), **NAME)
    starts_on = DateField(_l("First day"), validators=[InputRequired()])
    ends_on = DateField(_l("Last day"), validators=[InputRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(code, label(code, "festival")) for code in FESTIVALS]
        self.festival.choices = choices([*known, ("other", gettext("Other sale"))])


# --- the workspace --------------------------------------------------------------------------------


@bp.get("")
def index() -> str:
    """The workspace and what it is fixed to."""
    form = NameForm(formdata=None, data={"name": get_workspace().name})
    return render_template("settings/index.html", form=form)


@bp.post("")
def update() -> Response | tuple[str, int]:
    """Rename the workspace."""
    form = NameForm()
    if not form.validate():
        return render_template("settings/index.html", form=form), 400
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        workspace.name = form.name.data
        audit.note(session, "workspace.renamed", workspace.slug, user_id=user_id())
    flash(gettext("Saved."))
    return redirect(url_for("settings.index"))


# --- shops ----------------------------------------------------------------------------------------


@bp.get("/shops")
def shops() -> str:
    """The shops, each with the script to paste."""
    workspace = get_workspace()
    data = {"currency": workspace.base_currency, "time_zone": workspace.time_zone}
    return _shops_page(ShopForm(formdata=None, data=data))


@bp.post("/shops")
def create_shop() -> Response | tuple[str, int]:
    """Add a shop."""
    form = ShopForm()
    if form.validate():
        try:
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                shop = workspaces.create_shop(
                    session,
                    workspace,
                    slug=form.slug.data or form.platform.data,
                    name=form.name.data,
                    platform=form.platform.data,
                    currency=form.currency.data,
                    time_zone=form.time_zone.data,
                    hostnames=form.hostnames.data or "",
                    has_script=form.has_script.data,
                )
                audit.note(session, "shop.created", shop.slug, user_id=user_id())
            flash(gettext("%(name)s is added.", name=shop.name))
            return redirect(url_for("settings.shops", _anchor=f"shop-{shop.id}"))
        except RefusedError as error:
            refuse(form, error)
    return _shops_page(form), 400


@bp.post(f"/shops/<{SHOP}>")
def update_shop(shop_id: int) -> Response | tuple[str, int]:
    """Change a shop's name, hosts, and whether it runs our script."""
    form = EditShopForm()
    if shop_id not in {shop.id for shop in get_shops()}:
        abort(404)
    try:
        if not form.validate():
            raise RefusedError("value_missing", "name")
        with writing() as session:
            shop = session.get_one(Shop, shop_id)
            shop.name = form.name.data
            shop.hostnames = workspaces.clean_hostnames(form.hostnames.data or "")
            shop.has_script = form.has_script.data
            workspaces.set_product_prefixes(session, shop, form.product_prefixes.data or "", now())
            audit.note(session, "shop.changed", shop.slug, user_id=user_id())
    except RefusedError as error:
        refuse(form, error)
        return _shops_page(ShopForm(formdata=None), {shop_id: form}), 400
    flash(gettext("Saved."))
    return redirect(url_for("settings.shops", _anchor=f"shop-{shop_id}"))


def _shops_page(form: ShopForm, edited: dict[int, EditShopForm] | None = None) -> str:
    forms = {
        shop.id: EditShopForm(
            formdata=None,
            data={
                "name": shop.name,
                "hostnames": shop.hostnames,
                "has_script": shop.has_script,
                "product_prefixes": shop.product_prefixes,
            },
        )
        for shop in get_shops()
    }
    return render_template(
        "settings/shops.html",
        form=form,
        shops=get_shops(),
        forms={**forms, **(edited or {})},
        site_url=parts().settings.site_url,
    )


# --- promotions -----------------------------------------------------------------------------------


@bp.get("/promotions", endpoint="promotions")
def list_promotions() -> str:
    """The calendar of promotions."""
    return _promotions_page(PromotionForm(formdata=None))


@bp.post("/promotions")
def create_promotion() -> Response | tuple[str, int]:
    """Enter a promotion."""
    form = PromotionForm()
    if form.validate():
        try:
            with writing() as session:
                row = promotions.create_promotion(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    festival=form.festival.data,
                    name=form.name.data,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                )
                audit.note(session, "promotion.created", row.festival, user_id=user_id())
            flash(gettext("Saved."))
            return redirect(url_for("settings.promotions"))
        except RefusedError as error:
            refuse(form, error)
    return _promotions_page(form), 400


@bp.post(f"/promotions/<{ROW}>/delete")
def delete_promotion(row_id: int) -> Response:
    """Remove a promotion."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        promotions.delete_promotion(session, workspace, row_id)
        audit.note(session, "promotion.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("settings.promotions"))


def _promotions_page(form: PromotionForm) -> str:
    rows = get_session().scalars(
        select(Promotion)
        .where(Promotion.workspace_id == get_workspace().id)
        .order_by(Promotion.starts_on.desc())
    )
    return render_template("settings/promotions.html", form=form, promotions=list(rows))
