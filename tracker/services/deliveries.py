"""Webhooks that arrived: their records into the database, and what came of each into the log.

A delivery is loaded as a file's row would be: unique by (shop, order), newest version wins. So it
does not matter how often, or in which order, deliveries come. What cannot be loaded yet (no
exchange rate for the day, a refund whose order has not come) waits in the log and is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new, upsert
from tracker.domain.deliveries import Delivery, Trouble
from tracker.domain.records import Outcome, Reason, RefundRecord, Refused
from tracker.models import Delivery as DeliveryRow
from tracker.models import OrderAlias, Refund, Shop
from tracker.services.bulk import among, table_of
from tracker.services.delivery_text import from_text, to_text
from tracker.services.orders import load_orders
from tracker.services.refunds import load_refunds, withdraw_refunds

KEPT = timedelta(days=30)
"""How long the log remembers a delivery."""

MOST_KEPT = 5_000
"""Deliveries of a shop that the log remembers at most."""

WAITING_KEPT = timedelta(days=90)
"""How long a delivery that waits is tried again; then it is forgotten like the others."""

RETRIED_AT_ONCE = 500

_FOR_LATER = frozenset({Reason.NO_EXCHANGE_RATE})
"""Refusals that pass when somebody imports what is missing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one delivery."""

    outcome: str
    reason: str = ""
    detail: str = ""


def load_deliveries(
    session: Session, deliveries: Sequence[Delivery], *, secret: bytes, now: datetime
) -> int:
    """Load deliveries and write them to the log.

    Args:
        deliveries: as they came; of any shops. One that is in the log already is passed over.
        secret: see `load_orders`.

    Returns:
        how many were not in the log before.
    """
    known = set(
        session.scalars(
            select(DeliveryRow.key).where(among(session, DeliveryRow.key, _keys(deliveries)))
        )
    )
    fresh = {one.key: one for one in deliveries if one.key not in known}
    verdicts: dict[str, Verdict] = {}
    for shop, ones in _by_shop(session, fresh.values()):
        verdicts |= _load_shop(session, shop, ones, secret)
        _retry_refunds(session, shop, ones, secret, now)
    rows = [_row(one, verdicts[key], now) for key, one in fresh.items() if key in verdicts]
    insert_new(session, table_of(DeliveryRow), rows, key=["key"])
    return len(rows)


def retry_deliveries(session: Session, *, secret: bytes, now: datetime, after: int = 0) -> int:
    """Try deliveries that wait once more.

    Args:
        after: row id of the last one that was tried; 0: from the beginning.

    Returns:
        the row id to go on after; 0: that was all.
    """
    rows = session.execute(
        select(DeliveryRow.id, DeliveryRow.payload)
        .where(DeliveryRow.outcome == "waiting", DeliveryRow.id > after)
        .order_by(DeliveryRow.id)
        .limit(RETRIED_AT_ONCE)
    ).all()
    _retry(session, [from_text(row.payload) for row in rows], secret, now)
    return rows[-1].id if len(rows) == RETRIED_AT_ONCE else 0


def note_failure(session: Session, delivery: Delivery, detail: str, now: datetime) -> None:
    """Keep a delivery that cannot be stored for a reason nobody foresaw; it is tried again."""
    verdict = Verdict("waiting", Trouble.STORE_FAILED.value, detail)
    rows = [_row(delivery, verdict, now)]
    insert_new(session, table_of(DeliveryRow), rows, key=["key"])


def forget_deliveries(session: Session, now: datetime) -> None:
    """Cut the log: old deliveries, and of each shop all but the newest (safe to repeat)."""
    is_over = DeliveryRow.outcome != "waiting"
    session.execute(delete(DeliveryRow).where(is_over, DeliveryRow.received_at < now - KEPT))
    session.execute(delete(DeliveryRow).where(DeliveryRow.received_at < now - WAITING_KEPT))
    for shop_id in session.scalars(select(Shop.id)).all():
        newest = (
            select(DeliveryRow.received_at)
            .where(DeliveryRow.shop_id == shop_id)
            .order_by(DeliveryRow.received_at.desc())
            .offset(MOST_KEPT)
            .limit(1)
        )
        if (since := session.scalar(newest)) is not None:
            session.execute(
                delete(DeliveryRow).where(
                    is_over, DeliveryRow.shop_id == shop_id, DeliveryRow.received_at <= since
                )
            )


# --- loading --------------------------------------------------------------------------------------


def _keys(deliveries: Iterable[Delivery]) -> list[str]:
    return [one.key for one in deliveries]


def _by_shop(
    session: Session, deliveries: Iterable[Delivery]
) -> Iterable[tuple[Shop, list[Delivery]]]:
    """Deliveries of the shops that there still are, in the order of their ids."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    for one in deliveries:
        found[one.shop_id].append(one)
    for shop_id in sorted(found):
        shop = session.get(Shop, shop_id)
        if shop is not None:
            yield shop, found[shop_id]


