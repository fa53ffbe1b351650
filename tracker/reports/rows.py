"""The rows that reports give to pages, files and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.domain.channels import Channel, Kind
from tracker.domain.metrics import Change, share_of
from tracker.domain.periods import Period
from tracker.reports.figures import Figures, change_of, total


@dataclass(frozen=True, slots=True)
class Row:
    """What rows of figures have in common. `before`: the compared period, None: not compared."""

    figures: Figures
    before: Figures | None

    def change(self, name: str = "net_revenue_minor") -> Change:
        """Change of a figure (its name in `Figures`) against the compared period."""
        return change_of(name, self.figures, self.before)


def total_row(rows: Sequence[Row], context: Context) -> Row:
    """The sum of rows, compared when the report is."""
    before = total(row.before for row in rows if row.before is not None)
    return Row(
        total(row.figures for row in rows), None if context.before_period is None else before
    )


@dataclass(frozen=True, slots=True)
class KindRow(Row):
    """One card of the overview. kind None: everything, or what has no kind (see the field it is
    in). daily_net_minor: net revenue of each day of the period, for the sparkline."""

    kind: Kind | None
    daily_net_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChannelRow(Row):
    """A channel under one kind. channel None: orders without touchpoint (unattributed).

    moved_spend_minor: spend on this channel that was mapped to influencers: shown here in italics,
    summed there. platform_*: what the ad platforms say they sold for `platform_spend_minor`, shown
    beside ours and never added; None: no platform said anything.
    """

    channel: Channel | None
    kind: Kind | None
    moved_spend_minor: int = 0
    platform_gmv_minor: int | None = None
    platform_spend_minor: int | None = None
    platform_orders: int | None = None

    @property
    def platform_roas(self) -> float | None:
        """What platforms call ROI or 投入产出比: their GMV / 消耗 of the same rows."""
        return share_of(self.platform_gmv_minor, self.platform_spend_minor)


@dataclass(frozen=True, slots=True)
class CampaignRow(Row):
    """A campaign (投放活动). campaign_id 0: whatever is of no campaign."""

    campaign_id: int
    utm_campaign: str
    name: str
    starts_on: date | None
    ends_on: date | None
    budget_minor: int | None
    is_discovered: bool

    @property
    def budget_share(self) -> float | None:
        """Cost of the period / budget; None without a budget."""
        return share_of(self.figures.cost_minor, self.budget_minor)


@dataclass(frozen=True, slots=True)
class Tag:
    """A doubt or remark beside a row: a code that pages translate, and the figures it names.

    Codes: immature (days: age of the newest post), leak_suspected (code, share, before: shares of
    its orders without any click), no_goods_cost, unknown_influencer, found_in_file,
    models_disagree (share: spread).
    """

    code: str
    figures: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InfluencerRow(Row):
    """An influencer. influencer_id 0: traffic and orders marked as KOL of nobody we know.

    orders_by_*: credited orders (millionths) by the evidence that won: tracked link or kol mark,
    coupon code, affiliate row, anything else; they add up to `figures.orders_micro`. platform,
    handle, followers: of the account with most followers; "" and None: no account, unknown.
    """

    influencer_id: int
    slug: str
    name: str
    agency: str
    platform: str
    handle: str
    followers: int | None
    orders_by_link_micro: int
    orders_by_code_micro: int
    orders_by_affiliate_micro: int
    orders_by_other_micro: int
    tags: tuple[Tag, ...] = ()
    cpe_minor: int | None = None
    spread: float | None = None
    """These two only where they were asked for (`tracker.reports.influencer_list`)."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars. key: natural, paid, kol, unattributed, net, cost, before.

    values: minor units, one for each day of the chart.
    """

    key: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A promotion (festival or sale) on a chart: its days, both included, cut to the chart's."""

    name: str
    festival: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class DailySeries:
    """A chart of days. bars are stacked in their order; cost is a line, None where a chart has no
    costs; before is dashed, its n-th value belongs to the n-th day of `before_period`; None: not
    compared."""

    period: Period
    bars: tuple[Series, ...]
    cost: Series | None
    before: Series | None
    before_period: Period | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something that needs a decision of the reader.

    code: what pages translate into a sentence with `figures`. endpoint and args: of the page where
    it is settled (`url_for(endpoint, **args)`). Codes and figures: `tracker.reports.questions`.
    """

    code: str
    figures: dict[str, str | int | float]
    endpoint: str
    args: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class ShopFreshness:
    """How far a shop's data reach; None: it has none."""

    shop_id: int
    slug: str
    name: str
    platform: str
    has_script: bool
    last_visit_at: datetime | None
    last_order_on: date | None
    last_order_at: datetime | None

    @property
    def data_until(self) -> datetime | None:
        """The newest visit or order."""
        known = [at for at in (self.last_visit_at, self.last_order_at) if at is not None]
        return max(known, default=None)


