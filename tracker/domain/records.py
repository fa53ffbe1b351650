"""Records: what a file or a webhook says, before it is in the database.

Importers (and the demo brand) make them, services load them. They carry natural keys only: slugs,
platform ids, codes; never row ids of ours. Text is as it came, trimmed; services normalise codes,
handles and slugs. Money is in minor units of the record's own currency. Instants are aware
datetimes, days are dates in the shop's (orders) or workspace's (costs) zone. None means that the
source does not say; 0 means that it says zero.

The services that take them, session first, never committing, one outcome a record (`LoadResult`):

    orders.load_orders(session, shop, records, *, secret, read_at, batch_id=0)
    refunds.load_refunds(session, shop, records, *, batch_id=0)
    affiliates.load_affiliate_rows(session, shop, records, *, batch_id=0)
    log_hits.load_hits(session, shop, records, *, secret)
    touches.load_touches(session, shop, records, *, batch_id=0)
    affiliate_refunds.load_affiliate_refunds(session, shop, records, *, batch_id=0)
    spend.load_spend(session, workspace, records, *, shop_id=0, batch_id=0)
    platform_figures.load_platform_figures(session, workspace, records, *, shop_id=0, batch_id=0)
    observations.load_metrics(session, workspace, records)
    goods_costs.load_goods_costs(session, shop, records)
    fx.load_rates(session, workspace, records)
    influencers.load_influencers(session, workspace, records, *, secret)
    coupons.load_coupons(session, shop, records)
    deals.load_deals(session, workspace, records)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from tracker.domain.log_lines import HitRecord as HitRecord
from tracker.domain.marks import RawMark
from tracker.domain.metric_records import MetricRecord as MetricRecord
from tracker.domain.platform_records import AffiliateRefundRecord, PlatformFigureRecord

OrderStatus = Literal["paid", "unpaid", "cancelled"]
Evidence = Literal["signed", "file"]
Interaction = Literal["visit", "click", "impression"]
AffiliateStatus = Literal["expected", "settled", "void"]


class Reason(StrEnum):
    """Why a record (or a row of a file) was not loaded. A closed list; the site translates it."""

    # found by services, which know the database
    NO_EXCHANGE_RATE = "no_exchange_rate"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_INFLUENCER = "unknown_influencer"
    HANDLE_TAKEN = "handle_taken"
    OWNERSHIP_OVERLAPS = "ownership_overlaps"
    NEWER_VERSION_KNOWN = "newer_version_known"
    NO_DATE = "no_date"
    NAME_REQUIRED = "name_required"
    # found while reading a row
    WRONG_WIDTH = "wrong_width"
    UNCLOSED_QUOTE = "unclosed_quote"
    CELL_TOO_LONG = "cell_too_long"
    BAD_CHARACTER = "bad_character"
    VALUE_MISSING = "value_missing"
    NOT_A_NUMBER = "not_a_number"
    TOO_MANY_DIGITS = "too_many_digits"
    TOO_LARGE = "too_large"
    NEGATIVE_AMOUNT = "negative_amount"
    DAMAGED_ID = "damaged_id"
    AMOUNTS_DISAGREE = "amounts_disagree"
    NOT_A_DATE = "not_a_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    MIXED_DATE_FORMATS = "mixed_date_formats"
    PERIOD_ENDS_EARLY = "period_ends_early"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_CHANNEL = "unknown_channel"
    UNKNOWN_VALUE = "unknown_value"
    ROW_WITHOUT_ORDER = "row_without_order"
    DUPLICATE_ROW = "duplicate_row"
    DUPLICATE_KEY = "duplicate_key"
    TOTAL_ROW = "total_row"
    EMPTY_ROW = "empty_row"
    NOTE_ROW = "note_row"
    HEADER_ROW = "header_row"
    OTHER_WINDOW = "other_window"
    PERIOD_NOT_A_DAY = "period_not_a_day"
    NOT_STORED_YET = "not_stored_yet"
    NOT_AFFILIATE = "not_affiliate"
    PERIOD_UNKNOWN = "period_unknown"
    NOT_A_REFUND = "not_a_refund"
    # of access logs
    LOG_LINE = "log_line"
    LINE_TOO_LONG = "line_too_long"
    NOT_A_PAGE_VIEW = "not_a_page_view"
    ASSET = "asset"
    REDIRECT = "redirect"
    ERROR_ANSWER = "error_answer"
    ROBOT = "robot"
    OTHER_HOST = "other_host"
    COUNTED_BY_SCRIPT = "counted_by_script"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Raw candidates of a buyer's identity; hashed by the service (SEMANTICS 2.4), never stored."""

    platform_id: str = ""
    phone: str = ""
    email: str = ""
    key: str = ""
    """The hash itself, where it was made at the door and the rest was dropped there."""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line of an order."""

    quantity: int
    amount_minor: int
    """What the buyer pays for the line before freight."""
    sku: str = ""
    title: str = ""
    line_ref: str = ""
    """The platform's line id; empty: the line's number within the order is used."""
    refunded_minor: int | None = None
    """Of the amount, given back so far; None: nobody tells by line."""


@dataclass(frozen=True, slots=True)
class DeliveredMark:
    """A mark that came with an order beside its landing address."""

    mark: RawMark
    at: datetime | None = None
    """When the marked visit was; None: the order's own time."""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One version of one order."""

    ref: str
    """The platform's order id, all its digits."""
    placed_at: datetime
    status: OrderStatus
    currency: str
    paid_minor: int
    """What the buyer paid, freight and tax included, before refunds; not negative."""
    paid_at: datetime | None = None
    version_at: datetime | None = None
    """When the platform last changed the order; None: not stated, so when it was read."""
    buyer: Buyer = Buyer()
    gross_minor: int = 0
    discount_platform_minor: int = 0
    discount_shop_minor: int = 0
    freight_minor: int = 0
    tax_minor: int = 0
    lines: tuple[LineRecord, ...] = ()
    coupons: tuple[str, ...] = ()
    """As the buyer typed them; "NULL" is a code like any other."""
    landing_url: str = ""
    """With query and fragment; read into a mark (and our click id) and then dropped."""
    referrer: str = ""
    user_agent: str = ""
    marks: tuple[DeliveredMark, ...] = ()
    order_token: str = ""
    """The shop's unguessable token (Shopify `token`, Woo `order_key`); stored hashed."""
    visitor_key: str | None = None
    """`Visitor.key` of the person who is said to have ordered ("f:<id>" for a file's person)."""
    visitor_evidence: Evidence = "file"


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """Money given back. It may come before its order."""

    order_ref: str
    refunded_at: datetime
    amount_minor: int
    """In the order's currency; positive. Negative: a refund that was reversed."""
    ref: str = "total"
    """The platform's refund id; "total": only the sum per order is known."""
    is_date_seen: bool = False
    """`refunded_at` is only when the refund was seen: an earlier date of the same one stays."""


