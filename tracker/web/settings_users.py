"""Settings: who works in this workspace, and with which role; and the administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.models import Influencer, Membership, User, Workspace
from tracker.models.user import ROLES
from tracker.services import members, users
from tracker.services.errors import RefusedError
from tracker.services.users import UserError
from tracker.web import wording
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.filters import label
from tracker.web.forms import choices, no_control_characters, refuse, strip
from tracker.web.identity import caller, user_id
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
    agency = SelectField(_l("Agency, for that role"), default="")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.agency.choices = choices([("", "—"), *((name, name) for name in _agencies())])
        self.role.choices = choices((role, label(role, "role")) for role in ROLES)


@bp.get("/users", endpoint="users")
def list_users() -> str:
    """Everybody who works in this workspace."""
    return _page(UserForm(formdata=None, data={"role": "marketer"}))


@bp.post("/users")
def create_user() -> str | Response | tuple[str, int]:
    """Add a member. Who has no account yet gets one; the page shows its one-time password once and
    keeps it nowhere."""
    form = UserForm()
    if form.validate():
        workspace_id = get_workspace().id
        try:
            with writing() as session:
                made = _add(session, session.get_one(Workspace, workspace_id), form)
            if made is None:
                flash(gettext("Added. They sign in with the password that they have."))
                return redirect(url_for("settings.users"))
            return _page(UserForm(formdata=None), made)
        except UserError as error:
            refuse(form, RefusedError(error.code, "email"))
    return _page(form), 400


def _add(session: Session, workspace: Workspace, form: UserForm) -> tuple[str, str] | None:
    """(address, one-time password) of a new account; None: there was one."""
    email = users.normalise_email(form.email.data)
    user = session.scalar(select(User).where(User.email == email))
    if user is not None and session.get(Membership, (user.id, workspace.id)) is not None:
        raise UserError("email_taken", f"{email} is a member already")
    password = None
    if user is None:
        password = users.generate_password()
        user = users.add_user(
            session,
            email,
            password,
            name=form.name.data or "",
            locale=locale_name(),
            must_change_password=True,
        )
    members.add_member(
        session, workspace, user, form.role.data, agency=form.agency.data, by_user_id=user_id()
    )
    return (email, password) if password else None


@bp.post(f"/users/<{USER}>")
def update_user(account_id: int) -> str | Response:
    """Give a member another role, remove them, disable or enable their account, or give it a new
    one-time password."""
    action = request.form.get("action", "")
    if action not in _ACTIONS:
        abort(400)
    workspace_id = get_workspace().id
    made: tuple[str, str] | None = None
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, workspace_id)
            made = _ACTIONS[action](session, workspace, _member(session, workspace, account_id))
    except UserError as error:
        flash(wording.refusal(RefusedError(error.code)))
    if made is not None:
        return _page(UserForm(formdata=None), made)
    return redirect(url_for("settings.users"))


@bp.post(f"/users/<{USER}>/administrator")
def update_admin(account_id: int) -> Response:
    """Make a user administrator of the installation, or no longer."""
    try:
        with writing() as session:
            user = session.get(User, account_id)
            if user is None:
                abort(404)
            users.set_admin(session, user, request.form.get("is_admin") == "1")
    except UserError as error:
        flash(wording.refusal(RefusedError(error.code)))
    return redirect(url_for("settings.users"))


def _member(session: Session, workspace: Workspace, account_id: int) -> User:
    """A member of this workspace; administrators also reach one another. Any other is not there."""
    user = session.get(User, account_id)
    is_member = session.get(Membership, (account_id, workspace.id)) is not None
    who = caller()
    if user is None or not (is_member or (who is not None and who.is_admin and user.is_admin)):
        abort(404)
    return user


def _check_account(session: Session, user: User) -> None:
    who = caller()
    if who is None or not (who.is_admin or members.may_manage_account(session, user, who.roles)):
        raise UserError("account_of_others", f"{user.email} works for others too")


def _set_role(session: Session, workspace: Workspace, user: User) -> None:
    role, agency = request.form.get("role", ""), request.form.get("agency")
    if agency and agency not in _agencies():
        abort(400)
    members.add_member(session, workspace, user, role, agency=agency, by_user_id=user_id())


def _remove(session: Session, workspace: Workspace, user: User) -> None:
    members.remove_member(session, workspace, user, by_user_id=user_id())


def _disable(session: Session, _workspace: Workspace, user: User) -> None:
    _check_account(session, user)
    if user.id == user_id():
        raise UserError("yourself", "somebody else has to disable you")
    users.disable_user(session, user)


def _enable(session: Session, _workspace: Workspace, user: User) -> None:
    _check_account(session, user)
    users.enable_user(session, user)


def _new_password(session: Session, _workspace: Workspace, user: User) -> tuple[str, str]:
    _check_account(session, user)
    password = users.generate_password()
    users.set_password(session, user, password, must_change_password=True)
    return user.email, password


_ACTIONS: dict[str, Callable[[Session, Workspace, User], tuple[str, str] | None]] = {
    "role": _set_role,
    "remove": _remove,
    "disable": _disable,
    "enable": _enable,
    "password": _new_password,
}


def _agencies() -> list[str]:
    """Names of the agencies that stand for influencers of this workspace."""
    query = (
        select(Influencer.agency)
        .where(Influencer.workspace_id == get_workspace().id, Influencer.agency != "")
        .distinct()
        .order_by(Influencer.agency)
    )
    return list(get_session().scalars(query))


def _page(form: UserForm, made: tuple[str, str] | None = None) -> str:
    session = get_session()
    admins = session.scalars(select(User).where(User.is_admin.is_(True)).order_by(User.email))
    return render_template(
        "settings/users.html",
        form=form,
        members=members.members_of(session, get_workspace()),
        admins=list(admins),
        made=made,
    )
