"""Settings: webhooks of the shops, with their secrets and what has come."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField

from tracker.models import Shop
from tracker.services import audit, webhook_checks, webhooks
from tracker.services.customers import MARKETPLACES
from tracker.services.errors import RefusedError
from tracker.web import webhook_wording
from tracker.web.context import get_session, get_shops, now, parts, writing
from tracker.web.forms import choices, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import SHOP
from tracker.web.settings import bp

SHOWN = 50
"""Deliveries on the page."""


class SecretForm(FlaskForm):
    """A secret, and how long the one before it still counts."""

    secret = StringField(
        _l("Secret"), filters=[strip], render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    overlap = SelectField(_l("The old secret counts for"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.overlap.choices = choices((str(_hours(one)), _told(one)) for one in webhooks.OVERLAPS)


def _hours(overlap: timedelta) -> int:
    return int(overlap.total_seconds()) // 3600


def _told(overlap: timedelta) -> str:
    words: dict[int, str] = {
        0: gettext("no longer"),
        1: gettext("an hour more"),
        24: gettext("a day more"),
        168: gettext("a week more"),
    }
    return words[_hours(overlap)]


@bp.get("/webhooks", endpoint="webhooks")
def list_webhooks() -> str:
    """The shops that can deliver, with their state."""
    shops = _delivering()
    states = webhook_checks.states(get_session(), [shop.id for shop in shops], now())
    return render_template("settings/webhooks.html", shops=shops, states=states)


@bp.get(f"/webhooks/<{SHOP}>", endpoint="webhook")
def show_webhook(shop_id: int) -> str:
    """One shop: the address, the secret, what is wrong, what has come."""
    return _page(_shop(shop_id), _form())


@bp.post(f"/webhooks/<{SHOP}>", endpoint="update_webhook")
def update_webhook(shop_id: int) -> str | Response | tuple[str, int]:
    """Set the secret (or have one made), end the old one, or take no webhooks any more."""
    shop = _shop(shop_id)
    action = request.form.get("action", "set")
    if action == "set":
        return _set(shop)
    with writing() as session:
        changed = session.get_one(Shop, shop.id)
        if action == "end_old":
            webhooks.end_old_secret(session, changed)
            audit.note(session, "webhook.old_secret_ended", shop.slug, user_id=user_id())
        elif action == "remove":
            webhooks.remove_secrets(session, changed)
            audit.note(session, "webhook.secrets_removed", shop.slug, user_id=user_id())
        else:
            abort(400)
    flash(gettext("Saved."))
    return redirect(url_for("settings.webhook", shop_id=shop.id))


def _set(shop: Shop) -> str | Response | tuple[str, int]:
    form = SecretForm()
    if not form.validate():
        return _page(shop, form), 400
    try:
        with writing() as session:
            made = webhooks.set_secret(
                session,
                session.get_one(Shop, shop.id),
                form.secret.data or "",
                signing_key=parts().settings.signing_key,
                now=now(),
                overlap=timedelta(hours=int(form.overlap.data)),
            )
            audit.note(session, "webhook.secret_set", shop.slug, user_id=user_id())
    except RefusedError as error:
        refuse(form, error)
        return _page(shop, form), 400
    if not form.secret.data:
        return _page(shop, _form(), made)
    flash(gettext("Saved. Webhooks count from now on."))
    return redirect(url_for("settings.webhook", shop_id=shop.id))


def _form() -> SecretForm:
    return SecretForm(formdata=None, data={"overlap": str(_hours(webhooks.DEFAULT_OVERLAP))})


def _delivering() -> list[Shop]:
    """Shops that may send webhooks: marketplaces do not."""
    return [shop for shop in get_shops() if shop.platform not in MARKETPLACES]


def _shop(shop_id: int) -> Shop:
    found = next((shop for shop in _delivering() if shop.id == shop_id), None)
    if found is None:
        abort(404)
    return found


def _page(shop: Shop, form: SecretForm, made: str | None = None) -> str:
    session, settings = get_session(), parts().settings
    findings = webhook_checks.check_webhooks(
        session, shop, now=now(), site_url=settings.site_url, signing_key=settings.signing_key
    )
    sources = [shop.platform] if shop.platform in webhook_checks.TOPICS else list(
        webhook_checks.TOPICS
    )  # fmt: skip
    return render_template(
        "settings/webhook.html",
        shop=shop,
        form=form,
        made=made,
        secrets=webhooks.valid_secrets(session, shop, now()),
        findings=[(one.level, webhook_wording.finding(one)) for one in findings],
        addresses=[(one, f"{settings.site_url}/webhooks/{one}/{shop.site_key}") for one in sources],
        deliveries=webhook_checks.recent_deliveries(session, shop, SHOWN),
        outcome=webhook_wording.outcome,
        why=webhook_wording.why,
    )
