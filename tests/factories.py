"""Rows for tests: each factory makes the smallest row that is legal, with what it hangs on.

They write to the session of the fixture `session` (or `committed_session`), flushed and not
committed. Inside another session: `with factories.using(session): ShopFactory()`.

    shop = ShopFactory(platform="tmall")
    coupon = CouponFactory(shop=shop, code="lina10", influencer__name="Li Na")

All instants lie around `NOON`, a noon in Shanghai, so that a test reads like a calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.orm import Session

from tracker import models

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
"""2026-11-11 12:00 in Shanghai."""

TODAY = date(2026, 11, 11)

ONE = 100_000_000
"""An exchange rate of 1, in 1e-8."""

_sessions: list[Session] = []


@contextmanager
def using(session: Session) -> Iterator[Session]:
    """Let the factories write to this session."""
    _sessions.append(session)
    try:
        yield session
    finally:
        _sessions.remove(session)


def _current() -> Session:
    if not _sessions:
        raise LookupError("ask for the fixture `session`, or say `with factories.using(session)`")
    return _sessions[-1]


class _Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = _current
        sqlalchemy_session_persistence = "flush"


class WorkspaceFactory(_Factory):
    class Meta:
        model = models.Workspace

    slug = factory.Sequence("brand-{}".format)
    name = factory.Sequence("Brand {}".format)
    base_currency = "CNY"
    time_zone = "Asia/Shanghai"
    rules_version = 1
    created_at = NOON - timedelta(days=400)


class ShopFactory(_Factory):
    class Meta:
        model = models.Shop

    class Params:
        workspace = factory.SubFactory(WorkspaceFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.workspace.id)
    slug = factory.Sequence("shop-{}".format)
    name = factory.Sequence("Shop {}".format)
    platform = "own"
    currency = factory.LazyAttribute(lambda row: row.workspace.base_currency)
    time_zone = "Asia/Shanghai"
    site_key = factory.Sequence("site-key-{:08d}".format)
    hostnames = factory.Sequence("shop-{}.example".format)
    has_script = True
    created_at = NOON - timedelta(days=400)


class UserFactory(_Factory):
    class Meta:
        model = models.User

    email = factory.Sequence("user{}@example.com".format)
    name = "Wang Fang"
    password_hash = "!"
    """No password matches it; tests of signing in set a real one."""
    is_admin = True
    locale = "en"
    created_at = NOON - timedelta(days=30)


class CampaignFactory(_Factory):
    class Meta:
        model = models.Campaign

    class Params:
        workspace = factory.SubFactory(WorkspaceFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.workspace.id)
    utm_campaign = factory.Sequence("campaign-{}".format)
    name = factory.Sequence("Campaign {}".format)
    created_at = NOON - timedelta(days=60)


class InfluencerFactory(_Factory):
    class Meta:
        model = models.Influencer

    class Params:
        workspace = factory.SubFactory(WorkspaceFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.workspace.id)
    slug = factory.Sequence("influencer-{}".format)
    name = factory.Sequence("Influencer {}".format)
    created_at = NOON - timedelta(days=60)


class SocialAccountFactory(_Factory):
    class Meta:
        model = models.SocialAccount

    influencer = factory.SubFactory(InfluencerFactory)
    workspace_id = factory.LazyAttribute(lambda row: row.influencer.workspace_id)
    platform = "xiaohongshu"
    handle = factory.Sequence("handle{}".format)
    followers = 120_000


class DealFactory(_Factory):
    class Meta:
        model = models.Deal

    class Params:
        influencer = factory.SubFactory(InfluencerFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.influencer.workspace_id)
    influencer_id = factory.LazyAttribute(lambda row: row.influencer.id)
    ref = factory.Sequence("deal-{}".format)
    currency = "CNY"
    fx_e8 = ONE
    fee_minor = 500_000
    posted_on = TODAY
    created_at = NOON - timedelta(days=30)


class CouponFactory(_Factory):
    """A code; `influencer=` (or `influencer__name=`) makes them its owner since ever."""

    class Meta:
        model = models.Coupon

    class Params:
        shop = factory.SubFactory(ShopFactory)

    shop_id = factory.LazyAttribute(lambda row: row.shop.id)
    code = factory.Sequence("code{}".format)
    label = factory.LazyAttribute(lambda row: row.code.upper())

    @factory.post_generation
    def influencer(self: Any, create: bool, given: Any, **details: Any) -> None:
        """Give the code to an influencer."""
        if not create or (given is None and not details):
            return
        session = _current()
        workspace = session.get_one(models.Workspace, _shop_of(self).workspace_id)
        owner = given or InfluencerFactory(workspace=workspace, **details)
        CouponOwnershipFactory(coupon=self, influencer=owner)


def _shop_of(coupon: models.Coupon) -> models.Shop:
    return _current().get_one(models.Shop, coupon.shop_id)


class CouponOwnershipFactory(_Factory):
    class Meta:
        model = models.CouponOwnership

    class Params:
        influencer = factory.SubFactory(InfluencerFactory)

    coupon = factory.SubFactory(CouponFactory)
    influencer_id = factory.LazyAttribute(lambda row: row.influencer.id)
    valid_from = NOON - timedelta(days=365)
    valid_until = None


class TrackedLinkFactory(_Factory):
    class Meta:
        model = models.TrackedLink

    class Params:
        shop = factory.SubFactory(ShopFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.shop.workspace_id)
    shop_id = factory.LazyAttribute(lambda row: row.shop.id)
    slug = factory.Sequence("link-{}".format)
    target_url = "https://shop.example/item/1"
    created_at = NOON - timedelta(days=60)


class MarkFactory(_Factory):
    """A mark as already read: the derived columns are what the test says they are."""

    class Meta:
        model = models.Mark

    class Params:
        workspace = factory.SubFactory(WorkspaceFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.workspace.id)
    key = factory.Sequence("mark-{}".format)
    channel_code = 1
    kind_code = 1
    rules_version = 1


class VisitorFactory(_Factory):
    class Meta:
        model = models.Visitor

    class Params:
        shop = factory.SubFactory(ShopFactory)

    shop_id = factory.LazyAttribute(lambda row: row.shop.id)
    key = factory.Sequence("visitor-{:016x}".format)
    created_at = NOON - timedelta(days=10)


class HitFactory(_Factory):
    class Meta:
        model = models.Hit

    class Params:
        visitor = factory.SubFactory(VisitorFactory)
        mark = factory.SubFactory(MarkFactory)

    shop_id = factory.LazyAttribute(lambda row: row.visitor.shop_id)
    event_id = factory.Sequence("event-{:012d}".format)
    visitor_id = factory.LazyAttribute(lambda row: row.visitor.id)
    at = factory.Sequence(lambda n: NOON + timedelta(seconds=n))
    kind = "page_view"
    mark_id = factory.LazyAttribute(lambda row: row.mark.id)
    path = "/"


class VisitFactory(_Factory):
    class Meta:
        model = models.Visit

    class Params:
        visitor = factory.SubFactory(VisitorFactory)
        mark = factory.SubFactory(MarkFactory)

    shop_id = factory.LazyAttribute(lambda row: row.visitor.shop_id)
    visitor_id = factory.LazyAttribute(lambda row: row.visitor.id)
    first_event_id = factory.Sequence("event-v{:012d}".format)
    started_at = NOON - timedelta(days=1)
    last_at = factory.LazyAttribute(lambda row: row.started_at + timedelta(minutes=2))
    mark_id = factory.LazyAttribute(lambda row: row.mark.id)
    n_page_views = 3
    n_events = 0


class OrderFactory(_Factory):
    """A paid order of 100.00 without freight, tax or discount."""

    class Meta:
        model = models.Order

    class Params:
        shop = factory.SubFactory(ShopFactory)

    shop_id = factory.LazyAttribute(lambda row: row.shop.id)
    ref = factory.Sequence("order-{:06d}".format)
    placed_at = NOON
    ordered_on = factory.LazyAttribute(
        lambda row: row.placed_at.astimezone(ZoneInfo(row.shop.time_zone)).date()
    )
    paid_at = factory.LazyAttribute(lambda row: row.placed_at)
    status = "paid"
    version_at = factory.LazyAttribute(lambda row: row.placed_at)
    content_hash = factory.Sequence("{:064x}".format)
    currency = factory.LazyAttribute(lambda row: row.shop.currency)
    fx_e8 = ONE
    paid_minor = 10_000
    gross_minor = factory.LazyAttribute(lambda row: row.paid_minor)
    freight_minor = 0
    tax_minor = 0
    net_base_minor = factory.LazyAttribute(
        lambda row: (
            row.paid_minor - row.freight_minor - row.tax_minor if row.status == "paid" else 0
        )
    )


class RefundFactory(_Factory):
    class Meta:
        model = models.Refund

    class Params:
        order = factory.SubFactory(OrderFactory)

    shop_id = factory.LazyAttribute(lambda row: row.order.shop_id)
    order_ref = factory.LazyAttribute(lambda row: row.order.ref)
    ref = factory.Sequence("refund-{}".format)
    refunded_at = NOON + timedelta(days=3)
    refunded_on = TODAY + timedelta(days=3)
    amount_minor = 2_500


class SpendFactory(_Factory):
    class Meta:
        model = models.Spend

    class Params:
        workspace = factory.SubFactory(WorkspaceFactory)

    workspace_id = factory.LazyAttribute(lambda row: row.workspace.id)
    platform = "ocean_engine"
    account = "main"
    campaign_ref = factory.Sequence("ad-{}".format)
    spent_on = TODAY
    channel_code = 1
    currency = "CNY"
    fx_e8 = ONE
    amount_minor = 30_000
