"""Alerts: what is worth knowing now, the rules behind it, and the messages that went out."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from jobs.queues import BULK, enqueue
from tracker.models import AlertRule, Destination, Workspace
from tracker.models.alert import MADE_KINDS
from tracker.reports import alerts as alert_reports
from tracker.reports.alert_messages import check_message
from tracker.services import alert_rules, alerts, destinations, messages
from tracker.services.errors import RefusedError
from tracker.web.alert_forms import MEANINGS, THRESHOLDS, RuleForm
from tracker.web.context import get_session, get_workspace, now, parts, writing
from tracker.web.forms import refuse
from tracker.web.identity import user_id
from tracker.web.routes import ROW

bp = Blueprint("alerts", __name__, url_prefix="/alerts")

MOST_MESSAGES = 50
MUTES = (1, 7, 30)
"""Days for which a rule can be muted by one click."""


@bp.get("")
def index() -> str:
    """What is worth knowing, the rules, and what was sent."""
    session, workspace = get_session(), get_workspace()
    return render_template(
        "alerts/index.html",
        alerts=alert_reports.open_alerts(session, workspace.id, now(), alert_reports.ALL_KINDS),
        rules=alert_rules.list_rules(session, workspace.id),
        counts=alert_reports.triggered_by_rule(session, workspace.id),
        places={d.id: d for d in destinations.list_destinations(session, workspace.id)},
        messages=messages.recent_messages(session, workspace.id, MOST_MESSAGES),
        kinds=MADE_KINDS,
        meanings=MEANINGS,
        thresholds=THRESHOLDS,
        now=now(),
    )


@bp.get("/new")
def new() -> str:
    """The form for a kind of rule, with its usual measures."""
    kind = _kind()
    form = RuleForm(kind, formdata=None)
    form.show(alert_rules.KINDS[kind].usual)
    return _form(form, kind, None)


@bp.post("/new")
def create() -> Response | tuple[str, int]:
    """Make a rule; it is looked at within some minutes."""
    kind = _kind()
    form = RuleForm(kind)
    if form.validate():
        try:
            with writing() as session:
                alert_rules.create_rule(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    kind,
                    form.measures,
                    now(),
                    name=form.name.data,
                    destination_ids=form.destinations.data,
                    user_id=user_id(),
                )
            enqueue(BULK, "jobs.alerts.look_at_watched", job_id="alerts")
            return redirect(url_for("alerts.index", _anchor="rules"))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, kind, None), 400


@bp.get(f"/<{ROW}>")
def edit(row_id: int) -> str:
    """A rule, what is muted, and what it sent."""
    rule = find_rule(get_session(), row_id)
    form = RuleForm(rule.kind, rule, formdata=None)
    form.show(alert_rules.measures_of(rule), rule)
    return _form(form, rule.kind, rule)


@bp.post(f"/<{ROW}>")
def update(row_id: int) -> Response | tuple[str, int]:
    """Change a rule."""
    rule = find_rule(get_session(), row_id)
    form = RuleForm(rule.kind, rule)
    if form.validate():
        try:
            with writing() as session:
                rule = find_rule(session, row_id)
                alert_rules.update_rule(
                    session,
                    rule,
                    form.measures if rule.slot else None,
                    now(),
                    name=form.name.data,
                    destination_ids=form.destinations.data,
                    user_id=user_id(),
                )
            enqueue(BULK, "jobs.alerts.look_at_watched", job_id="alerts")
            return redirect(url_for("alerts.index", _anchor="rules"))
        except RefusedError as error:
            refuse(form, error)
    return _form(form, rule.kind, find_rule(get_session(), row_id)), 400


@bp.post(f"/<{ROW}>/<any(mute, unmute, pause, resume, test, delete):action>")
def act(row_id: int, action: str) -> Response:
    """Mute, pause, test or end a rule."""
    with writing() as session:
        rule = find_rule(session, row_id)
        if action == "mute":
            days = request.form.get("days", 1, type=int)
            if days not in MUTES:
                abort(400)
            until = alert_rules.mute_end(now(), days)
            alert_rules.mute_rule(session, rule, until, user_id=user_id())
        elif action == "unmute":
            alert_rules.mute_rule(session, rule, None, user_id=user_id())
        elif action in ("pause", "resume"):
            is_active = action == "resume"
            alert_rules.set_active(session, rule, is_active, now(), user_id=user_id())
        elif action == "delete":
            if not rule.slot:
                abort(400)
            alert_rules.delete_rule(session, rule, user_id=user_id())
        else:
            _test(session, rule)
    if action == "test":
        ring()
    if action == "delete":
        return redirect(url_for("alerts.index", _anchor="rules"))
    return redirect(url_for("alerts.edit", row_id=row_id))


@bp.post("/seen")
def seen() -> Response:
    """Somebody has seen alerts; they go away until there is something new."""
    ids = [int(text) for text in request.form.getlist("alert")[:500] if text.isdigit()]
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        alerts.mark_seen(session, workspace, [n for n in ids if n < 2**63], now())
    return redirect(url_for("alerts.index"))


def find_rule(session: Session, row_id: int) -> AlertRule:
    """A rule of this workspace; any other is not there."""
    rule = session.get(AlertRule, row_id)
    if rule is None or rule.workspace_id != get_workspace().id:
        abort(404)
    return rule


def ring() -> None:
    """Tell the sender that something waits; it also looks by itself."""
    enqueue(BULK, "jobs.sending.send_messages", job_id="messages")


def _test(session: Session, rule: AlertRule) -> None:
    """Put a test into the box for each destination of a rule."""
    workspace = session.get_one(Workspace, rule.workspace_id)
    ids = destinations.list_destinations(session, workspace.id)
    found = [one for one in ids if one.id in rule.destination_ids]
    for destination in found:
        put_test(session, workspace, destination, rule)
    if found:
        flash(gettext("The test is on its way: its outcome stands in the list of messages."))
    else:
        flash(gettext("This rule has no destination yet: choose one first."), "warn")


def put_test(
    session: Session, workspace: Workspace, destination: Destination, rule: AlertRule | None
) -> None:
    """Put a test for a destination into the box."""
    site_url = parts().settings.site_url
    title, body = check_message(workspace, rule, site_url, destination.locale)
    messages.put_message(
        session, destination, kind="test", title=title, body=body, now=now(),
        rule_id=rule.id if rule is not None else 0,
    )  # fmt: skip


def _kind() -> str:
    kind = request.args.get("kind", "")
    return kind if kind in alert_rules.KINDS else MADE_KINDS[0]


def _form(form: RuleForm, kind: str, rule: AlertRule | None) -> str:
    return render_template(
        "alerts/edit.html",
        form=form,
        kind=kind,
        rule=rule,
        kinds=MADE_KINDS,
        meanings=MEANINGS,
        mutes=MUTES,
        now=now(),
        states=() if rule is None else alert_reports.states_of_rule(get_session(), rule.id),
    )