@dataclass(frozen=True, slots=True)
class AffiliateRecord:
    """A platform's statement that an influencer sold an order."""

    platform: str
    """The affiliate programme: jingxuan, taobao_affiliate, qianfan, hotwave, tiktok …"""
    order_ref: str
    influencer: str
    """Slug, or a handle on `handle_platform`, or (last) an unambiguous name."""
    handle_platform: str = ""
    """Platform of the handle; empty: any, when only one influencer has it."""
    ordered_at: datetime | None = None
    """The order's time as the file says; used until the order itself is known."""
    influencer_name: str = ""
    """As the platform shows them: what somebody whom nobody knows yet is called."""
    status: AffiliateStatus = "expected"
    """void: refunded or invalid, so that it takes its credit and commission back."""
    clicked_at: datetime | None = None
    commission_minor: int | None = None
    currency: str = ""
    """Of the commission; empty: the shop's."""


@dataclass(frozen=True, slots=True)
class TouchRecord:
    """A contact that a file states."""

    visitor_key: str
    at: datetime
    mark: RawMark
    key: str
    """The row's own id, or a hash of its content and its rank among equal rows of the file."""
    interaction: Interaction = "visit"
    cost_minor: int = 0
    currency: str = ""
    """Of the cost; empty: the shop's."""


