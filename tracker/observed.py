"""What a source reads from public pages: items, as they travel from the crawling process to the
database, from a saved page, or from a file of metrics. Known to everybody, knows only numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from tracker.domain.numbers import NumberReading, Precision

MAX_COUNT: Final = 10**15
"""No account or post has more of anything; a larger number is a misreading."""

MAX_AMOUNT: Final = Decimal(10**12)
MAX_POSTS: Final = 500
"""Items of one reading."""


class FetchStatus(StrEnum):
    """What came of fetching a target (a closed list). Only the first four can carry numbers."""

    OK = "ok"
    UNCHANGED = "unchanged"
    """The server says that nothing has changed since the last good fetch (304)."""
    AMBIGUOUS = "ambiguous"
    """The page contradicts itself about a price or count: that one is missing."""
    QUARANTINED = "quarantined"
    """It was read, but looks like a broken reader: kept aside for a person."""
    EMPTY = "empty"
    """A page that the source's reader does not know."""
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    """A captcha or a check of the browser."""
    LOGIN_WALL = "login_wall"
    NOT_FOUND = "not_found"
    GONE = "gone"
    """Removed for good (410), or missing in a complete answer."""
    NOT_PUBLIC = "not_public"
    """The platform or the account does not show it without a login."""
    ROBOTS = "robots"
    """robots.txt forbids it, or could not be asked."""
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    BAD_CONTENT = "bad_content"
    """No page: binary data, broken compression, a text that could not be decoded or read."""
    TOO_LARGE = "too_large"
    PRIVATE_ADDRESS = "private_address"
    """The address, or one that it leads to, is refused by the guard (`tracker check-url`)."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """No connection, no such name, or it broke off."""
    NO_KEY = "no_key"
    """The source needs a key of the user's that is not there, or was refused."""
    INTERRUPTED = "interrupted"
    """The crawling process died over it."""


GOOD: Final = frozenset({FetchStatus.OK, FetchStatus.UNCHANGED, FetchStatus.AMBIGUOUS})
"""Fetches whose numbers are stored, or confirmed."""

REFUSALS: Final = frozenset(
    {
        FetchStatus.BLOCKED,
        FetchStatus.CHALLENGE,
        FetchStatus.LOGIN_WALL,
        FetchStatus.RATE_LIMITED,
    }
)
"""The host does not want to be asked: its whole batch stops, and it is left alone for a while."""

Metric = Literal[
    "followers", "following", "posts", "views", "likes", "comments", "shares", "saves",
    "review_count", "sold", "rating", "rank",
]  # fmt: skip
"""Names of numbers. A rating is in thousandths of a star on a scale of 5; a rank is the place
on a page of results, from 1."""

RANKING: Final = "ranking"
"""Name of the source that reads pages of results: what it watches is no page of the listing."""

RANK_PREFIX: Final = "rank:"
"""Before the keyword, in the name under which a rank is stored."""

NOT_AMONG: Final = "not among the first "
"""Before the number of products, in the detail of a good reading that did not find the listing."""


def storable(value: Any) -> Any:
    """A text without what no database takes: NUL, and surrogates that stand alone (a page's JSON
    may have both)."""
    if not isinstance(value, str):
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


