"""A small world of buyers, visits and orders for tests of credits: short to write, explicit ids."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    CouponFactory,
    CouponOwnershipFactory,
    HitFactory,
    InfluencerFactory,
    MarkFactory,
    OrderFactory,
    RefundFactory,
    ShopFactory,
    VisitFactory,
    VisitorFactory,
    WorkspaceFactory,
)
from tracker import models
from tracker.domain.channels import Channel, Kind
from tracker.services.policies import ensure_policy

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(days: float) -> datetime:
    """So many days after NOON (negative: before)."""
    return NOON + timedelta(days=days)


class World:
    """Rows of one workspace with one shop."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.workspace = WorkspaceFactory()
        self.shop = ShopFactory(workspace=self.workspace)
        self.policy = ensure_policy(session, self.workspace)
        self.numbers = count(1)
        self.direct = self.mark(Channel.DIRECT, Kind.NATURAL, "direct")
        self.search = self.mark(Channel.PAID_SEARCH, Kind.PAID, "paid_click")
        self.mail = self.mark(Channel.EMAIL, Kind.NATURAL, "tag")

    def mark(
        self,
        channel: Channel,
        kind: Kind | None,
        precedence: str,
        influencer: models.Influencer | None = None,
        campaign_id: int = 0,
    ) -> models.Mark:
        return MarkFactory(
            workspace=self.workspace,
            channel_code=channel.code,
            kind_code=kind.code if kind else 0,
            precedence_class=precedence,
            influencer_id=influencer.id if influencer else 0,
            campaign_id=campaign_id,
        )

    def influencer(self) -> models.Influencer:
        return InfluencerFactory(workspace=self.workspace)

    def kol_mark(self, influencer: models.Influencer) -> models.Mark:
        return self.mark(Channel.KOL, Kind.KOL, "kol", influencer)

    def visitor(self) -> models.Visitor:
        return VisitorFactory(shop=self.shop)

    def visit(self, visitor: models.Visitor, days: float, mark: models.Mark) -> models.Hit:
        """A visit with its first hit, which is given back: touchpoints are known by it."""
        hit = HitFactory(visitor=visitor, mark=mark, at=at(days))
        VisitFactory(visitor=visitor, mark=mark, started_at=at(days), first_event_id=hit.event_id)
        return hit

    def touch(self, visitor: models.Visitor, days: float, mark: models.Mark) -> models.Touch:
        touch = models.Touch(
            shop_id=self.shop.id, key=f"touch-{next(self.numbers)}", visitor_id=visitor.id,
            at=at(days), mark_id=mark.id,
        )  # fmt: skip
        return self._add(touch)

    def click(self, visitor: models.Visitor, days: float, mark: models.Mark) -> models.Hit:
        return HitFactory(visitor=visitor, mark=mark, at=at(days), kind="click", link_id=1)

    def customer(self) -> models.Customer:
        key = f"customer-{next(self.numbers)}"
        return self._add(models.Customer(workspace_id=self.workspace.id, customer_key=key))

    def order(
        self,
        days: float = 0,
        visitor: models.Visitor | None = None,
        *,
        evidence: str = "signed",
        customer: models.Customer | None = None,
        **more: object,
    ) -> models.Order:
        order = OrderFactory(
            shop=self.shop, placed_at=at(days), customer_id=customer.id if customer else 0, **more
        )
        if visitor is not None:
            self.link(order, visitor, evidence)
        return order

    def link(
        self, order: models.Order, visitor: models.Visitor, evidence: str = "signed",
        days: float = 0, token_hash: str = "",
    ) -> None:  # fmt: skip
        self._add(
            models.OrderVisitor(
                shop_id=order.shop_id, order_ref=order.ref, visitor_id=visitor.id,
                evidence=evidence, at=order.placed_at + timedelta(days=days),
                token_hash=token_hash,
            )
        )  # fmt: skip

    def coupon(
        self, influencer: models.Influencer | None = None, since: float = -365, **more: object
    ) -> models.Coupon:
        coupon = CouponFactory(shop=self.shop, **more)
        if influencer is not None:
            CouponOwnershipFactory(coupon=coupon, influencer=influencer, valid_from=at(since))
        return coupon

    def use(self, order: models.Order, coupon: models.Coupon) -> None:
        self._add(models.OrderCoupon(order_id=order.id, code=coupon.code, raw=coupon.label))

    def affiliate(
        self, order: models.Order, influencer: models.Influencer, clicked: float | None = None,
        commission_minor: int | None = None,
    ) -> models.AffiliateRow:  # fmt: skip
        return self._add(
            models.AffiliateRow(
                shop_id=order.shop_id, platform="jingxuan", order_ref=order.ref,
                influencer_id=influencer.id, clicked_at=None if clicked is None else at(clicked),
                commission_minor=commission_minor, currency="CNY", fx_e8=100_000_000,
                booked_on=order.ordered_on,
            )
        )  # fmt: skip

    def delivered(self, order: models.Order, mark: models.Mark, days: float | None = None) -> None:
        when = order.placed_at if days is None else at(days)
        self._add(models.OrderMark(order_id=order.id, mark_id=mark.id, at=when))

    def refund(self, order: models.Order, days: float, amount_minor: int) -> models.Refund:
        when = at(days)
        return RefundFactory(
            order=order, refunded_at=when, refunded_on=when.astimezone(SHANGHAI).date(),
            amount_minor=amount_minor,
        )  # fmt: skip

    def goods_cost(self, sku: str, minor: int, since: date = date(2026, 1, 1)) -> None:
        self._add(
            models.GoodsCost(shop_id=self.shop.id, sku=sku, valid_from=since, unit_cost_minor=minor)
        )

    def line(self, order: models.Order, sku: str, quantity: int = 1) -> None:
        self._add(
            models.OrderLine(
                order_id=order.id, line_ref=str(next(self.numbers)), sku=sku, quantity=quantity,
                amount_minor=1_000,
            )
        )  # fmt: skip

    def _add(self, row):
        self.session.add(row)
        self.session.flush()
        return row


def rows_of(session: Session, model: type[models.Base]) -> list[tuple[object, ...]]:
    """All rows of a table as plain tuples, sorted: what two runs are compared by."""
    return sorted(tuple(row) for row in session.execute(select(model.__table__)))
