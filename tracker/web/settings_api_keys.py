"""Settings: keys for programs that write through the order API."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.models import Workspace
from tracker.services import api_keys, audit
from tracker.services.api_keys import NewKey
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_shops, get_workspace, now, parts, writing
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW
from tracker.web.settings import bp


class KeyForm(FlaskForm):
    """A key for a program."""

    name = StringField(
        _l("Which program"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )
    shop_id = SelectField(_l("Shop"), coerce=int)
    must_sign = BooleanField(_l("Requests must be signed too"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        every = (0, gettext("every shop of this workspace"))
        self.shop_id.choices = choices([every, *((shop.id, shop.name) for shop in get_shops())])


@bp.get("/api-keys", endpoint="api_keys")
def list_api_keys() -> str:
    """The keys of this workspace."""
    return _page(KeyForm(formdata=None))


@bp.post("/api-keys")
def create_api_key() -> str | tuple[str, int]:
    """Make a key. The page shows it once and keeps it nowhere."""
    form = KeyForm()
    if form.validate():
        try:
            with writing() as session:
                made = api_keys.create_key(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    name=form.name.data,
                    shop_id=form.shop_id.data,
                    must_sign=form.must_sign.data,
                    signing_key=parts().settings.signing_key,
                    user_id=user_id(),
                    now=now(),
                )
                audit.note(session, "api_key.created", made.row.prefix, user_id=user_id())
            return _page(KeyForm(formdata=None), made)
        except RefusedError as error:
            refuse(form, error)
    return _page(form), 400


@bp.post(f"/api-keys/<{ROW}>/revoked")
def revoke_api_key(row_id: int) -> Response:
    """Let a key work no more."""
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            row = api_keys.revoke_key(session, workspace, row_id, now())
            audit.note(session, "api_key.revoked", row.prefix, user_id=user_id())
    except RefusedError:
        abort(404)
    flash(gettext("The key works no more."))
    return redirect(url_for("settings.api_keys"))


def _page(form: KeyForm, made: NewKey | None = None) -> str:
    return render_template(
        "settings/api_keys.html",
        form=form,
        made=made,
        keys=api_keys.list_keys(get_session(), get_workspace()),
        shops={shop.id: shop.name for shop in get_shops()},
        site_url=parts().settings.site_url,
    )
