"""Destinations: where alerts and reports may go, and the server that mail is handed to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from spiders.net import check_url, resolve_host
from spiders.urls import Reason
from tracker.domain.destinations import MAX_GIVEN, SERVICES
from tracker.i18n import LOCALES, mark
from tracker.models import Destination, MailServer, Workspace
from tracker.services import destinations
from tracker.services.destinations import MAX_NAME, MailTerms
from tracker.services.errors import RefusedError
from tracker.web.alerts import put_test, ring
from tracker.web.context import get_session, get_workspace, parts, writing
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.routes import ROW

bp = Blueprint("destinations", __name__, url_prefix="/alerts/destinations")

HINTS = {
    "mail": mark("Mail addresses, with commas between. Each gets a mail of its own."),
    "wecom": mark("The address of a robot in a WeCom group: …/cgi-bin/webhook/send?key=…"),
    "dingtalk": mark(
        "The address of a custom robot in a DingTalk group: …/robot/send?access_token=…"
    ),
    "feishu": mark("The address of a custom robot in a Feishu group: …/open-apis/bot/v2/hook/…"),
    "slack": mark("The address of an incoming webhook: https://hooks.slack.com/services/…"),
}
"""Service -> what to paste."""


class DestinationForm(FlaskForm):
    """A destination; its service is chosen by the address, so that it needs no script."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_NAME), no_control_characters],
    )
    given = TextAreaField(
        _l("Where to"), filters=[strip], validators=[InputRequired(), Length(max=MAX_GIVEN)]
    )
    signing_key = PasswordField(_l("Signing key"), validators=[Length(max=MAX_TEXT)])
    locale = SelectField(_l("Language of its readers"), choices=choices(LOCALES.items()))


class MailForm(FlaskForm):
    """The server that mail is handed to."""

    host = StringField(_l("Server"), filters=[strip], validators=[InputRequired(), Length(max=253)])
    security = SelectField(_l("Encryption"))
    port = IntegerField(_l("Port"), validators=[InputRequired()])
    sender = StringField(
        _l("Sender’s address"), filters=[strip], validators=[InputRequired(), Length(max=254)]
    )
    user_name = StringField(_l("User name"), filters=[strip], validators=[Length(max=MAX_TEXT)])
    password = PasswordField(_l("Password"), validators=[Length(max=MAX_TEXT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.security.choices = choices(
            [("tls", gettext("TLS (port 465)")), ("starttls", gettext("STARTTLS (port 587)"))]
        )


@bp.get("")
def index() -> str:
    """Destinations with what may be shown of them, and the forms."""
    return _page()


@bp.post("")
def create() -> Response | tuple[str, int]:
    """Store a destination, sealed."""
    form = DestinationForm()
    if form.validate():
        try:
            with writing() as session:
                destinations.create_destination(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    name=form.name.data,
                    service=_service(),
                    given=form.given.data,
                    locale=form.locale.data,
                    key=parts().settings.signing_key,
                    signing_key=form.signing_key.data or "",
                    user_id=user_id(),
                )
            flash(gettext("The destination is kept, sealed. Send a test to it."))
            return redirect(url_for("destinations.index"))
        except RefusedError as error:
            refuse(form, error)
    return _page(form=form), 400


@bp.post("/server")
def save_server() -> Response | tuple[str, int]:
    """Store the mail server."""
    form = MailForm()
    if form.validate():
        try:
            check_mail_host(form.host.data)
            with writing() as session:
                destinations.save_mail_server(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    MailTerms(
                        host=form.host.data, port=form.port.data, security=form.security.data,
                        sender=form.sender.data, user_name=form.user_name.data or "",
                        password=form.password.data or "",
                    ),
                    parts().settings.signing_key,
                    user_id=user_id(),
                )  # fmt: skip
            flash(gettext("The mail server is kept; its password is shown to nobody."))
            return redirect(url_for("destinations.index"))
        except RefusedError as error:
            refuse(form, error)
    return _page(mail_form=form), 400


@bp.post(f"/<{ROW}>/test")
def test(row_id: int) -> Response:
    """Send a test to a destination."""
    with writing() as session:
        destination = find_destination(session, row_id)
        workspace = session.get_one(Workspace, destination.workspace_id)
        put_test(session, workspace, destination, None)
    ring()
    flash(gettext("The test is on its way: its outcome stands in the list of messages."))
    return redirect(url_for("alerts.index", _anchor="messages"))


@bp.post(f"/<{ROW}>/delete")
def delete(row_id: int) -> Response:
    """Forget a destination."""
    with writing() as session:
        destinations.delete_destination(
            session, find_destination(session, row_id), user_id=user_id()
        )
    return redirect(url_for("destinations.index"))


def find_destination(session: Session, row_id: int) -> Destination:
    """A destination of this workspace; any other is not there."""
    row = session.get(Destination, row_id)
    if row is None or row.workspace_id != get_workspace().id:
        abort(404)
    return row


def check_mail_host(host: str) -> None:
    """Judge the name of a mail server: it must lead to public addresses. It is judged again at
    every connection, so a name that has no address now is no error.

    Raises RefusedError: url_<reason> (host).
    """
    verdict = check_url(f"https://{host.strip()}/", resolve_host)
    if verdict.reason not in (Reason.OK, Reason.UNRESOLVED):
        raise RefusedError(f"url_{verdict.reason.value}", "host")


def _service() -> str:
    wanted = request.args.get("service", "")
    return wanted if wanted in SERVICES else SERVICES[0]


def _page(form: DestinationForm | None = None, mail_form: MailForm | None = None) -> str:
    session, workspace = get_session(), get_workspace()
    server = session.get(MailServer, workspace.id)
    return render_template(
        "alerts/destinations.html",
        rows=destinations.list_destinations(session, workspace.id),
        server=server,
        service=_service(),
        services=SERVICES,
        hints=HINTS,
        form=form or DestinationForm(formdata=None, data={"locale": locale_name()}),
        mail_form=mail_form or _mail_form(server),
        label=label,
    )


def _mail_form(server: MailServer | None) -> MailForm:
    if server is None:
        return MailForm(formdata=None, data={"security": "tls", "port": 465})
    return MailForm(
        formdata=None,
        data={
            "host": server.host, "port": server.port, "security": server.security,
            "sender": server.sender, "user_name": server.user_name,
        },
    )  # fmt: skip
