"""Deliveries: webhooks as they are kept between the door and the database.

The door (tracker.collect) reads a webhook into records, hashes the buyer and keeps the rest of the
delivery nowhere; a loader stores the records (tracker.services.deliveries).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tracker.domain.records import OrderRecord, RefundRecord

Source = Literal["shopify", "woocommerce"]


class Trouble(StrEnum):
    """Why a delivery was not simply loaded, beside the `Reason`s of its records."""

    # ignored
    TOPIC_UNKNOWN = "topic_unknown"
    TEST_ORDER = "test_order"
    NO_MONEY = "no_money"
    ORDER_DELETED = "order_deleted"
    # refused
    BAD_SIGNATURE = "bad_signature"
    NO_SIGNATURE = "no_signature"
    NO_SECRET = "no_secret"
    # waiting
    ORDER_UNKNOWN = "order_unknown"
    STORE_FAILED = "store_failed"
    # rejected
    NOT_AN_ORDER = "not_an_order"
    CURRENCIES_DISAGREE = "currencies_disagree"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook: what it says, or why it says nothing."""

    key: str
    """Ours, random: read again from the journal, it is the same delivery."""
    shop_id: int
    received_at: datetime
    source: Source
    topic: str
    sender_key: str = ""
    """The sender's delivery id; only shown."""
    alias: str = ""
    """The platform's second id of the order; "": it has none."""
    order: OrderRecord | None = None
    refunds: tuple[RefundRecord, ...] = ()
    """`order_ref` "": known by the alias alone."""
    has_all_refunds: bool = False
    """`refunds` are all that the order has: one that is known and not among them was taken back."""
    outcome: Literal["", "ignored", "rejected", "refused"] = ""
    """Decided at the door; "": it is to be loaded."""
    reason: str = ""
    """Of `outcome`: a Trouble or a Reason."""
    detail: str = ""
    """Of `reason`: the offending field or value; never a personal one."""

    @property
    def order_ref(self) -> str:
        """The order's id, as far as the delivery says it."""
        if self.order is not None:
            return self.order.ref
        return self.refunds[0].order_ref if self.refunds else ""