Plain = Annotated[str, BeforeValidator(storable)]
Text = Annotated[Plain, Field(max_length=300)]
Url = Annotated[Plain, Field(max_length=2_048)]
Amount = Annotated[Decimal, Field(ge=0, le=MAX_AMOUNT)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Count(_Part):
    """A number as a page gives it: not more certain than it is written."""

    value: int = Field(ge=0, le=MAX_COUNT)
    low: int = Field(ge=0, le=MAX_COUNT)
    """The true number is this or more."""
    high: int | None = Field(default=None, le=10 * MAX_COUNT)
    """The true number is less than this; None: no upper bound."""
    raw: Plain = Field(default="", max_length=100)
    precision: Precision = Precision.EXACT
    source: Plain = Field(default="", max_length=40)
    """Where in the answer it was read; empty: where the item was."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high is not None and self.high <= self.low:
            raise ValueError("high is above low")
        return self

    @classmethod
    def exactly(cls, value: int, source: str = "") -> Count:
        """A number that a machine wrote."""
        return cls(value=value, low=value, high=value + 1, raw=str(value), source=source)

    @classmethod
    def of_reading(cls, reading: NumberReading | None, source: str = "") -> Count | None:
        """A text that was read as a count; None: there is no clear whole number in it."""
        if reading is None or reading.value is None or reading.precision is None:
            return None
        value, low, high = reading.value, reading.low, reading.high
        if value != value.to_integral_value() or not 0 <= value <= MAX_COUNT:
            return None
        return cls(
            value=int(value),
            low=int(value if low is None else low),
            high=None if high is None else int(high),
            raw=reading.raw[:100],
            precision=reading.precision,
            source=source,
        )


class _Item(_Part):
    ref: Text = ""
    """The platform's own lasting id; empty: it has none, or does not say."""
    url: Url = ""
    title: Text = ""
    counts: dict[Metric, Count] = Field(default_factory=dict)
    """What is not in it is unknown, never 0."""
    sources: dict[Plain, Plain] = Field(default_factory=dict, max_length=60)
    """Field -> where it was read."""
    parser_version: int = Field(ge=0)


class AccountItem(_Item):
    """An account's public numbers."""

    kind: Literal["account"] = "account"
    handle: Text = ""


class PostItem(_Item):
    """A post's public numbers. `ref` is never empty: it tells posts apart."""

    kind: Literal["post"] = "post"
    ref: Annotated[Plain, Field(min_length=1, max_length=300)]
    published_at: AwareDatetime | None = None
    account_ref: Text = ""


class VariantItem(_Part):
    """One of several things sold under one listing."""

    sku: Annotated[Plain, Field(min_length=1, max_length=200)]
    """The shop's SKU, else the variant's title."""
    title: Text = ""
    price: Amount | None = None
    list_price: Amount | None = None
    availability: Annotated[Plain, Field(max_length=40)] = ""


class ListingItem(_Item):
    """What a listing's page says. Amounts are in whole units of `currency`."""

    kind: Literal["listing"] = "listing"
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """ISO 4217; empty: the page does not say."""
    price: Amount | None = None
    price_high: Amount | None = None
    list_price: Amount | None = None
    availability: Annotated[Plain, Field(max_length=40)] = ""
    promotion: Text = ""
    seller: Text = ""
    sold_text: Text = ""
    brand: Text = ""
    sku: Text = ""
    gtin: Text = ""
    is_ambiguous: bool = False
    candidates: list[dict[str, Any]] = Field(default_factory=list, max_length=20)
    """The prices that contradict each other, when it is ambiguous."""
    variants: list[VariantItem] = Field(default_factory=list, max_length=2_000)


class RankItem(_Item):
    """The place of a listing for one keyword: the count `rank`."""

    kind: Literal["rank"] = "rank"
    keyword: Annotated[Plain, Field(min_length=1, max_length=60)]


def stored_name(item: AccountItem | PostItem | ListingItem | RankItem, metric: Metric) -> str:
    """The name under which a count is stored: a rank's has its keyword."""
    return f"{RANK_PREFIX}{item.keyword}" if isinstance(item, RankItem) else metric


Item = Annotated[AccountItem | PostItem | ListingItem | RankItem, Field(discriminator="kind")]


def counts_of(readings: Mapping[str, NumberReading], source: str = "") -> dict[Metric, Count]:
    """The readings that are clear whole numbers, by metric."""
    found: dict[Metric, Count] = {}
    for metric, reading in readings.items():
        count = Count.of_reading(reading, source)
        if count is not None:
            found[metric] = count  # type: ignore[index]  # pydantic refuses an unknown name
    return found


def rating_of(stars: Decimal, best: Decimal | None, source: str = "") -> Count | None:
    """A rating as the metric `rating`: thousandths of a star on a scale of 5.

    Args:
        stars: as read.
        best: the top of its scale; None: 5.
    """
    top = best or Decimal(5)
    if top <= 0 or not 0 <= stars <= top:
        return None
    value = int((stars * 5_000 / top).to_integral_value())
    return Count(value=value, low=value, high=value + 1, raw=f"{stars} / {top}", source=source)


def iso_datetime(text: str | None) -> datetime | None:
    """An instant as machines write it; None: it is none, or has no time zone."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
