"""The signed-in user's own account: name, language, theme, password, other browsers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from tracker.models import Share, SignIn, User
from tracker.services import shares, sign_ins, users
from tracker.web.context import find_workspace, get_session, now, parts, writing
from tracker.web.identity import Caller, caller, current_token, set_cookie
from tracker.web.limits import PER_ACCOUNT, failed, limiter

bp = Blueprint("account", __name__, url_prefix="/account")


class NameForm(FlaskForm):
    """What colleagues see."""

    name = StringField(_l("Name"), validators=[Length(max=80)])


class PasswordForm(FlaskForm):
    """The old password and a new one."""

    old = PasswordField(_l("Current password"), validators=[InputRequired(), Length(max=1024)])
    new = PasswordField(
        _l("New password"),
        validators=[
            InputRequired(),
            Length(
                min=users.MIN_PASSWORD_LENGTH,
                max=users.MAX_PASSWORD_LENGTH,
                message=_l("At least %(min)d characters."),
            ),
        ],
    )
    again = PasswordField(
        _l("New password again"),
        validators=[EqualTo("new", message=_l("The two passwords differ."))],
    )


@bp.get("")
def show() -> str:
    """The account and its forms."""
    return _page(NameForm(name=_user().name))


@bp.post("")
def update() -> str | Response:
    """Change the name."""
    form = NameForm()
    if not form.validate():
        return _page(form)
    with writing() as session:
        session.get_one(User, _user().id).name = (form.name.data or "").strip()
    flash(gettext("Saved."))
    return redirect(url_for("account.show"))


@bp.route("/password", methods=["GET", "POST"])
@limiter.limit(
    PER_ACCOUNT,
    key_func=lambda: f"password:{_user().id}",
    methods=["POST"],
    deduct_when=failed,
)
def password() -> str | Response | tuple[str, int]:
    """Change the password; every other browser is signed out."""
    form = PasswordForm()
    if request.method == "GET":
        return _password_page(form)
    if not form.validate():
        return _password_page(form), 400
    user = get_session().get_one(User, _user().id)
    if not users.check_password(user, form.old.data):
        form.old.errors = [gettext("This is not your current password.")]
        return _password_page(form), 400
    with writing() as session:
        mine = session.get_one(User, user.id)
        users.set_password(session, mine, form.new.data)
        token = sign_ins.start(session, mine, now(), request.user_agent.string)
    flash(gettext("The password is changed. Other browsers are signed out."))
    response = redirect(url_for("overview.index"))
    set_cookie(response, token)
    return response


@bp.post("/end-others")
def end_others() -> Response:
    """Sign out every other browser of this account."""
    with writing() as session:
        sign_ins.end_others(session, _user().id, current_token())
    flash(gettext("Other browsers are signed out."))
    return redirect(url_for("account.show"))


def _user() -> Caller:
    user = caller()
    assert user is not None  # the guard lets nobody else in
    return user


def _page(form: NameForm) -> str:
    n_browsers = get_session().scalar(
        select(func.count()).select_from(SignIn).where(SignIn.user_id == _user().id)
    )
    return render_template(
        "account/show.html",
        form=form,
        n_browsers=n_browsers,
        shared=_shared(),
        share_url=_share_url,
    )


def _shared() -> list[Share]:
    """What the workspace that they look at shares with the agency they work for."""
    user, workspace = caller(), find_workspace()
    if user is None or workspace is None:
        return []
    agency = user.agencies.get(workspace.id, "")
    return shares.shares_of_agency(get_session(), workspace.id, agency, now())


def _share_url(share: Share) -> str:
    return url_for("shared.show", token=shares.token_of(share, parts().settings.signing_key))


def _password_page(form: PasswordForm) -> str:
    values: dict[str, Any] = {"must_change": _user().must_change_password}
    return render_template("account/password.html", form=form, **values)
