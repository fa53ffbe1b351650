"""Orders from files and webhooks: one version of an order in, the newest one kept.

Bulk: a batch of any size costs about a dozen statements. An order is unique by (shop, platform
order id); an equal one changes nothing, an older version changes nothing, a newer one replaces the
order with its lines, coupons and delivered marks (SEMANTICS 2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.marks import read_click_param
from tracker.domain.money import is_currency
from tracker.domain.records import LoadResult, OrderRecord, Outcome, Reason, Refused
from tracker.models import Order, Shop, Workspace
from tracker.services import affiliates, dirty, fx
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.customers import buyer_scope, customer_ids, customer_key
from tracker.services.order_parts import replace_parts
from tracker.services.repricing import net_base

_PROGRESS = ("unpaid", "paid", "cancelled")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is in the database about an order."""

    content_hash: str
    version_at: datetime
    ordered_on: date
    placed_at: datetime
    customer_id: int
    status: str
    token_hash: str
    landing_click: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record with what is derived from it before anything is written."""

    record: OrderRecord
    ordered_on: date
    fx_e8: int
    customer_key: str | None
    content_hash: str
    version_at: datetime


def load_orders(
    session: Session,
    shop: Shop,
    records: Sequence[OrderRecord],
    *,
    secret: bytes,
    read_at: datetime,
    batch_id: int = 0,
) -> LoadResult:
    """Load orders of one shop.

    Args:
        records: in the order of the file; a platform order id may stand in them several times.
        secret: the key under which buyers are hashed (`Settings.customer_key_secret`).
        read_at: version of records that do not say when the platform changed them.
        batch_id: the import batch, 0 for none.

    Refused: `unknown_currency`; `no_exchange_rate` (the order's day has none up to 7 days back);
    `newer_version_known` (nothing is wrong, but an older version changes nothing).
    """
    outcomes: list[Outcome | Refused | None] = [None] * len(records)
    one_loader_at_a_time(session, "orders", shop.id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    drafts = _drafts(session, shop, workspace, records, secret, read_at, outcomes)
    for once in _rounds(drafts):
        _load_once(session, shop, workspace, once, batch_id, outcomes)
    return LoadResult(tuple(one for one in outcomes if one is not None))


def _drafts(
    session: Session,
    shop: Shop,
    workspace: Workspace,
    records: Sequence[OrderRecord],
    secret: bytes,
    read_at: datetime,
    outcomes: list[Outcome | Refused | None],
) -> dict[int, _Draft]:
    rates, zone = fx.base_rates(session, workspace), ZoneInfo(shop.time_zone)
    scope = buyer_scope(shop)
    hash_key = hashlib.sha256(secret).digest()
    drafts = {}
    for i, record in enumerate(records):
        day = record.placed_at.astimezone(zone).date()
        rate = rates.rate(record.currency, day)
        if not is_currency(record.currency):
            outcomes[i] = Refused(Reason.UNKNOWN_CURRENCY, record.currency[:20])
        elif rate is None:
            outcomes[i] = Refused(Reason.NO_EXCHANGE_RATE, f"{record.currency} {day}")
        else:
            key = customer_key(secret, record.buyer, scope)
            version = record.version_at or read_at
            drafts[i] = _Draft(
                record, day, rate, key, _content_hash(record, key, hash_key), version
            )
    return drafts


def _content_hash(record: OrderRecord, key: str | None, hash_key: bytes) -> str:
    """Of everything that is said, the buyer as hashed; keyed, because ids and addresses are in."""
    said = (
        record.placed_at, record.status, record.currency, record.paid_minor, record.paid_at,
        record.version_at, key, record.gross_minor, record.discount_platform_minor,
        record.discount_shop_minor, record.freight_minor, record.tax_minor,
        [
            (n.quantity, n.amount_minor, n.sku, n.title, n.line_ref)
            + (() if n.refunded_minor is None else (n.refunded_minor,))
            for n in record.lines
        ],
        record.coupons, record.landing_url, record.referrer, record.user_agent,
        [(one.mark.key(), one.at) for one in record.marks],
        record.order_token, record.visitor_key, record.visitor_evidence,
    )  # fmt: skip
    # repr() of datetimes and their zones depends on how they were made, the instant does not
    plain = [one.timestamp() if isinstance(one, datetime) else one for one in said]
    return hashlib.blake2b(repr(plain).encode(), key=hash_key, digest_size=16).hexdigest()


def _rounds(drafts: dict[int, _Draft]) -> list[dict[int, _Draft]]:
    """Cut so that every order stands once in each part; nearly always there is only one part."""
    rounds: list[dict[int, _Draft]] = []
    seen: list[set[str]] = []
    for i, draft in drafts.items():
        ref = draft.record.ref
        place = next((n for n, refs in enumerate(seen) if ref not in refs), len(seen))
        if place == len(seen):
            seen.append(set())
            rounds.append({})
        seen[place].add(ref)
        rounds[place][i] = draft
    return rounds


def _load_once(
    session: Session,
    shop: Shop,
    workspace: Workspace,
    drafts: dict[int, _Draft],
    batch_id: int,
    outcomes: list[Outcome | Refused | None],
) -> None:
    known = _known(session, shop.id, [draft.record.ref for draft in drafts.values()])
    writing: list[_Draft] = []
    for i, draft in drafts.items():
        before = known.get(draft.record.ref)
        outcomes[i] = _outcome(draft, before)
        if outcomes[i] in (Outcome.LOADED, Outcome.UPDATED):
            writing.append(draft)
    if not writing:
        return
    keys = {draft.customer_key for draft in writing if draft.customer_key is not None}
    customers = customer_ids(session, workspace.id, keys)
    order_row = _row_maker(shop, workspace, customers, known, batch_id)
    upsert(
        session, table_of(Order), [order_row(draft) for draft in writing],
        ["shop_id", "ref"], newer="version_at",
    )  # fmt: skip
    ids = _ids(session, shop.id, [draft.record.ref for draft in writing])
    parts = [(ids[draft.record.ref], draft.record) for draft in writing]
    updated = {ids[draft.record.ref] for draft in writing if draft.record.ref in known}
    replace_parts(session, shop, workspace, parts, updated, batch_id)
    affiliates.rebook(
        session, shop, workspace, {draft.record.ref: draft.ordered_on for draft in writing}
    )
    days = {draft.ordered_on for draft in writing}
    days |= {known[draft.record.ref].ordered_on for draft in writing if draft.record.ref in known}
    dirty.orders_changed(session, shop, sorted(days))
    _dirty_buyers(session, workspace, customers, known, writing)


def _outcome(draft: _Draft, before: _Known | None) -> Outcome | Refused:
    if before is None:
        return Outcome.LOADED
    if before.content_hash == draft.content_hash:
        return Outcome.UNCHANGED
    if _rank(draft.version_at, draft.record.status) < _rank(before.version_at, before.status):
        return Refused(Reason.NEWER_VERSION_KNOWN, draft.record.ref[:100])
    return Outcome.UPDATED


def _rank(version_at: datetime, status: str) -> tuple[datetime, int]:
    """Which of two versions is newer. Shops stamp changes to the second, and an order that is
    placed and paid at once comes twice within one, in any order: then it went on, not back."""
    return version_at, _PROGRESS.index(status)


def _row_maker(
    shop: Shop,
    workspace: Workspace,
    customers: dict[str, int],
    known: dict[str, _Known],
    batch_id: int,
) -> Callable[[_Draft], dict[str, Any]]:
    def row(draft: _Draft) -> dict[str, Any]:
        record = draft.record
        before = known.get(record.ref)
        net = record.paid_minor - record.freight_minor - record.tax_minor
        return {
            "shop_id": shop.id,
            "ref": record.ref,
            "placed_at": record.placed_at,
            "ordered_on": draft.ordered_on,
            "paid_at": record.paid_at,
            "status": record.status,
            "version_at": draft.version_at,
            "content_hash": draft.content_hash,
            "customer_id": customers.get(draft.customer_key or "", 0),
            "currency": record.currency,
            "fx_e8": draft.fx_e8,
            "gross_minor": record.gross_minor,
            "discount_platform_minor": record.discount_platform_minor,
            "discount_shop_minor": record.discount_shop_minor,
            "freight_minor": record.freight_minor,
            "tax_minor": record.tax_minor,
            "paid_minor": record.paid_minor,
            "net_base_minor": net_base(
                record.status, net, record.currency, workspace.base_currency, draft.fx_e8
            ),
            # Exports have neither: what a webhook proved stays.
            "token_hash": _token_hash(record.order_token) or (before.token_hash if before else ""),
            "landing_click_event_id": _click(record.landing_url)
            or (before.landing_click if before else ""),
            "batch_id": batch_id,
        }

    return row


def _click(landing_url: str) -> str:
    return (read_click_param(landing_url) or "") if landing_url else ""


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def _known(session: Session, shop_id: int, refs: Sequence[str]) -> dict[str, _Known]:
    rows = session.execute(
        select(
            Order.ref,
            Order.content_hash,
            Order.version_at,
            Order.ordered_on,
            Order.placed_at,
            Order.customer_id,
            Order.status,
            Order.token_hash,
            Order.landing_click_event_id,
        ).where(Order.shop_id == shop_id, among(session, Order.ref, refs))
    )
    return {row[0]: _Known(*row[1:]) for row in rows}


def _ids(session: Session, shop_id: int, refs: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Order.ref, Order.id).where(Order.shop_id == shop_id, among(session, Order.ref, refs))
    )
    return dict(rows.all())


def _dirty_buyers(
    session: Session,
    workspace: Workspace,
    customers: dict[str, int],
    known: dict[str, _Known],
    writing: Sequence[_Draft],
) -> None:
    """A buyer's later orders depend on this one: new or returning, and whose touches they had."""
    changed: dict[int, datetime] = {}
    for draft in writing:
        places = [(customers.get(draft.customer_key or "", 0), draft.record.placed_at)]
        if before := known.get(draft.record.ref):
            places.append((before.customer_id, before.placed_at))
        for customer_id, placed_at in places:
            if customer_id and placed_at <= changed.get(customer_id, placed_at):
                changed[customer_id] = placed_at
    if changed:
        dirty.buyers_changed(session, workspace, changed)