@dataclass(frozen=True, slots=True)
class SpendRecord:
    """Media spend of one account, campaign and day; a later one replaces it."""

    platform: str
    spent_on: date
    channel: str
    """A `Channel` value: where the media counts."""
    currency: str
    amount_minor: int
    account: str = ""
    campaign_ref: str = ""
    """The platform's campaign id, else its name."""
    campaign: str = ""
    """utm_campaign value that joins it to a campaign of ours; empty: none."""
    influencer: str = ""
    """Slug or handle whose posts were boosted; empty: none."""
    layer: str = ""
    """Level of the report (`tracker.domain.spend_layers`), so that two of them count once."""
    impressions: int | None = None
    clicks: int | None = None
    platform_gmv_minor: int | None = None
    platform_orders: int | None = None


@dataclass(frozen=True, slots=True)
class GoodsCostRecord:
    """What one unit of a SKU costs from a day on."""

    sku: str
    valid_from: date
    unit_cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class FxRateRecord:
    """A day's exchange rate: units of `to_currency` for one unit of `from_currency`, in 1e-8."""

    day: date
    from_currency: str
    to_currency: str
    rate_e8: int


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An influencer's account on one platform."""

    platform: str
    handle: str
    url: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class InfluencerRecord:
    """An influencer, or a further account of one: fields left empty change nothing."""

    slug: str
    """Natural key; empty: made from the name."""
    name: str = ""
    agency: str = ""
    notes: str = ""
    accounts: tuple[AccountRecord, ...] = ()
    buyer: Buyer = Buyer()
    """Their own buyer identity, to hold self-purchases."""


@dataclass(frozen=True, slots=True)
class CouponRecord:
    """A code, and one period of its ownership."""

    code: str
    influencer: str = ""
    """Slug or handle of the owner; empty: no owner."""
    valid_from: datetime | None = None
    """None: since ever."""
    valid_until: datetime | None = None
    """The first instant at which it no longer counts; None: it never ends."""
    is_shop_wide: bool = False
    leaked_at: datetime | None = None
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class DealRecord:
    """What was agreed with an influencer for one post or campaign."""

    ref: str
    influencer: str
    posted_on: date
    currency: str
    title: str = ""
    campaign: str = ""
    fee_minor: int = 0
    goods_given_minor: int = 0
    platform_fee_minor: int = 0
    commission_ppm: int = 0
    ends_on: date | None = None
    spread_days: int = 1


Record = (
    OrderRecord
    | RefundRecord
    | AffiliateRecord
    | AffiliateRefundRecord
    | PlatformFigureRecord
    | TouchRecord
    | HitRecord
    | SpendRecord
    | MetricRecord
    | GoodsCostRecord
    | FxRateRecord
    | InfluencerRecord
    | CouponRecord
    | DealRecord
)


class Outcome(StrEnum):
    """What came of a record that was not refused."""

    LOADED = "loaded"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not loaded, and why."""

    reason: Reason
    detail: str = ""
    """The offending value; never a personal one."""


NOTICES = ("influencer_found", "spend_detail")
"""influencer_found: nobody knew this person, who is an influencer now (text: their name).
spend_detail: another level of report about the same money counts (text: platform, day)."""

Notice = tuple[str, str]
"""Something that the user should know, though no row is at fault: a code of NOTICES and a text."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What came of a batch of records: one outcome a record, in their order."""

    outcomes: tuple[Outcome | Refused, ...]
    notices: tuple[Notice, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many records had this outcome."""
        return sum(1 for one in self.outcomes if one is outcome)

    @property
    def loaded(self) -> int:
        """Records that are new in the database."""
        return self.count(Outcome.LOADED)

    @property
    def updated(self) -> int:
        """Records that changed a row."""
        return self.count(Outcome.UPDATED)

    @property
    def unchanged(self) -> int:
        """Records that said what was known already."""
        return self.count(Outcome.UNCHANGED)

    @property
    def problems(self) -> list[tuple[int, Refused]]:
        """Position and reason of each record that was refused."""
        return [(i, one) for i, one in enumerate(self.outcomes) if isinstance(one, Refused)]
