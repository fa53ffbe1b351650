"""Settings: the attribution policy. Change it, see what that moves, apply it, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, DecimalField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from jobs.queues import BULK, enqueue
from tracker.domain.paths import Signal
from tracker.domain.policy import DEFAULT_MODEL, MODELS, BuyerScope, Model, Policy, PolicyError
from tracker.models import Policy as PolicyRow
from tracker.models import PolicyRun, User, Workspace
from tracker.reports.policy_shift import policy_shift
from tracker.services import audit, policies, policy_runs
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_workspace, today, writing
from tracker.web.filters import label
from tracker.web.forms import choices, refuse
from tracker.web.identity import user_id
from tracker.web.routes import ROW
from tracker.web.settings import bp
from tracker.web.wording import refusal

PREVIEW_DAYS = (7, 30, 90, 180)
MOST_RUNS = 5
MOST_HISTORY = 20
ALWAYS_EXCLUSIVE = frozenset({Signal.lock})
NEVER_EXCLUSIVE = frozenset({Signal.direct})


class PolicyForm(FlaskForm):
    """What decides the credits. The precedence list is read apart: a place and a choice a class."""

    lookback_days = IntegerField(
        _l("Attribution window, days"), validators=[InputRequired(), NumberRange(min=1, max=180)]
    )
    buyer_scope = SelectField(_l("Whose visits count"))
    reset_at_order = BooleanField(_l("Touchpoints start anew after each order"))
    max_touchpoints = IntegerField(
        _l("Longest path, touchpoints"), validators=[InputRequired(), NumberRange(min=1, max=500)]
    )
    position_ends = DecimalField(
        _l("Position-based: percent of the first and of the last touchpoint"),
        places=1,
        validators=[InputRequired(), NumberRange(min=0, max=50)],
    )
    half_life_hours = IntegerField(
        _l("Time decay: half-life, hours"),
        validators=[Optional(), NumberRange(min=1, max=24 * 365)],
    )
    markov_order = SelectField(_l("Markov: touchpoints remembered"), coerce=int)
    days = SelectField(_l("Preview the last"), coerce=int, default=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buyer_scope.choices = choices(
            [
                (
                    str(BuyerScope.customer),
                    gettext("All visits of the same customer up to the order"),
                ),
                (str(BuyerScope.order), gettext("Only visits linked to this order")),
            ]
        )
        self.markov_order.choices = choices([(1, "1"), (2, "2")])
        self.days.choices = choices((n, gettext("%(n)s days", n=n)) for n in PREVIEW_DAYS)


class _BadPrecedenceError(ValueError):
    """The places of the classes are not 1, 2, 3 …; the text is for the reader."""


@bp.get("/policy")
def policy() -> str:
    """What decides the credits, the form to change it, previews and history."""
    _, content = policies.current_policy(get_session(), get_workspace())
    return _page(PolicyForm(formdata=None, data=_data_of(content)), _places_of(content))


@bp.post("/policy")
def preview_policy() -> AnyResponse | tuple[str, int]:
    """Compute a changed policy for a recent period, to see what it moves."""
    form = PolicyForm()
    _, current = policies.current_policy(get_session(), get_workspace())
    problem = ""
    if form.validate():
        try:
            content = _read(form, request.form, current)
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                row = policies.save_policy(session, workspace, content)
                last = today()
                run = policy_runs.ask_for_preview(
                    session, workspace, row, last=last,
                    first=last - timedelta(days=form.days.data - 1), user_id=user_id(),
                )  # fmt: skip
                run_id = run.id
                audit.note(session, "policy.previewed", str(row.id), user_id=user_id())
            return _started(run_id)
        except _BadPrecedenceError as error:
            problem = str(error)
        except PolicyError as error:
            problem = refusal(RefusedError("out_of_range", error.code))
        except RefusedError as error:
            refuse(form, error)
    return _page(form, _places_given(request.form), problem), 400


@bp.get(f"/policy/runs/<{ROW}>")
def policy_run(row_id: int) -> str:
    """A run: how far it is, then what the policy moves."""
    run = _find_run(get_session(), row_id)
    session, workspace = get_session(), get_workspace()
    model = _model(request.args)
    shift = None
    if run.status == "done":
        shift = policy_shift(
            session, workspace.id, before=run.base_policy_id, after=run.policy_id,
            first=run.first_day, last=run.last_day, model=model,
        )  # fmt: skip
    return render_template(
        "settings/policy_run.html",
        run=run,
        policy=policies.content_of(session.get_one(PolicyRow, run.policy_id)),
        before=policies.content_of(session.get_one(PolicyRow, run.base_policy_id)),
        is_current=workspace.policy_id == run.policy_id,
        shift=shift,
        model=model,
        models=MODELS,
    )


@bp.get(f"/policy/runs/<{ROW}>/progress")
def policy_progress(row_id: int) -> Response:
    """A fragment of the page; the header X-Finished says that it is the last."""
    run = _find_run(get_session(), row_id)
    response = Response(render_template("settings/_policy_progress.html", run=run))
    if run.status not in policy_runs.LIVE:
        response.headers["X-Finished"] = "1"
    return response


@bp.post(f"/policy/runs/<{ROW}>/repeat")
def repeat_policy(row_id: int) -> AnyResponse:
    """Compute a preview again, with the orders that have come in since."""
    with writing() as session:
        old = _find_run(session, row_id)
        workspace = session.get_one(Workspace, old.workspace_id)
        row = session.get_one(PolicyRow, old.policy_id)
        try:
            run = policy_runs.ask_for_preview(
                session, workspace, row, first=old.first_day, last=old.last_day, user_id=user_id()
            )
        except RefusedError:
            return redirect(url_for("settings.policy"))
        run_id = run.id
    return _started(run_id)


@bp.post(f"/policy/runs/<{ROW}>/delete")
def delete_policy_run(row_id: int) -> AnyResponse:
    """Stop a run, or give a preview up; upkeep drops what it computed."""
    with writing() as session:
        run = _find_run(session, row_id)
        if run.status not in {"failed", "cancelled"}:
            policy_runs.call_off(session, run)
            audit.note(session, "policy.discarded", str(run.policy_id), user_id=user_id())
    flash(gettext("Discarded. Nothing has changed."))
    return redirect(url_for("settings.policy"))


@bp.post(f"/policy/<{ROW}>/apply")
def apply_policy(row_id: int) -> AnyResponse:
    """Let a policy, a previewed one or one of the history, decide the credits from now on."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        row = session.get(PolicyRow, row_id)
        if row is None or row.workspace_id != workspace.id:
            abort(404)
        try:
            run = policy_runs.ask_to_apply(session, workspace, row, user_id=user_id())
        except RefusedError as error:
            flash(refusal(error))
            return redirect(url_for("settings.policy"))
        run_id = run.id
        audit.note(session, "policy.chosen", str(row.id), user_id=user_id())
    return _started(run_id)


