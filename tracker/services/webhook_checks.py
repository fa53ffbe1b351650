"""Whether a shop's webhooks work, and what is wrong where they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.deliveries import Source, Trouble
from tracker.domain.records import Reason
from tracker.models import Delivery, Shop
from tracker.services.sealing import unseal
from tracker.services.webhooks import valid_secrets, valid_secrets_of

Level = Literal["good", "warn", "bad"]

SILENT_AFTER = timedelta(days=7)
"""Without a delivery for so long, the platform may have removed the webhook."""

RECENT = timedelta(days=1)

TOPICS: dict[Source, tuple[tuple[str, ...], ...]] = {
    "shopify": (("orders/create", "orders/paid"), ("orders/updated",), ("refunds/create",)),
    "woocommerce": (("order.created",), ("order.updated",)),
}
"""What has to come from a platform: of each group one topic at least."""

_LOCAL_NAMES = ("localhost",)
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan")


@dataclass(frozen=True, slots=True)
class WebhookFinding:
    """Something to know about a shop's webhooks.

    `code` is one of: no_secret, secret_lost, address_local, nothing_came, signature_wrong,
    unsigned, silent, topics_missing, rates_missing, orders_missing, store_failed, rejected,
    all_well.
    """

    code: str
    level: Level
    figures: dict[str, Any] = field(default_factory=dict)
    """Values for the sentence."""


@dataclass(frozen=True, slots=True)
class WebhookState:
    """A shop's webhooks in one line."""

    n_secrets: int
    last_at: datetime | None
    """The last delivery that was proven; None: there was none (or it is forgotten)."""
    recent: dict[str, int]
    """Deliveries of the last day by outcome."""


def states(session: Session, shop_ids: Collection[int], now: datetime) -> dict[int, WebhookState]:
    """The state of each shop. Three statements, however many shops."""
    secrets = valid_secrets_of(session, shop_ids, now)
    last: dict[int, datetime] = dict(
        session.execute(
            select(Delivery.shop_id, func.max(Delivery.received_at))
            .where(Delivery.shop_id.in_(shop_ids), Delivery.outcome != "refused")
            .group_by(Delivery.shop_id)
        ).all()
    )
    recent: dict[int, dict[str, int]] = {}
    for shop_id, outcome, n in session.execute(
        select(Delivery.shop_id, Delivery.outcome, func.count())
        .where(Delivery.shop_id.in_(shop_ids), Delivery.received_at > now - RECENT)
        .group_by(Delivery.shop_id, Delivery.outcome)
    ):
        recent.setdefault(shop_id, {})[outcome] = n
    return {
        one: WebhookState(len(secrets.get(one, [])), last.get(one), recent.get(one, {}))
        for one in shop_ids
    }


def recent_deliveries(session: Session, shop: Shop, limit: int) -> list[Delivery]:
    """The newest deliveries of a shop."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.shop_id == shop.id)
            .order_by(Delivery.received_at.desc(), Delivery.id.desc())
            .limit(limit)
        )
    )


def check_webhooks(
    session: Session, shop: Shop, *, now: datetime, site_url: str, signing_key: str
) -> list[WebhookFinding]:
    """What is wrong with a shop's webhooks, the worst first; [all_well] when nothing is.

    Args:
        site_url: the address under which this installation is reached.
        signing_key: see `sealing.unseal`.
    """
    found = [
        *_of_secrets(session, shop, now, signing_key),
        *_of_address(site_url),
        *_of_arrivals(session, shop, now),
        *_of_outcomes(session, shop, now),
    ]
    if not found:
        return [WebhookFinding("all_well", "good")]
    return sorted(found, key=lambda one: one.level != "bad")


def _of_secrets(
    session: Session, shop: Shop, now: datetime, signing_key: str
) -> Iterator[WebhookFinding]:
    known = valid_secrets(session, shop, now)
    if not known:
        yield WebhookFinding("no_secret", "bad")
    elif all(unseal(signing_key, one.sealed) is None for one in known):
        yield WebhookFinding("secret_lost", "bad")


def _of_address(site_url: str) -> Iterator[WebhookFinding]:
    """Platforms deliver to https on the open internet only."""
    if not site_url.startswith("https://") or _is_local(urlsplit(site_url).hostname or ""):
        yield WebhookFinding("address_local", "warn", {"address": site_url})


def _is_local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host in _LOCAL_NAMES or host.endswith(_LOCAL_ENDINGS) or "." not in host


def _of_arrivals(session: Session, shop: Shop, now: datetime) -> Iterator[WebhookFinding]:
    refused, reason = _last(session, shop, Delivery.outcome == "refused")
    taken, _ = _last(session, shop, Delivery.outcome != "refused")
    if refused is not None and (taken is None or refused > taken):
        unsigned = reason == Trouble.NO_SIGNATURE
        yield WebhookFinding("unsigned" if unsigned else "signature_wrong", "bad", {"at": refused})
    if taken is None:
        if refused is None:
            yield WebhookFinding("nothing_came", "warn")
        return
    if taken < now - SILENT_AFTER:
        yield WebhookFinding("silent", "warn", {"at": taken})
    came: dict[str, set[str]] = {}
    for source, topic in session.execute(
        select(Delivery.source, Delivery.topic).where(Delivery.shop_id == shop.id).distinct()
    ):
        came.setdefault(source, set()).add(topic)
    for source, groups in TOPICS.items():
        missing = [group[0] for group in groups if not came.get(source, set()) & set(group)]
        if source in came and missing and came[source] != {""}:
            yield WebhookFinding("topics_missing", "warn", {"topics": ", ".join(missing)})


def _last(session: Session, shop: Shop, condition: Any) -> tuple[datetime | None, str]:
    row = session.execute(
        select(Delivery.received_at, Delivery.reason)
        .where(Delivery.shop_id == shop.id, condition)
        .order_by(Delivery.received_at.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else (None, "")


_WAITING: dict[str, tuple[str, Level]] = {
    Reason.NO_EXCHANGE_RATE.value: ("rates_missing", "bad"),
    Trouble.ORDER_UNKNOWN.value: ("orders_missing", "warn"),
    Trouble.STORE_FAILED.value: ("store_failed", "bad"),
}


def _of_outcomes(session: Session, shop: Shop, now: datetime) -> Iterator[WebhookFinding]:
    waiting = session.execute(
        select(Delivery.reason, func.count())
        .where(Delivery.shop_id == shop.id, Delivery.outcome == "waiting")
        .group_by(Delivery.reason)
        .order_by(Delivery.reason)
    )
    for reason, n in waiting:
        code, level = _WAITING.get(reason, ("store_failed", "bad"))
        yield WebhookFinding(code, level, {"n": n})
    rejected = Counter(
        session.scalars(
            select(Delivery.reason).where(
                Delivery.shop_id == shop.id,
                Delivery.outcome == "rejected",
                Delivery.received_at > now - RECENT,
            )
        )
    )
    if rejected:
        reason = rejected.most_common(1)[0][0]
        yield WebhookFinding("rejected", "warn", {"n": rejected.total(), "reason": reason})