def _load_shop(
    session: Session, shop: Shop, deliveries: Sequence[Delivery], secret: bytes
) -> dict[str, Verdict]:
    """What comes of each delivery of a shop, by key."""
    verdicts = {
        one.key: Verdict(one.outcome, one.reason, one.detail) for one in deliveries if one.outcome
    }
    wanted = [one for one in deliveries if not one.outcome]
    ordered = [one for one in wanted if one.order is not None]
    outcomes: dict[str, list[Outcome | Refused]] = defaultdict(list)
    if ordered:
        records = [one.order for one in ordered if one.order is not None]
        newest = max(one.received_at for one in ordered)
        result = load_orders(session, shop, records, secret=secret, read_at=newest)
        for one, outcome in zip(ordered, result.outcomes, strict=True):
            outcomes[one.key].append(outcome)
    _remember_aliases(session, shop, ordered)
    lost = _load_refunds(session, shop, wanted, outcomes)
    for one in wanted:
        verdicts[one.key] = _ORDER_UNKNOWN if one.key in lost else _verdict(outcomes[one.key])
    return verdicts


def _load_refunds(
    session: Session,
    shop: Shop,
    deliveries: Sequence[Delivery],
    outcomes: dict[str, list[Outcome | Refused]],
) -> set[str]:
    """Load the refunds of deliveries and add what came of them; keys of those whose order nobody
    knows by name yet."""
    aliases = [one.alias for one in deliveries if one.refunds and not one.order_ref]
    names = _names(session, shop.id, aliases)
    lost = {
        one.key for one in deliveries if one.refunds and not (one.order_ref or one.alias in names)
    }
    told: list[tuple[str, RefundRecord]] = []
    for one in deliveries:
        if one.key not in lost and not (one.has_all_refunds and _is_older(outcomes[one.key])):
            ref = one.order_ref or names.get(one.alias, "")
            told += [(one.key, replace(refund, order_ref=ref)) for refund in one.refunds]
    if told:
        result = load_refunds(session, shop, [refund for _, refund in told])
        for (key, _), outcome in zip(told, result.outcomes, strict=True):
            outcomes[key].append(outcome)
    _follow_lists(session, shop, deliveries, outcomes)
    return lost


def _follow_lists(
    session: Session,
    shop: Shop,
    deliveries: Sequence[Delivery],
    outcomes: dict[str, list[Outcome | Refused]],
) -> None:
    """Where a shop tells all refunds of an order, the newest version says which there are. An older
    version only tells that one of these was there earlier still."""
    lists = [one for one in deliveries if one.has_all_refunds and one.order is not None]
    newest = {one.order_ref: one for one in lists if not _is_older(outcomes[one.key])}
    if newest:
        kept = {ref: {refund.ref for refund in one.refunds} for ref, one in newest.items()}
        withdraw_refunds(session, shop, kept)
    earlier = [r for one in lists if _is_older(outcomes[one.key]) for r in one.refunds]
    if earlier:
        known = _known_refunds(session, shop.id, {refund.order_ref for refund in earlier})
        load_refunds(session, shop, [r for r in earlier if (r.order_ref, r.ref) in known])


