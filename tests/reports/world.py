"""A small world of facts for tests of reports: two shops, three influencers, exact figures.

Facts are written directly, so that a test of a report says what it reads and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOON
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import Model
from tracker.domain.policy import Policy as DomainPolicy
from tracker.models import (
    CostDay,
    CostDayChannel,
    Credit,
    CreditDay,
    CreditDayChannel,
    Order,
    Policy,
    Promotion,
    Shop,
    TrafficDay,
    TrafficDayChannel,
    Workspace,
)
from tracker.models.credit import EVIDENCE, MODELS
from tracker.models.facts import CUSTOMER_KINDS
from tracker.reports.state import ReportState

TODAY = date(2026, 11, 22)
START = date(2026, 11, 9)
END = date(2026, 11, 11)
MICRO = 1_000_000

_TRAFFIC_KEYS = ("shop_id", "day", "channel_code", "kind_code", "campaign_id", "influencer_id")
_TRAFFIC_SUMS = (
    "visits", "bounces", "page_views", "duration_seconds", "carts", "product_visits",
    "cart_visits", "order_visits", "clicks", "valid_clicks",
)  # fmt: skip
_COST_SUMS = (
    "spend_minor", "fee_minor", "goods_given_minor", "platform_fee_minor", "commission_minor",
    "impressions", "clicks",
)  # fmt: skip
_CREDIT_SUMS = (
    "orders_micro", "net_revenue_minor", "refund_minor", "refunded_orders_micro",
    "goods_cost_minor", "orders_without_goods_cost_micro",
)  # fmt: skip


@dataclass
class World:
    """A workspace with facts; each `add_` writes the fine fact, `roll_up` the roll-ups."""

    session: Session
    workspace: Workspace
    own: Shop
    tmall: Shop

    def state(self, **changes: Any) -> ReportState:
        """The three days around Singles' Day, compared with the three days before."""
        args = {"from": START.isoformat(), "to": END.isoformat()}
        return ReportState.from_args(args, self.workspace, TODAY).changed(**changes)

    def add_traffic(
        self,
        channel: Channel,
        kind: Kind | None,
        day: date = START,
        *,
        shop: Shop | None = None,
        campaign_id: int = 0,
        influencer_id: int = 0,
        **sums: int,
    ) -> None:
        row = {
            "shop_id": (shop or self.own).id,
            "day": day,
            "channel_code": channel.code,
            "kind_code": kind.code if kind else 0,
            "campaign_id": campaign_id,
            "influencer_id": influencer_id,
            **dict.fromkeys(_TRAFFIC_SUMS, 0),
            **sums,
        }
        self.session.execute(insert(TrafficDay), [row])
        self._roll_up(
            TrafficDayChannel, row, ("shop_id", "day", "channel_code", "kind_code"), _TRAFFIC_SUMS
        )

    def add_traffic_of(self, influencer_id: int, day: date) -> None:
        """One visit of an influencer."""
        self.add_traffic(Channel.KOL, Kind.KOL, day, influencer_id=influencer_id, visits=1)

    def add_cost(
        self,
        channel: Channel,
        kind: Kind,
        day: date = START,
        *,
        shop_id: int = 0,
        campaign_id: int = 0,
        influencer_id: int = 0,
        media: Channel | None = None,
        **sums: int,
    ) -> None:
        row = {
            "workspace_id": self.workspace.id,
            "day": day,
            "shop_id": shop_id,
            "channel_code": channel.code,
            "kind_code": kind.code,
            "campaign_id": campaign_id,
            "influencer_id": influencer_id,
            "media_channel_code": media.code if media else 0,
            **dict.fromkeys(_COST_SUMS, 0),
            **sums,
        }
        self.session.execute(insert(CostDay), [row])
        keys = ("workspace_id", "day", "shop_id", "channel_code", "kind_code")
        self._roll_up(CostDayChannel, row, keys, _COST_SUMS)

    def add_credit(
        self,
        channel: Channel | None,
        kind: Kind | None,
        day: date = START,
        *,
        ordered_on: date | None = None,
        shop: Shop | None = None,
        campaign_id: int = 0,
        influencer_id: int = 0,
        evidence: str = "none",
        customer: str = "unknown",
        model: Model = Model.last_non_direct,
        orders: float = 0,
        **sums: int,
    ) -> None:
        row = {
            "policy_id": self.workspace.policy_id,
            "shop_id": (shop or self.own).id,
            "ordered_on": ordered_on or day,
            "model_code": 1 + MODELS.index(model),
            "booked_on": day,
            "channel_code": channel.code if channel else 0,
            "kind_code": kind.code if kind else 0,
            "campaign_id": campaign_id,
            "influencer_id": influencer_id,
            "evidence": EVIDENCE[evidence],
            "customer_kind": CUSTOMER_KINDS[customer],
            **dict.fromkeys(_CREDIT_SUMS, 0),
            "orders_micro": round(orders * MICRO),
            **sums,
        }
        self.session.execute(insert(CreditDay), [row])
        keys = (
            "policy_id", "model_code", "shop_id", "booked_on", "channel_code", "kind_code",
            "customer_kind",
        )  # fmt: skip
        self._roll_up(CreditDayChannel, row, keys, _CREDIT_SUMS)

    def add_ledger(
        self,
        order: Order,
        *,
        channel: Channel | None = Channel.KOL,
        kind: Kind | None = Kind.KOL,
        influencer_id: int = 0,
        campaign_id: int = 0,
        evidence: int = 0,
        weight: int = MICRO,
        net: int | None = None,
        entry: int = 0,
        position: int = 1,
        booked_on: date | None = None,
        flush: bool = True,
    ) -> None:
        """A row of the ledger of an order, equal under every model."""
        minor = order.net_base_minor if net is None else net
        self.session.add(
            Credit(
                policy_id=self.workspace.policy_id,
                shop_id=order.shop_id,
                ordered_on=order.ordered_on,
                order_id=order.id,
                entry=entry,
                position=position,
                booked_on=booked_on or order.ordered_on,
                touch_kind=1 if channel else 0,
                touch_id=0,
                touched_at=order.placed_at,
                channel_code=channel.code if channel else 0,
                kind_code=kind.code if channel and kind else 0,
                campaign_id=campaign_id,
                influencer_id=influencer_id,
                evidence=evidence,
                **{f"weight_{model}": weight for model in MODELS},
                **{f"net_{model}": minor for model in MODELS},
            )
        )
        if flush:
            self.session.flush()

    def _roll_up(
        self, table: Any, row: dict[str, Any], keys: tuple[str, ...], sums: tuple[str, ...]
    ) -> None:
        key = {name: row[name] for name in keys}
        found = self.session.get(table, tuple(key[c.key] for c in table.__table__.primary_key))
        if found is None:
            self.session.add(table(**key, **{name: row[name] for name in sums}))
        else:
            for name in sums:
                setattr(found, name, getattr(found, name) + row[name])
        self.session.flush()

    def add_promotion(self, festival: str, starts_on: date, ends_on: date) -> None:
        self.session.add(
            Promotion(
                workspace_id=self.workspace.id,
                festival=festival,
                name=f"{festival} {starts_on.year}",
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=NOON,
            )
        )
        self.session.flush()


