"""What the order API takes and gives. The one source of the OpenAPI document.

Amounts are decimal text ("118.40") in the order's currency: a JSON number would be a float in most
languages. Instants carry an offset.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_ORDERS = 200
"""Orders of one request."""

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Texts have no control characters: no shop has them, and some databases take none."""


def _text(longest: int, shortest: int = 0) -> Any:
    return StringConstraints(min_length=shortest, max_length=longest, pattern=PLAIN)


def _whole(value: object) -> object:
    """2.0 is an integer to JSON Schema, and to some languages the only way to write one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Quantity = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_whole)]
Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}(\.[0-9]{1,4})?$")]
SignedAmount = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$")]
Id = Annotated[str, _text(100, shortest=1)]
Name = Annotated[str, _text(100)]
Short = Annotated[str, _text(300)]
Long = Annotated[str, _text(500)]
Address = Annotated[str, _text(4_000)]
Slug = Annotated[str, _text(64, shortest=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BuyerIn(_Model):
    """Who bought. Hashed on arrival, never stored: the first that is there counts."""

    platform_id: Short = ""
    phone: Short = ""
    email: Short = ""


class LineIn(_Model):
    """A line of an order."""

    quantity: Quantity
    amount: Amount = Field(description="What the buyer pays for the line, before freight.")
    sku: Name = ""
    title: Short = ""
    ref: Name = Field("", description="The line's own id; left out: its number within the order.")


class MarkIn(_Model):
    """A visit that led to the order, where the shop knows of one."""

    landing_url: Address = Field("", description="With its query: utm_…, click ids, kol=, tk=.")
    referrer: Address = ""
    at: AwareDatetime | None = Field(None, description="Left out: the order's own time.")


class RefundIn(_Model):
    """Money given back for the order."""

    ref: Id = Field(description="The refund's own id; sent again, it is the same refund.")
    refunded_at: AwareDatetime
    amount: SignedAmount = Field(
        description="Positive, in the order's currency; negative: a refund that was reversed."
    )


class OrderIn(_Model):
    """One version of one order; of several versions the one with the latest updated_at counts."""

    ref: Id = Field(description="The order's id, the same as in files and webhooks of the shop.")
    placed_at: AwareDatetime
    updated_at: AwareDatetime | None = Field(
        None, description="When the shop last changed it; left out: now."
    )
    status: Literal["paid", "unpaid", "cancelled"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    paid: Amount = Field(description="What the buyer paid, freight and tax included.")
    paid_at: AwareDatetime | None = None
    gross: Amount = Field("0", description="Goods before discounts.")
    discount_platform: Amount = "0"
    discount_shop: Amount = "0"
    freight: Amount = "0"
    tax: Amount = "0"
    buyer: BuyerIn | None = None
    lines: Annotated[list[LineIn], Field(max_length=1_000)] = []
    coupons: Annotated[list[Id], Field(max_length=50)] = []
    landing_url: Address = ""
    referrer: Address = ""
    user_agent: Long = ""
    marks: Annotated[list[MarkIn], Field(max_length=50)] = []
    order_token: Short = Field(
        "", description="The shop's unguessable token of the order; stored hashed."
    )
    visitor_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")] | None = Field(
        None, description="What tracker.visitor() of the page script said."
    )
    refunds: Annotated[list[RefundIn], Field(max_length=200)] = []


class OrdersIn(_Model):
    """Orders of one shop."""

    shop: Slug | None = Field(
        None, description="The shop's short name; may be left out where the key has one shop only."
    )
    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=MAX_ORDERS)]


Outcome = Literal["loaded", "updated", "unchanged", "rejected"]


class RefundOut(_Model):
    """What came of a refund."""

    ref: str
    outcome: Outcome
    reason: str | None = Field(description="Why it was rejected; null: it was not.")


class OrderOut(_Model):
    """What came of an order."""

    ref: str
    outcome: Outcome
    reason: str | None = Field(description="Why it was rejected; null: it was not.")
    detail: str | None = Field(description="The offending value; null: none.")
    refunds: list[RefundOut]


class OrdersOut(_Model):
    """What came of each order, in their order. Sent again, the same request says `unchanged`."""

    loaded: int
    updated: int
    unchanged: int
    rejected: int
    orders: list[OrderOut]


class ErrorOut(_Model):
    """A place in the body that does not fit."""

    pointer: str = Field(description="JSON Pointer into the body.")
    detail: str


class ProblemOut(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorOut] | None = None
