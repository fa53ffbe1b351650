"""The demo brand out of the database again, with everything that was derived from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Delete, delete, select
from sqlalchemy.orm import Session

from tracker.config import Settings
from tracker.db import Database
from tracker.demo.truth import truth_file
from tracker.demo.world import SLUG
from tracker.models import (
    AffiliateRefund,
    AffiliateRow,
    AlertRule,
    Alias,
    Base,
    Campaign,
    ChannelRule,
    CommissionDecision,
    CommissionRow,
    CommissionRule,
    CostDay,
    CostDayChannel,
    Coupon,
    CouponDay,
    CouponOwnership,
    Credit,
    CreditDay,
    CreditDayChannel,
    Customer,
    Deal,
    DirtyDay,
    FactVersion,
    FxRate,
    GoodsCost,
    Hit,
    ImportBatch,
    ImportNote,
    Influencer,
    Mark,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    OrderVisitor,
    Page,
    PageDay,
    PlatformFigure,
    Policy,
    Product,
    ProductDay,
    Promotion,
    Refund,
    SettlementSetting,
    Shop,
    SocialAccount,
    Spend,
    Statement,
    TagDay,
    Touch,
    TrackedLink,
    TrafficDay,
    TrafficDayChannel,
    Visit,
    Visitor,
    Workspace,
)

ROWS_A_TIME = 20_000
"""Rows deleted in one transaction, so that nobody waits long for the write lock."""

Step = tuple[type[Base], ColumnElement[bool]]


def remove_demo(database: Database, settings: Settings) -> int:
    """Take the demo brand away, whether it is complete or not; other workspaces stay.

    Many short transactions, the workspace's own row last: an interrupted removal is finished by
    calling it again.

    Returns:
        the number of rows deleted; 0: there was no demo brand.
    """
    with database.read() as session:
        workspace_id = session.scalar(
            select(Workspace.id).where(Workspace.slug == SLUG, Workspace.is_demo.is_(True))
        )
    removed = 0
    if workspace_id is not None:
        for model, condition in _steps(workspace_id):
            removed += _delete(database, model, condition)
    shutil.rmtree(truth_file(settings.home_dir).parent, ignore_errors=True)
    return removed


def _steps(workspace_id: int) -> Iterator[Step]:
    """Tables in the order in which they can be emptied: a row before those that it hangs on."""
    shops = select(Shop.id).where(Shop.workspace_id == workspace_id).scalar_subquery()
    policies = select(Policy.id).where(Policy.workspace_id == workspace_id).scalar_subquery()
    orders = select(Order.id).where(Order.shop_id.in_(shops)).scalar_subquery()
    coupons = select(Coupon.id).where(Coupon.shop_id.in_(shops)).scalar_subquery()
    batches = select(ImportBatch.id).where(ImportBatch.workspace_id == workspace_id)
    yield DirtyDay, DirtyDay.workspace_id == workspace_id
    for by_policy in (CreditDayChannel, CreditDay, CouponDay, ProductDay, Credit):
        yield by_policy, by_policy.policy_id.in_(policies)
    for fact in (TrafficDayChannel, TrafficDay, PageDay, TagDay):
        yield fact, fact.shop_id.in_(shops)
    for cost in (
        CostDayChannel, CostDay, FactVersion, CommissionRow, CommissionDecision, CommissionRule,
        Statement, SettlementSetting,
    ):  # fmt: skip
        yield cost, cost.workspace_id == workspace_id
    for part in (OrderLine, OrderCoupon, OrderMark):
        yield part, part.order_id.in_(orders)
    for of_shop in (
        OrderVisitor, Refund, AffiliateRefund, AffiliateRow, Order, Touch, Visit, Hit, Visitor,
    ):  # fmt: skip
        yield of_shop, of_shop.shop_id.in_(shops)
    for of_goods in (GoodsCost, Product, Page):
        yield of_goods, of_goods.shop_id.in_(shops)
    yield CouponOwnership, CouponOwnership.coupon_id.in_(coupons)
    yield Coupon, Coupon.shop_id.in_(shops)
    yield ImportNote, ImportNote.batch_id.in_(batches.scalar_subquery())
    for owned in (
        AlertRule, TrackedLink, Deal, SocialAccount, Influencer, Campaign, Spend, FxRate, Promotion,
        Customer, Mark, Alias, ChannelRule, PlatformFigure, ImportBatch, Policy, Shop,
    ):  # fmt: skip
        yield owned, owned.workspace_id == workspace_id
    yield Workspace, Workspace.id == workspace_id


def _delete(database: Database, model: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete rows in pieces, as far as the table numbers its rows; returns how many."""
    removed = 0
    while True:
        with database.write() as session:
            done = _run(session, _piece(model, condition))
        removed += done
        if done < ROWS_A_TIME or "id" not in model.__table__.c:
            return removed


def _piece(model: type[Base], condition: ColumnElement[bool]) -> Delete:
    if "id" not in model.__table__.c:
        return delete(model).where(condition)
    number = model.__table__.c["id"]
    some = select(number).where(condition).order_by(number).limit(ROWS_A_TIME)
    return delete(model).where(number.in_(some))


def _run(session: Session, statement: Delete) -> int:
    result = session.connection().execute(statement)
    return max(0, result.rowcount)
