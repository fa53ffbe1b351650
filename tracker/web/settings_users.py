"""Settings: who may sign in, and with which role. Owners only."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.models import User
from tracker.models.user import ROLES
from tracker.services import users
from tracker.services.errors import RefusedError
from tracker.services.users import UserError
from tracker.web import wording
from tracker.web.context import get_session, writing
from tracker.web.filters import label
from tracker.web.forms import choices, no_control_characters, refuse, strip
from tracker.web.preferences import locale_name
from tracker.web.routes import USER
from tracker.web.settings import bp


class UserForm(FlaskForm):
    """A colleague."""

    email = EmailField(_l("E-mail"), filters=[strip], validators=[InputRequired(), Length(max=254)])
    name = StringField(
        _l("Name"), filters=[strip], validators=[Length(max=80), no_control_characters]
    )
    role = SelectField(_l("Role"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = choices((role, label(role, "role")) for role in ROLES)


@bp.get("/users", endpoint="users")
def list_users() -> str:
    """Everybody who may sign in."""
    return _page(UserForm(formdata=None, data={"role": "marketer"}))


@bp.post("/users")
def create_user() -> str | tuple[str, int]:
    """Add a user; the page shows their one-time password once and keeps it nowhere."""
    form = UserForm()
    if form.validate():
        password = users.generate_password()
        try:
            with writing() as session:
                user = users.add_user(
                    session,
                    form.email.data,
                    password,
                    role=form.role.data,
                    name=form.name.data or "",
                    locale=locale_name(),
                    must_change_password=True,
                )
            return _page(UserForm(formdata=None), (user.email, password))
        except UserError as error:
            refuse(form, RefusedError(error.code, "email"))
    return _page(form), 400


@bp.post(f"/users/<{USER}>")
def update_user(account_id: int) -> str | Response:
    """Disable or enable a user, change a role, or give a new one-time password."""
    action = request.form.get("action", "")
    made: tuple[str, str] | None = None
    try:
        with writing() as session:
            user = session.get(User, account_id)
            if user is None:
                abort(404)
            if action == "disable":
                users.disable_user(session, user)
            elif action == "enable":
                users.enable_user(session, user)
            elif action == "role":
                users.change_role(session, user, request.form.get("role", ""))
            elif action == "password":
                made = user.email, users.generate_password()
                users.set_password(session, user, made[1], must_change_password=True)
            else:
                abort(400)
    except UserError as error:
        flash(wording.refusal(RefusedError(error.code)))
    if made is not None:
        return _page(UserForm(formdata=None), made)
    return redirect(url_for("settings.users"))


def _page(form: UserForm, made: tuple[str, str] | None = None) -> str:
    rows = get_session().scalars(select(User).order_by(User.is_active.desc(), User.email))
    return render_template("settings/users.html", form=form, users=list(rows), made=made)