@dataclass(frozen=True, slots=True)
class Context:
    """What every report page says beside its figures.

    data_until: the newest visit or order of the shops asked for; None: there is nothing yet.
    pending_days: days of the workspace that wait to be computed again. is_immature: the period is
    younger than its lookback or refund window. unshared_cost_minor: with a filter on shops, costs
    of the period that belong to no shop and are therefore left out; else 0. unfitted_weeks,
    fit_gap: see `tracker.reports.fits.FitQuality`.
    """

    shops: tuple[ShopFreshness, ...]
    data_until: datetime | None
    pending_days: int
    lookback_days: int
    is_immature: bool
    unshared_cost_minor: int
    before_period: Period | None
    bands: tuple[Band, ...]
    unfitted_weeks: int = 0
    fit_gap: float | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page. natural + paid + kol + unattributed = total, in revenue, orders and cost;
    visits of no kind (internal returns) are in the total only.

    not_measurable: the part of `unattributed` that comes from shops without our script, where an
    order without any signal says nothing about its cause.
    """

    context: Context
    total: KindRow
    natural: KindRow
    paid: KindRow
    kol: KindRow
    unattributed: KindRow
    not_measurable: Figures
    days: DailySeries
    influencers: tuple[InfluencerRow, ...]
    """The first few, by net revenue."""
    influencers_total: Row
    n_influencers: int
    questions: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """All channels, unattributed orders last; the rows add up to `total`."""

    context: Context
    rows: tuple[ChannelRow, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """All campaigns; what is of no campaign is the row with id 0; they add up to `total`."""

    context: Context
    rows: tuple[CampaignRow, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class InfluencerReport:
    """All influencers of the workspace; the rows add up to `total`, which is kind KOL as the
    overview has it (as long as nothing is searched for)."""

    context: Context
    rows: tuple[InfluencerRow, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class WhyRow:
    """Why orders were credited to an influencer: evidence is link, coupon, affiliate, paid_click,
    tag, referrer or direct."""

    evidence: str
    orders_micro: int
    net_revenue_minor: int
    share: float | None


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A code of an influencer. orders: credited to them in the period with this code used on them,
    whole orders; orders_without_click: of these, without any link, tag or click."""

    coupon_id: int
    code: str
    label: str
    shop_id: int
    valid_from: datetime
    valid_until: datetime | None
    leaked_at: datetime | None
    orders: int
    orders_without_click: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A tracked link. clicks: of the period, raw, bots left out."""

    link_id: int
    slug: str
    target_url: str
    campaign_id: int
    is_active: bool
    clicks: int


@dataclass(frozen=True, slots=True)
class DealRow:
    """What was agreed; amounts in `currency`."""

    deal_id: int
    ref: str
    title: str
    currency: str
    fee_minor: int
    goods_given_minor: int
    platform_fee_minor: int
    commission_ppm: int
    posted_on: date
    ends_on: date | None
    spread_days: int


@dataclass(frozen=True, slots=True)
class InfluencerPage:
    """One influencer: cards from `row`, chart, why, and what they were given."""

    context: Context
    row: InfluencerRow
    notes: str
    days: DailySeries
    daily_net_minor: tuple[int, ...]
    why: tuple[WhyRow, ...]
    coupons: tuple[CouponRow, ...]
    links: tuple[LinkRow, ...]
    deals: tuple[DealRow, ...]


@dataclass(frozen=True, slots=True)
class CreditPart:
    """The share of an order that one (channel, influencer) gets; channel None: unattributed."""

    channel: Channel | None
    kind: Kind | None
    influencer_id: int
    influencer_name: str
    weight_micro: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order. net_minor: in the base currency after its refunds. credits: under the report's
    model, largest first; empty: not attributed yet, or no conversion."""

    order_id: int
    shop_id: int
    ref: str
    placed_at: datetime
    ordered_on: date
    status: str
    currency: str
    paid_minor: int
    refund_minor: int
    """Given back so far, in the order's currency."""
    net_minor: int
    credits: tuple[CreditPart, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of orders, newest first. n_orders, paid and net: of all that match."""

    rows: tuple[OrderRow, ...]
    n_orders: int
    net_before_refunds_minor: int
    page: int
    n_pages: int