def _known_refunds(session: Session, shop_id: int, refs: Iterable[str]) -> set[tuple[str, str]]:
    found = session.execute(
        select(Refund.order_ref, Refund.ref).where(
            Refund.shop_id == shop_id, among(session, Refund.order_ref, refs)
        )
    )
    return {(row.order_ref, row.ref) for row in found}


def _is_older(outcomes: Sequence[Outcome | Refused]) -> bool:
    first = outcomes[0] if outcomes else None
    return isinstance(first, Refused) and first.reason is Reason.NEWER_VERSION_KNOWN


def _verdict(outcomes: Sequence[Outcome | Refused]) -> Verdict:
    """One word for what came of a delivery's order and refunds."""
    refused = [one for one in outcomes if isinstance(one, Refused)]
    for one in refused:
        if one.reason in _FOR_LATER:
            return Verdict("waiting", one.reason.value, one.detail)
        if one.reason is not Reason.NEWER_VERSION_KNOWN:
            return Verdict("rejected", one.reason.value, one.detail)
    changed = (one for one in outcomes if one in (Outcome.LOADED, Outcome.UPDATED))
    first = next(changed, None)  # the order's, else a refund's
    if isinstance(first, Outcome):
        return Verdict(first.value)
    return Verdict("older" if refused else "unchanged")


_ORDER_UNKNOWN = Verdict("waiting", Trouble.ORDER_UNKNOWN.value)


# --- orders by another name -----------------------------------------------------------------------


def _remember_aliases(session: Session, shop: Shop, deliveries: Sequence[Delivery]) -> None:
    """Also of orders that could not be loaded: their refunds need not wait for them."""
    names = {one.alias: one.order_ref for one in deliveries if one.alias}
    rows = [{"shop_id": shop.id, "alias": alias, "order_ref": ref} for alias, ref in names.items()]
    upsert(session, table_of(OrderAlias), rows, ["shop_id", "alias"])


def _names(session: Session, shop_id: int, aliases: Sequence[str]) -> dict[str, str]:
    if not aliases:
        return {}
    found = session.execute(
        select(OrderAlias.alias, OrderAlias.order_ref).where(
            OrderAlias.shop_id == shop_id, among(session, OrderAlias.alias, aliases)
        )
    )
    return dict(found.all())


def _retry_refunds(
    session: Session, shop: Shop, deliveries: Sequence[Delivery], secret: bytes, now: datetime
) -> None:
    """Load refunds that waited for the name of one of these orders."""
    aliases = {one.alias for one in deliveries if one.order is not None and one.alias}
    if not aliases:
        return
    waiting = session.scalars(
        select(DeliveryRow.payload).where(
            DeliveryRow.outcome == "waiting",
            DeliveryRow.reason == Trouble.ORDER_UNKNOWN.value,
            DeliveryRow.shop_id == shop.id,
            among(session, DeliveryRow.order_ref, aliases),
        )
    )
    found = [from_text(one) for one in waiting]
    _retry(session, found, secret, now)


def _retry(session: Session, deliveries: Sequence[Delivery], secret: bytes, now: datetime) -> None:
    for shop, ones in _by_shop(session, deliveries):
        verdicts = _load_shop(session, shop, ones, secret)
        for one in ones:
            verdict = verdicts[one.key]
            session.execute(
                update(DeliveryRow)
                .where(DeliveryRow.key == one.key)
                .values(
                    outcome=verdict.outcome, reason=verdict.reason, detail=verdict.detail[:200],
                    order_ref=_ref(one), payload=_payload(one, verdict), loaded_at=now,
                )
            )  # fmt: skip


def _row(one: Delivery, verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "key": one.key,
        "shop_id": one.shop_id,
        "received_at": one.received_at,
        "source": one.source,
        "topic": one.topic,
        "sender_key": one.sender_key,
        "order_ref": _ref(one),
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "detail": verdict.detail[:200],
        "payload": _payload(one, verdict),
        "loaded_at": now,
    }


def _ref(one: Delivery) -> str:
    return one.order_ref or one.alias


def _payload(one: Delivery, verdict: Verdict) -> str:
    return to_text(one).decode() if verdict.outcome == "waiting" else ""
