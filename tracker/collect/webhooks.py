"""POST /webhooks/<shopify|woocommerce>/<site key>: what shops deliver, answered when it is on disk.

A delivery is proven by its signature, read into records, stripped of whoever bought, and appended
to a journal of its own; a loader moves it into the database (delivery_loader.py). So it is taken
whatever the database or the queue is doing: WooCommerce never sends a delivery again, and turns a
webhook off after five that failed (docs/adr/0031).

    200  it is kept, or there is nothing to keep; the sender may forget it
    400  signed, but no JSON that can be taken
    401  not signed with a secret of this shop; nothing of it is kept
    404  no such shop · 405 · 413 · 503 (not ready, or the disk takes nothing: send it again)
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from tracker.collect import payloads, shopify, woocommerce
from tracker.collect.answers import RETRY_AFTER, Answer, Environ, header_text, one_line
from tracker.collect.delivery_lines import encode_delivery
from tracker.collect.directory import Directory, KnownShop
from tracker.collect.journal import Journal
from tracker.collect.payloads import Content, Unreadable
from tracker.collect.signatures import is_signed
from tracker.config import Settings
from tracker.domain.deliveries import Delivery, Source, Trouble
from tracker.domain.strict_json import StrictJsonError, read_strictly
from tracker.models.base import from_micros
from tracker.services.customers import customer_key, scope_of
from tracker.services.sealing import unseal

log = logging.getLogger(__name__)

PREFIX = "/webhooks/"

MAX_BODY = 2 * 1024 * 1024
"""Bytes. An order of 500 lines has about one million."""

QUIET_SECONDS = 60.0
"""Refused deliveries of a shop are logged, and shown to its staff, once in so many seconds: who
sends rubbish does not fill the disk."""

_PING = re.compile(rb"webhook_id=\d{1,20}")
_HEADERS: dict[str, tuple[str, str, str]] = {
    "shopify": (
        "HTTP_X_SHOPIFY_HMAC_SHA256",
        "HTTP_X_SHOPIFY_TOPIC",
        "HTTP_X_SHOPIFY_WEBHOOK_ID",
    ),
    "woocommerce": (
        "HTTP_X_WC_WEBHOOK_SIGNATURE",
        "HTTP_X_WC_WEBHOOK_TOPIC",
        "HTTP_X_WC_WEBHOOK_DELIVERY_ID",
    ),
}
"""Source -> headers with the signature, the topic and the sender's id of the delivery."""

KEPT = one_line(200, "kept")
"""To a sender who may forget the delivery."""


class _TurnedAwayError(Exception):
    """A delivery that is not taken: a status and a line that says why."""

    def __init__(self, status: int, text: str, *headers: tuple[str, str]) -> None:
        super().__init__(text)
        self.answer = one_line(status, text, *headers)


@dataclass(frozen=True, slots=True)
class _Door:
    """What a request says of itself."""

    source: Source
    shop: KnownShop
    topic: str
    signature: str
    sender_key: str
    received_at: datetime


