"""What people decide about orders: whose it is, who bought, whether a purchase of one's own counts.

A decision is a fact: the engine honours it (`credit_decisions`); taking it back leaves the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.identity import Claim, LinkEvidence, Verdict, judge_one
from tracker.models import Influencer, Order, OrderDecision, OrderVisitor, Shop
from tracker.models.base import to_micros
from tracker.models.decision import QUESTIONS
from tracker.services import dirty
from tracker.services.bulk import among, table_of
from tracker.services.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question about an order. With neither owner nor visitor and not `keeps_rule`
    the order is no influencer's (owner), and a self-purchase is released."""

    question: str
    keeps_rule: bool = False
    influencer_id: int = 0
    visitor_id: int = 0
    note: str = ""


def decide(session: Session, order: Order, answer: Answer, *, user_id: int = 0) -> OrderDecision:
    """Keep a person's answer; a later one to the same question takes its place.

    Raises RefusedError: not_found (question, influencer_id: of another workspace or none,
    visitor_id: nothing says that this visitor bought).
    """
    shop = session.get_one(Shop, order.shop_id)
    _check(session, shop, order, answer)
    row = {
        "shop_id": order.shop_id,
        "order_ref": order.ref,
        "question": answer.question,
        "keeps_rule": answer.keeps_rule,
        "influencer_id": answer.influencer_id,
        "visitor_id": answer.visitor_id,
        "note": answer.note.strip(),
        "user_id": user_id,
        "decided_at": datetime.now(UTC),
    }
    upsert(session, table_of(OrderDecision), [row], ["shop_id", "order_ref", "question"])
    session.expire_all()
    dirty.order_visitors_changed(session, shop, [order.ref])
    return session.scalars(
        select(OrderDecision).where(
            OrderDecision.shop_id == shop.id,
            OrderDecision.order_ref == order.ref,
            OrderDecision.question == answer.question,
        )
    ).one()


def take_back(session: Session, decision: OrderDecision) -> None:
    """Undo a decision: the rule holds again."""
    shop = session.get_one(Shop, decision.shop_id)
    ref = decision.order_ref
    session.delete(decision)
    session.flush()
    dirty.order_visitors_changed(session, shop, [ref])


def decisions_about(session: Session, order: Order) -> Sequence[OrderDecision]:
    """The decisions about an order, oldest first."""
    return decisions_of(session, [order]).get(order.id, [])


def claims_about(session: Session, order: Order) -> list[tuple[OrderVisitor, Verdict]]:
    """The statements about who placed an order, and what becomes of each, oldest first."""
    return claims_of(session, [order])[order.id]


def claims_of(
    session: Session, orders: Sequence[Order]
) -> dict[int, list[tuple[OrderVisitor, Verdict]]]:
    """`claims_about` for many orders at once, by order id. Two statements however many there are;
    every order has a list, an empty one where nothing is stated."""
    order_ids = [order.id for order in orders]
    stated: dict[int, list[OrderVisitor]] = {order_id: [] for order_id in order_ids}
    for order_id, row in session.execute(
        select(Order.id, OrderVisitor)
        .join(Order, of_order(OrderVisitor))
        .where(among(session, Order.id, order_ids))
        .order_by(OrderVisitor.at, OrderVisitor.visitor_id)
    ):
        stated[order_id].append(row)
    chosen = {
        order_id: row.visitor_id
        for order_id, rows in decisions_of(session, orders).items()
        for row in rows
        if row.question == "visitor" and not row.keeps_rule
    }
    return {order.id: _judged(order, stated[order.id], chosen.get(order.id)) for order in orders}


def decisions_of(session: Session, orders: Sequence[Order]) -> dict[int, list[OrderDecision]]:
    """`decisions_about` for many orders at once, by order id; orders without any are not in it."""
    found: dict[int, list[OrderDecision]] = defaultdict(list)
    for order_id, row in session.execute(
        select(Order.id, OrderDecision)
        .join(Order, of_order(OrderDecision))
        .where(among(session, Order.id, [order.id for order in orders]))
        .order_by(OrderDecision.decided_at, OrderDecision.id)
    ):
        found[order_id].append(row)
    return found


def of_order(model: type[OrderDecision | OrderVisitor]) -> ColumnElement[bool]:
    """The condition that joins an order with what is said about it: files and scripts may speak of
    an order before it is here, so they name it by shop and number."""
    return and_(Order.shop_id == model.shop_id, Order.ref == model.order_ref)


def _judged(
    order: Order, rows: list[OrderVisitor], chosen: int | None
) -> list[tuple[OrderVisitor, Verdict]]:
    claims = [
        Claim(
            row.visitor_id,
            LinkEvidence(row.evidence),
            to_micros(row.at),
            order.token_hash in ("", row.token_hash),
            row.visitor_id == chosen,
        )
        for row in rows
    ]
    return list(zip(rows, judge_one(to_micros(order.placed_at), claims), strict=True))


def _check(session: Session, shop: Shop, order: Order, answer: Answer) -> None:
    if answer.question not in QUESTIONS:
        raise RefusedError("not_found", "question")
    if answer.keeps_rule:
        return
    if answer.question == "owner" and answer.influencer_id:
        known = select(Influencer.id).where(
            Influencer.id == answer.influencer_id, Influencer.workspace_id == shop.workspace_id
        )
        if session.scalar(known) is None:
            raise RefusedError("not_found", "influencer_id")
    if answer.question == "visitor":
        claimed = {row.visitor_id for row, _ in claims_about(session, order)}
        if answer.visitor_id not in claimed:
            raise RefusedError("not_found", "visitor_id")
