"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from tracker.models import User
from tracker.services import saved_views, sign_ins, users
from tracker.web import charts
from tracker.web.context import get_session, now, writing
from tracker.web.guard import safe_next
from tracker.web.identity import caller, clear_cookie, current_token, set_cookie
from tracker.web.limits import PER_ACCOUNT, PER_ADDRESS, account_key, failed, limiter
from tracker.web.preferences import keep_language

bp = Blueprint("sign_in", __name__)


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), validators=[InputRequired(), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[InputRequired(), Length(max=1024)])
    next = HiddenField()


@bp.get("/sign-in")
def show() -> str | Response:
    """The form; somebody who is signed in goes on."""
    if caller() is not None:
        return redirect(safe_next(request.args.get("next")))
    charts.warm()
    return render_template(
        "sign_in/show.html",
        form=SignInForm(formdata=None, next=request.args.get("next", "")),
        is_refused=False,
    )


@bp.post("/sign-in")
@limiter.limit(PER_ADDRESS, deduct_when=failed)
@limiter.limit(PER_ACCOUNT, key_func=account_key, deduct_when=failed)
def create() -> tuple[str, int] | Response:
    """Check the password. Unknown, disabled and wrong get one answer after the same work."""
    form = SignInForm()
    user = _find(form.email.data or "")
    # The slow hash runs outside of the writing session: it would hold SQLite's only lock.
    if not form.validate() or not users.check_password(user, form.password.data) or user is None:
        return render_template("sign_in/show.html", form=form, is_refused=True), 401
    with writing() as changing:
        if current_token():
            sign_ins.end(changing, current_token())
        token = sign_ins.start(changing, user, now(), request.user_agent.string)
    session.clear()  # with it the form token of whoever sat here before
    response = redirect(_destination(form.next.data, user.id))
    set_cookie(response, token)
    keep_language(response, user.locale)  # error pages have no user to ask
    return response


def _destination(wanted: str | None, user_id: int) -> str:
    """Where somebody goes who signed in: the page that they wanted, else what their day begins
    with."""
    found = safe_next(wanted)
    if found == url_for("overview.index") and saved_views.has_start(get_session(), user_id):
        return url_for("views.start")
    return found


def _find(email: str) -> User | None:
    return get_session().scalar(select(User).where(User.email == email.strip().lower()))


@bp.post("/sign-out")
def delete() -> Response:
    """End this sign-in, here and for every copy of its cookie."""
    if current_token():
        with writing() as changing:
            sign_ins.end(changing, current_token())
    session.clear()
    response = redirect(url_for("sign_in.show"))
    clear_cookie(response)
    return response
