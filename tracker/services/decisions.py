"""What people decide about orders: whose it is, who bought, whether a purchase of one's own counts.

A decision is a fact: the engine honours it (`credit_decisions`); taking it back leaves the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.identity import Claim, LinkEvidence, Verdict, judge_one
from tracker.models import Influencer, Order, OrderDecision, OrderVisitor, Shop
from tracker.models.base import to_micros
from tracker.models.decision import QUESTIONS
from tracker.services import dirty
from tracker.services.bulk import table_of
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
    return session.scalars(
        select(OrderDecision)
        .where(OrderDecision.shop_id == order.shop_id, OrderDecision.order_ref == order.ref)
        .order_by(OrderDecision.decided_at, OrderDecision.id)
    ).all()


def claims_about(session: Session, order: Order) -> list[tuple[OrderVisitor, Verdict]]:
    """The statements about who placed an order, and what becomes of each, oldest first."""
    rows = session.scalars(
        select(OrderVisitor)
        .where(OrderVisitor.shop_id == order.shop_id, OrderVisitor.order_ref == order.ref)
        .order_by(OrderVisitor.at, OrderVisitor.visitor_id)
    ).all()
    chosen = session.scalar(
        select(OrderDecision.visitor_id).where(
            OrderDecision.shop_id == order.shop_id,
            OrderDecision.order_ref == order.ref,
            OrderDecision.question == "visitor",
            OrderDecision.keeps_rule.is_(False),
        )
    )
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
