"""Unsettled: orders about which statements disagree, and what people have decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from jobs.queues import QUICK, enqueue
from tracker.models import Influencer, Order, OrderDecision, Shop, User
from tracker.services import audit
from tracker.services.decisions import Answer, decide, take_back
from tracker.services.errors import RefusedError
from tracker.services.identity import conflicting_orders
from tracker.web.context import get_session, get_workspace, today, writing
from tracker.web.forms import MAX_TEXT, no_control_characters, strip
from tracker.web.identity import user_id
from tracker.web.routes import INT64, ORDER, ROW

bp = Blueprint("conflicts", __name__, url_prefix="/conflicts")

LOOK_BACK_DAYS = 90
MOST_OPEN = 100
MOST_DECIDED = 50


class DecisionForm(FlaskForm):
    """An answer: "rule", "release", "owner-<id>" or "visitor-<id>"; and a note."""

    answer = StringField(validators=[InputRequired(), Length(max=40)])
    question = StringField(validators=[InputRequired(), Length(max=20)])
    note = StringField(filters=[strip], validators=[Length(max=MAX_TEXT), no_control_characters])


@bp.get("")
def index() -> str:
    """Open conflicts of the last weeks, newest first, and the latest decisions."""
    session, workspace = get_session(), get_workspace()
    last = today()
    found = conflicting_orders(
        session, workspace, last - timedelta(days=LOOK_BACK_DAYS - 1), last, limit=MOST_OPEN
    )
    decided = session.execute(
        select(OrderDecision, Order, User.name, User.email)
        .join(
            Order,
            (Order.shop_id == OrderDecision.shop_id) & (Order.ref == OrderDecision.order_ref),
        )
        .join(Shop, Shop.id == OrderDecision.shop_id)
        .outerjoin(User, User.id == OrderDecision.user_id)
        .where(Shop.workspace_id == workspace.id)
        .order_by(OrderDecision.decided_at.desc(), OrderDecision.id.desc())
        .limit(MOST_DECIDED)
    ).all()
    people = {row.influencer_id for row, *_ in decided}
    for one in found:
        people |= {one.rule_owner, *one.owners, *one.held}
    return render_template(
        "conflicts/index.html",
        found=found,
        decided=decided,
        names=_names(session, people),
        days=LOOK_BACK_DAYS,
        most=MOST_OPEN,
    )


@bp.post(f"/<{ORDER}>")
def create(order_id: int) -> Response:
    """Keep an answer to a question about an order."""
    form = DecisionForm()
    if not form.validate():
        abort(400)
    answer = _answer(form.question.data, form.answer.data, form.note.data or "")
    try:
        with writing() as session:
            order = _find_order(session, order_id)
            decide(session, order, answer, user_id=user_id())
            audit.note(
                session, "order.decided", order.ref, user_id=user_id(),
                question=answer.question, answer=form.answer.data, note=answer.note,
            )  # fmt: skip
    except RefusedError:
        abort(400)
    enqueue(QUICK, "jobs.attribution.refresh_due_days", job_id="facts")
    flash(gettext("Decided. Reports follow in a moment."))
    return redirect(url_for("conflicts.index"))


@bp.post(f"/decisions/<{ROW}>/delete")
def delete(row_id: int) -> Response:
    """Take a decision back: the rule holds again."""
    with writing() as session:
        row = session.get(OrderDecision, row_id)
        if row is None or session.get_one(Shop, row.shop_id).workspace_id != get_workspace().id:
            abort(404)
        audit.note(
            session, "order.decision_undone", row.order_ref, user_id=user_id(),
            question=row.question,
        )  # fmt: skip
        take_back(session, row)
    enqueue(QUICK, "jobs.attribution.refresh_due_days", job_id="facts")
    flash(gettext("Taken back. The rule holds again."))
    return redirect(url_for("conflicts.index"))


def _answer(question: str, text: str, note: str) -> Answer:
    if text == "rule":
        return Answer(question, keeps_rule=True, note=note)
    if (question, text) in (("self_purchase", "release"), ("owner", "nobody")):
        return Answer(question, note=note)
    kind, _, number = text.partition("-")
    if (
        kind != question
        or not number.isascii()
        or not number.isdecimal()
        or not 0 < int(number) <= INT64
    ):
        abort(400)
    if kind == "owner":
        return Answer(question, influencer_id=int(number), note=note)
    if kind == "visitor":
        return Answer(question, visitor_id=int(number), note=note)
    return abort(400)


def _find_order(session: Session, order_id: int) -> Order:
    order = session.scalar(
        select(Order)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Order.id == order_id, Shop.workspace_id == get_workspace().id)
    )
    if order is None:
        abort(404)
    return order


def _names(session: Session, influencer_ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(
        select(Influencer.id, Influencer.name).where(Influencer.id.in_(list(influencer_ids)))
    )
    return {row_id: name for row_id, name in rows}  # noqa: C416 - typed rows
