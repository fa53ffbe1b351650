"""Commissions of a day: as the affiliate platform states them, else computed from the deal.

A commission follows the credits of the workspace's policy under one fixed model, whatever model a
report shows (SEMANTICS 5). An imported commission replaces the computed one for its order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, literal, select
from sqlalchemy.orm import Session

from tracker.domain.costs import DealTerms, commission_steps, deal_for
from tracker.domain.money import convert
from tracker.domain.policy import DEFAULT_MODEL
from tracker.models import AffiliateRow, Credit, Deal, Order, Shop, Workspace
from tracker.services.affiliate_refunds import given_back

Commission = tuple[int, int, int, int]
"""Shop, campaign, influencer, amount in minor units of the base currency."""


def day_commissions(session: Session, workspace: Workspace, day: date) -> list[Commission]:
    """Commissions booked on one day: imported ones, what was given back of them, computed ones."""
    return [
        *_imported(session, workspace, day),
        *given_back(session, workspace, day),
        *_computed(session, workspace, day),
    ]


def _imported(session: Session, workspace: Workspace, day: date) -> Iterator[Commission]:
    rows = session.scalars(
        select(AffiliateRow)
        .join(Shop, Shop.id == AffiliateRow.shop_id)
        .where(
            Shop.workspace_id == workspace.id,
            AffiliateRow.booked_on == day,
            AffiliateRow.status != "void",
            AffiliateRow.commission_minor.is_not(None),
        )
    )
    for row in rows:
        stated = row.commission_minor or 0
        amount = convert(stated, row.currency, workspace.base_currency, row.fx_e8)
        yield row.shop_id, 0, row.influencer_id, amount


def _computed(session: Session, workspace: Workspace, day: date) -> Iterator[Commission]:
    """Rate of the deal x credited net of each order; refunds book the difference on their day."""
    deals = _deals(session, workspace)
    if not deals:
        return
    for (shop_id, _, influencer_id), rows in groupby(
        _ledger(session, workspace, day, {deal.influencer_id for deal in deals}),
        key=lambda row: (row.shop_id, row.order_id, row.influencer_id),
    ):
        entries = list(rows)
        deal = deal_for(deals, influencer_id, entries[0].ordered_on)
        if deal is not None:
            steps = commission_steps(
                list(accumulate(entry.net for entry in entries)), deal.commission_ppm
            )
            amount = sum(
                step for step, entry in zip(steps, entries, strict=True) if entry.booked_on == day
            )
            yield shop_id, deal.campaign_id, influencer_id, amount


def _deals(session: Session, workspace: Workspace) -> list[DealTerms]:
    rows = session.scalars(
        select(Deal).where(Deal.workspace_id == workspace.id, Deal.commission_ppm > 0)
    )
    return [
        DealTerms(
            deal_id=row.id,
            influencer_id=row.influencer_id,
            campaign_id=row.campaign_id,
            commission_ppm=row.commission_ppm,
            starts_on=row.posted_on,
            ends_on=row.ends_on,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an influencer was credited by one ledger entry of one order."""

    shop_id: int
    order_id: int
    influencer_id: int
    ordered_on: date
    booked_on: date
    net: int


def _ledger(
    session: Session, workspace: Workspace, day: date, influencer_ids: Collection[int]
) -> Iterator[_Entry]:
    """All entries, oldest first, of (order, influencer) with an entry booked on the day.

    Without those for which the platform states a commission.
    """
    net: ColumnElement[int] = getattr(Credit, f"net_{DEFAULT_MODEL}")
    mine = and_(
        Credit.policy_id == workspace.policy_id, Credit.influencer_id.in_(sorted(influencer_ids))
    )
    touched = (
        select(Credit.shop_id, Credit.ordered_on, Credit.order_id, Credit.influencer_id)
        .where(mine, Credit.booked_on == day)
        .distinct()
        .subquery()
    )
    stated = (
        select(literal(1))
        .where(
            AffiliateRow.shop_id == Order.shop_id,
            AffiliateRow.order_ref == Order.ref,
            AffiliateRow.influencer_id == Credit.influencer_id,
            AffiliateRow.status != "void",
            AffiliateRow.commission_minor.is_not(None),
        )
        .exists()
    )
    keys = (Credit.order_id, Credit.influencer_id, Credit.entry)
    rows = session.execute(
        select(
            Credit.shop_id,
            Credit.order_id,
            Credit.influencer_id,
            Credit.ordered_on,
            Credit.booked_on,
            cast(func.sum(net), BigInteger),
        )
        .join(
            touched,
            and_(
                touched.c.shop_id == Credit.shop_id,
                touched.c.ordered_on == Credit.ordered_on,
                touched.c.order_id == Credit.order_id,
                touched.c.influencer_id == Credit.influencer_id,
            ),
        )
        .join(Order, Order.id == Credit.order_id)
        .where(mine, ~stated)
        .group_by(Credit.shop_id, Credit.ordered_on, Credit.booked_on, *keys)
        .order_by(*keys)
    )
    for row in rows:
        yield _Entry(*row)