def make_world(session: Session) -> World:
    """An empty world: a shop with our script, one without, and the default policy."""
    workspace = factories.WorkspaceFactory()
    policy = DomainPolicy()
    stored = Policy(
        workspace_id=workspace.id,
        content_hash=policy.content_hash(),
        document={"lookback_days": 30},
        created_at=NOON,
    )
    session.add(stored)
    session.flush()
    workspace.policy_id = stored.id
    session.flush()
    own = factories.ShopFactory(workspace=workspace, name="山野茶铺")
    tmall = factories.ShopFactory(workspace=workspace, platform="tmall", has_script=False)
    return World(session, workspace, own, tmall)


def singles_day(world: World) -> dict[str, int]:
    """Fill a world with three days of everything; gives the ids of people and campaigns."""
    w = world
    lin = factories.InfluencerFactory(workspace=w.workspace, name="林小满", slug="lin")
    feng = factories.InfluencerFactory(workspace=w.workspace, name="阿峰测评", slug="feng")
    quiet = factories.InfluencerFactory(workspace=w.workspace, name="竹里馆", slug="quiet")
    sale = factories.CampaignFactory(workspace=w.workspace, utm_campaign="double11", name="双11")
    before = START - timedelta(days=3)
    kol, natural, paid = Kind.KOL, Kind.NATURAL, Kind.PAID

    w.add_traffic(Channel.DIRECT, natural, visits=100, bounces=40, page_views=300)
    w.add_traffic(Channel.ORGANIC_SEARCH, natural, END, visits=50, bounces=10)
    w.add_traffic(Channel.PAID_SOCIAL, paid, visits=80, bounces=60, campaign_id=sale.id)
    w.add_traffic(Channel.KOL, kol, visits=60, influencer_id=lin.id, clicks=70, valid_clicks=60)
    w.add_traffic(Channel.INTERNAL, None, visits=7)
    w.add_traffic(Channel.DIRECT, natural, before, visits=90)

    w.add_cost(Channel.PAID_SOCIAL, paid, spend_minor=50_000, campaign_id=sale.id, clicks=200,
               impressions=10_000)  # fmt: skip
    w.add_cost(Channel.KOL, kol, fee_minor=20_000, influencer_id=lin.id)
    w.add_cost(Channel.KOL, kol, END, commission_minor=1_500, influencer_id=lin.id,
               shop_id=w.own.id)  # fmt: skip
    w.add_cost(Channel.KOL, kol, spend_minor=3_000, influencer_id=feng.id,
               media=Channel.PAID_SOCIAL)  # fmt: skip

    w.add_credit(Channel.DIRECT, natural, orders=2, net_revenue_minor=30_000, customer="returning",
                 goods_cost_minor=9_000)  # fmt: skip
    w.add_credit(Channel.PAID_SOCIAL, paid, END, orders=3, net_revenue_minor=60_000, customer="new",
                 campaign_id=sale.id, goods_cost_minor=20_000)  # fmt: skip
    w.add_credit(Channel.KOL, kol, orders=2, net_revenue_minor=40_000, customer="new",
                 influencer_id=lin.id, evidence="coupon", goods_cost_minor=10_000)  # fmt: skip
    w.add_credit(Channel.KOL, kol, END, orders=1, net_revenue_minor=25_000, customer="returning",
                 influencer_id=lin.id, evidence="link", goods_cost_minor=5_000)  # fmt: skip
    w.add_credit(Channel.KOL, kol, END, orders=1, net_revenue_minor=9_000, shop=w.tmall,
                 influencer_id=feng.id, evidence="affiliate",
                 orders_without_goods_cost_micro=MICRO)  # fmt: skip
    # a refund in the period of an order from before it, and one after it of an order in it
    w.add_credit(Channel.DIRECT, natural, END, ordered_on=before, net_revenue_minor=-4_000,
                 refund_minor=4_000, refunded_orders_micro=MICRO)  # fmt: skip
    w.add_credit(Channel.DIRECT, natural, END + timedelta(days=5), ordered_on=START,
                 net_revenue_minor=-6_000, refund_minor=6_000)  # fmt: skip
    w.add_credit(None, None, orders=1, net_revenue_minor=11_000, shop=w.tmall)
    w.add_credit(None, None, END, orders=1, net_revenue_minor=5_000)
    w.add_credit(Channel.DIRECT, natural, before, orders=1, net_revenue_minor=20_000)
    w.add_credit(Channel.DIRECT, natural, orders=1, net_revenue_minor=1, model=Model.first)
    return {"lin": lin.id, "feng": feng.id, "quiet": quiet.id, "sale": sale.id}