class Webhooks:
    """Takes deliveries and puts them into their journal.

    Args:
        settings: the secrets of the installation are read at the first delivery.
        directory: shops and the secrets that they sign with.
        journal: of deliveries.
    """

    def __init__(self, settings: Settings, directory: Directory, journal: Journal) -> None:
        self._settings = settings
        self._directory = directory
        self._journal = journal
        self._opened: dict[str, str | None] = {}
        self._quiet_until: dict[int, float] = {}

    def answer(self, environ: Environ) -> Answer:
        """Take a delivery, or say why not."""
        try:
            return self._take(environ)
        except _TurnedAwayError as turned_away:
            return turned_away.answer

    def close(self) -> None:
        """Finish the journal's segment."""
        self._journal.close()

    def _take(self, environ: Environ) -> Answer:
        at_micros = time.time_ns() // 1000
        door = self._door(environ, at_micros)
        body = _read_body(environ)
        if not door.signature and door.source == "woocommerce" and _PING.fullmatch(body):
            return KEPT  # its first call, which only asks whether somebody is here
        if not is_signed(body, door.signature, door.shop.secrets, at_micros, self._unseal):
            self._refuse(door)
        try:
            payload = read_strictly(body)
        except StrictJsonError as error:
            log.warning("a signed webhook of shop %d is no JSON: %s", door.shop.id, error.code)
            raise _TurnedAwayError(400, f"the body is no JSON that can be taken: {error}") from None
        delivery = self._read(door, payload)
        if not self._keep(delivery):
            raise _TurnedAwayError(503, "it could not be kept; send it again", RETRY_AFTER)
        return KEPT

    def _door(self, environ: Environ, at_micros: int) -> _Door:
        """The shop and the headers.

        Raises:
            _TurnedAwayError: there is no such address, or it takes no such method.
        """
        source, _, site_key = environ.get("PATH_INFO", "").removeprefix(PREFIX).partition("/")
        names = _HEADERS.get(source)
        if names is None:
            raise _TurnedAwayError(404, "nothing here")
        if environ["REQUEST_METHOD"] != "POST":
            raise _TurnedAwayError(405, "POST only", ("Allow", "POST"))
        snapshot = self._directory.snapshot()
        if snapshot is None:
            raise _TurnedAwayError(503, "not ready yet", RETRY_AFTER)
        shop = snapshot.shops.get(site_key)
        if shop is None:
            self._directory.ask()
            raise _TurnedAwayError(404, "the shop's key is unknown")
        signature, topic, sender_key = (header_text(environ, name, 200) for name in names)
        return _Door(
            cast(Source, source),
            shop,
            topic[:60],
            signature,
            sender_key[:100],
            from_micros(at_micros),
        )

    def _refuse(self, door: _Door) -> None:
        """Turn away what the shop did not sign; say so once in a while, with nothing of it.

        Raises:
            _TurnedAwayError: always.
        """
        reason = Trouble.BAD_SIGNATURE
        if not door.shop.secrets:
            reason = Trouble.NO_SECRET
        elif not door.signature:
            reason = Trouble.NO_SIGNATURE
        self._directory.ask()  # perhaps the secret was set this second
        now = time.monotonic()
        if now >= self._quiet_until.get(door.shop.id, 0.0):
            self._quiet_until[door.shop.id] = now + QUIET_SECONDS
            log.warning("webhooks of shop %d are refused: %s", door.shop.id, reason.value)
            self._keep(_delivery(replace(door, topic="", sender_key=""), "refused", reason))
        raise _TurnedAwayError(401, "not signed with a secret of this shop")

    def _read(self, door: _Door, payload: Any) -> Delivery:
        """A proven delivery as it is kept; the buyer is a hash from here on."""
        if not isinstance(payload, dict):
            return _delivery(door, "rejected", Trouble.NOT_AN_ORDER)
        try:
            content = _content(door, payload)
        except Unreadable as error:
            log.warning("a webhook of shop %d cannot be used: %s", door.shop.id, error)
            return _delivery(door, "rejected", error.reason, error.field)
        if content.ignored is not None:
            return replace(_delivery(door, "ignored", content.ignored), alias=content.alias)
        order = content.order
        if order is not None:
            scope = scope_of(door.shop.platform, door.shop.id)
            key = customer_key(self._settings.customer_key_secret, order.buyer, scope)
            order = payloads.without_person(order, key)
        return replace(
            _delivery(door),
            alias=content.alias,
            order=order,
            refunds=content.refunds,
            has_all_refunds=content.has_all_refunds,
        )

    def _keep(self, delivery: Delivery) -> bool:
        """Put a delivery into the journal; False: the disk did not take it."""
        try:
            self._journal.append(encode_delivery(delivery))
        except OSError as error:
            log.error("webhooks are not taken, the journal takes none: %s", error.__cause__)
            return False
        return True

    def _unseal(self, sealed: str) -> str | None:
        if sealed not in self._opened:
            if len(self._opened) > 1_000:
                self._opened.clear()
            self._opened[sealed] = unseal(self._settings.signing_key, sealed)
        return self._opened[sealed]


def _content(door: _Door, payload: dict[str, Any]) -> Content:
    if door.source == "woocommerce":
        return woocommerce.read(door.topic, payload)
    host = door.shop.hostnames[0] if door.shop.hostnames else ""
    return shopify.read(door.topic, payload, host=host, shop_currency=door.shop.currency)


def _delivery(
    door: _Door,
    outcome: Literal["", "ignored", "rejected", "refused"] = "",
    reason: str = "",
    detail: str = "",
) -> Delivery:
    return Delivery(
        key=secrets.token_hex(16),
        shop_id=door.shop.id,
        received_at=door.received_at,
        source=door.source,
        topic=door.topic,
        sender_key=door.sender_key,
        outcome=outcome,
        reason=str(reason),
        detail=detail,
    )


def _read_body(environ: Environ) -> bytes:
    """The body, byte for byte as it was signed.

    Raises:
        _TurnedAwayError: it is over MAX_BODY (which is then not read).
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isdecimal():
            raise _TurnedAwayError(400, "Content-Length is not a number")
        if len(length) > 12 or int(length) > MAX_BODY:
            raise _TurnedAwayError(413, f"a body of more than {MAX_BODY} bytes")
    body: bytes = environ["wsgi.input"].read(int(length) if length else MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise _TurnedAwayError(413, f"a body of more than {MAX_BODY} bytes")
    return body
