"""The way from an empty workspace to the first ROI, ticked by what is in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from tracker.models import (
    CostDayChannel,
    Coupon,
    CouponOwnership,
    CreditDayChannel,
    Deal,
    Influencer,
    Order,
    Shop,
    Spend,
    TrackedLink,
    Visit,
    Workspace,
)

SCRIPT_PLATFORMS = ("own", "shopify", "woocommerce", "youzan")
"""Shops that our script can be pasted into."""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step: shop, orders, visits, influencer, signal, cost or result. is_next: the first that is
    not done."""

    code: str
    is_done: bool
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """steps in the order in which they are best taken; influencer_id: the first influencer, whose
    link, code and deal come next; 0: there is none."""

    steps: tuple[FirstStep, ...]
    influencer_id: int = 0

    @property
    def n_done(self) -> int:
        """Steps that are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def is_over(self) -> bool:
        """Whether there is an ROI to see: then nobody needs the list any more."""
        return self.steps[-1].is_done


def read_first_steps(session: Session, workspace: Workspace) -> FirstSteps:
    """What is there and what comes next; one statement that stops at the first row of each."""
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    first_influencer = (
        select(Influencer.id)
        .where(Influencer.workspace_id == workspace.id)
        .order_by(Influencer.id)
        .limit(1)
        .scalar_subquery()
    )
    tests = _tests(workspace, shops)
    row = session.execute(select(*tests.values(), first_influencer)).one()
    found = dict(zip(tests, row, strict=False))
    codes = ["shop", "orders", "visits", "influencer", "signal", "cost", "result"]
    if not found["script"]:
        codes.remove("visits")
    steps: list[FirstStep] = []
    for code in codes:
        is_next = not found[code] and all(step.is_done for step in steps)
        steps.append(FirstStep(code, bool(found[code]), is_next))
    return FirstSteps(tuple(steps), row[-1] or 0)


def _tests(workspace: Workspace, shops: Any) -> dict[str, ColumnElement[bool]]:
    """Code -> whether there is such a row."""
    mine = workspace.id
    return {
        "shop": exists().where(Shop.workspace_id == mine),
        "script": exists().where(Shop.workspace_id == mine, Shop.platform.in_(SCRIPT_PLATFORMS)),
        "orders": exists().where(Order.shop_id.in_(shops)),
        "visits": exists().where(Visit.shop_id.in_(shops)),
        "influencer": exists().where(Influencer.workspace_id == mine),
        "signal": or_(
            exists().where(TrackedLink.workspace_id == mine, TrackedLink.influencer_id > 0),
            exists().where(CouponOwnership.coupon_id == Coupon.id, Coupon.shop_id.in_(shops)),
        ),
        "cost": or_(
            exists().where(Deal.workspace_id == mine), exists().where(Spend.workspace_id == mine)
        ),
        "result": exists().where(
            CreditDayChannel.policy_id == workspace.policy_id,
            CreditDayChannel.shop_id.in_(shops),
            CreditDayChannel.channel_code > 0,
            CreditDayChannel.orders_micro > 0,
            exists().where(CostDayChannel.workspace_id == mine),
        ),
    }