def _started(run_id: int) -> AnyResponse:
    enqueue(BULK, "jobs.policies.compute_policy", run_id, job_id=f"policy-{run_id}")
    return redirect(url_for("settings.policy_run", row_id=run_id))


def _page(form: PolicyForm, places: Mapping[Signal, tuple[str, bool]], problem: str = "") -> str:
    session, workspace = get_session(), get_workspace()
    number, content = policies.current_policy(session, workspace)
    history = policies.policy_history(session, workspace.id)[:MOST_HISTORY]
    users = session.execute(
        select(User.id, User.name, User.email).where(
            User.id.in_([use.user_id for use, _ in history])
        )
    )
    runs = session.scalars(
        select(PolicyRun)
        .where(PolicyRun.workspace_id == workspace.id, PolicyRun.status != "cancelled")
        .order_by(PolicyRun.created_at.desc(), PolicyRun.id.desc())
        .limit(MOST_RUNS)
    )
    return render_template(
        "settings/policy.html",
        policy=content,
        number=number,
        form=form,
        places=sorted(places.items(), key=lambda item: _place(item[1][0])),
        problem=problem,
        fixed={str(signal): signal in ALWAYS_EXCLUSIVE
               for signal in ALWAYS_EXCLUSIVE | NEVER_EXCLUSIVE},
        history=[(use, policies.content_of(row)) for use, row in history],
        names={number: name or email for number, name, email in users},
        runs=list(runs),
    )  # fmt: skip


def _data_of(content: Policy) -> dict[str, Any]:
    return {
        "lookback_days": content.lookback_days,
        "buyer_scope": str(content.buyer_scope),
        "reset_at_order": content.reset_at_order,
        "max_touchpoints": content.max_touchpoints,
        "position_ends": content.position_ends_permille / 10,
        "half_life_hours": content.half_life_hours,
        "markov_order": content.markov_order,
        "days": 30,
    }


def _places_of(content: Policy) -> dict[Signal, tuple[str, bool]]:
    return {
        signal: (str(place), signal in content.exclusive)
        for place, signal in enumerate(content.precedence, start=1)
    }


def _places_given(given: Mapping[str, str]) -> dict[Signal, tuple[str, bool]]:
    return {
        signal: (
            given.get(f"place-{signal}", "")[:4],
            signal in ALWAYS_EXCLUSIVE
            or (given.get(f"exclusive-{signal}") == "1" and signal not in NEVER_EXCLUSIVE),
        )
        for signal in Signal
    }


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else len(Signal) + 1


def _read(form: PolicyForm, given: Mapping[str, str], current: Policy) -> Policy:
    """The policy that a valid form describes; what the form does not ask stays as it is."""
    places = _places_given(given)
    by_place: dict[int, Signal] = {}
    for signal, (text, _) in places.items():
        place = _place(text)
        if not 1 <= place <= len(Signal):
            raise _BadPrecedenceError(
                gettext("Give every kind of signal a place from 1 to %(n)s.", n=len(Signal))
            )
        if place in by_place:
            raise _BadPrecedenceError(
                gettext(
                    "Two kinds of signals have place %(place)s: %(one)s and %(other)s.",
                    place=place,
                    one=label(by_place[place], "evidence"),
                    other=label(signal, "evidence"),
                )
            )
        by_place[place] = signal
    return replace(
        current,
        lookback_days=form.lookback_days.data,
        half_life_hours=form.half_life_hours.data,
        position_ends_permille=int(form.position_ends.data * 10),
        precedence=tuple(by_place[place] for place in sorted(by_place)),
        exclusive=frozenset(signal for signal, (_, is_on) in places.items() if is_on),
        buyer_scope=BuyerScope(form.buyer_scope.data),
        reset_at_order=form.reset_at_order.data,
        max_touchpoints=form.max_touchpoints.data,
        markov_order=form.markov_order.data,
    )


def _model(given: Mapping[str, str]) -> Model:
    try:
        return Model(given.get("model", DEFAULT_MODEL))
    except ValueError:
        return DEFAULT_MODEL


def _find_run(session: Session, row_id: int) -> PolicyRun:
    run = session.get(PolicyRun, row_id)
    if run is None or run.workspace_id != get_workspace().id:
        abort(404)
    return run
