"""What influencers were promised: rates of deals, rules, and how a workspace settles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.domain.commissions import HOLDING_DAYS, Rule, Terms, Tier, percent
from tracker.domain.policy import MODELS
from tracker.models import CommissionRule, Deal, Influencer, SettlementSetting, Workspace
from tracker.services import audit, dirty
from tracker.services.bulk import among
from tracker.services.errors import RefusedError

MAX_TIERS = 10


def setting_of(session: Session, workspace: Workspace) -> SettlementSetting:
    """How the workspace settles; one with the defaults (not stored) while nobody has chosen."""
    return session.get(SettlementSetting, workspace.id) or SettlementSetting(
        workspace_id=workspace.id, model="last_non_direct", holding_days=30, pays_imported=False
    )


def save_setting(
    session: Session,
    workspace: Workspace,
    *,
    model: str,
    holding_days: int,
    pays_imported: bool,
    user_id: int = 0,
) -> None:
    """Choose how the workspace settles.

    Open commissions are computed anew under another model; what statements hold stays.
    Raises RefusedError: not_found (no such model or holding period).
    """
    if model not in tuple(MODELS) or holding_days not in HOLDING_DAYS:
        raise RefusedError("not_found", "model")
    before = setting_of(session, workspace)
    is_same = (before.model, before.pays_imported) == (model, pays_imported)
    session.merge(
        SettlementSetting(
            workspace_id=workspace.id,
            model=model,
            holding_days=holding_days,
            pays_imported=pays_imported,
        )
    )
    session.flush()
    if not is_same:
        dirty.commission_terms_changed(session, workspace)
    audit.note(
        session, "settlement.set", workspace.slug, user_id=user_id, model=model,
        holding_days=holding_days, pays_imported=pays_imported,
    )  # fmt: skip


def terms_of(session: Session, workspace: Workspace) -> list[Terms]:
    """All terms of a workspace: a deal's rule, else its rate, and rules without a deal.

    A deal that promises nothing covers no day.
    """
    rules = session.scalars(
        select(CommissionRule).where(CommissionRule.workspace_id == workspace.id)
    ).all()
    of_deals = {rule.deal_id: rule for rule in rules if rule.deal_id}
    found = [_general(rule) for rule in rules if not rule.deal_id]
    deals = select(
        Deal.id, Deal.influencer_id, Deal.campaign_id, Deal.commission_ppm, Deal.posted_on,
        Deal.ends_on,
    )  # fmt: skip
    promising = (Deal.commission_ppm > 0) | among(session, Deal.id, of_deals)
    for deal in session.execute(deals.where(Deal.workspace_id == workspace.id, promising)):
        own = of_deals.get(deal.id)
        found.append(
            Terms(
                influencer_id=deal.influencer_id,
                rule=percent(deal.commission_ppm) if own is None else rule_of(own),
                starts_on=deal.posted_on,
                ends_on=deal.ends_on,
                deal_id=deal.id,
                rule_id=0 if own is None else own.id,
                campaign_id=deal.campaign_id,
            )
        )
    return found


def rule_of(row: CommissionRule) -> Rule:
    """The rule that a row stores."""
    return Rule(
        tiers=tuple(Tier(from_minor, value) for from_minor, value in row.tiers),
        is_flat=row.is_flat,
        new_only=row.new_only,
        cap_order_minor=row.cap_order_minor,
        cap_month_minor=row.cap_month_minor,
    )


def _general(row: CommissionRule) -> Terms:
    return Terms(
        influencer_id=row.influencer_id,
        rule=rule_of(row),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        rule_id=row.id,
    )


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as a form gives it."""

    influencer_id: int
    rule: Rule
    starts_on: date
    ends_on: date | None = None
    deal_id: int = 0


def create_rule(
    session: Session, workspace: Workspace, new: NewRule, *, user_id: int = 0
) -> CommissionRule:
    """Enter a rule; one of the same deal, or of the same first day without a deal, is replaced.

    Raises:
        RefusedError: unknown_influencer, not_found (the deal), bad_tiers, period_ends_early.
    """
    influencer = session.get(Influencer, new.influencer_id)
    if influencer is None or influencer.workspace_id != workspace.id:
        raise RefusedError("unknown_influencer", "influencer")
    deal = session.get(Deal, new.deal_id) if new.deal_id else None
    if new.deal_id and (deal is None or deal.influencer_id != influencer.id):
        raise RefusedError("not_found", "deal")
    check_tiers(new.rule.tiers)
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise RefusedError("period_ends_early", "ends_on")
    starts_on = new.starts_on if deal is None else deal.posted_on
    same = CommissionRule.deal_id == new.deal_id
    session.execute(
        delete(CommissionRule).where(
            CommissionRule.influencer_id == influencer.id,
            same if new.deal_id else same & (CommissionRule.starts_on == starts_on),
        )
    )
    row = CommissionRule(
        workspace_id=workspace.id, influencer_id=influencer.id, deal_id=new.deal_id,
        is_flat=new.rule.is_flat, tiers=[[t.from_minor, t.value] for t in new.rule.tiers],
        new_only=new.rule.new_only, cap_order_minor=new.rule.cap_order_minor,
        cap_month_minor=new.rule.cap_month_minor, starts_on=starts_on, ends_on=new.ends_on,
        created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(row)
    session.flush()
    dirty.commission_terms_changed(session, workspace, [influencer.id])
    audit.note(session, "commission_rule.created", influencer.slug, user_id=user_id, rule=row.id)
    return row


def delete_rule(session: Session, rule: CommissionRule, *, user_id: int = 0) -> None:
    """Take a rule away: what is open is computed by what is left (a deal's rate, or nothing)."""
    influencer = session.get_one(Influencer, rule.influencer_id)
    session.delete(rule)
    session.flush()
    workspace = session.get_one(Workspace, rule.workspace_id)
    dirty.commission_terms_changed(session, workspace, [influencer.id])
    audit.note(session, "commission_rule.deleted", influencer.slug, user_id=user_id)


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Raises RefusedError bad_tiers: none or too many, not from 0 upwards, or a value below 0."""
    starts = [tier.from_minor for tier in tiers]
    is_rising = all(a < b for a, b in pairwise(starts))
    if (
        not 1 <= len(tiers) <= MAX_TIERS
        or starts[0] != 0
        or not is_rising
        or any(tier.value < 0 for tier in tiers)
    ):
        raise RefusedError("bad_tiers", "tiers")


def people_with(terms: Iterable[Terms]) -> list[int]:
    """Influencers who have any terms, in order."""
    return sorted({one.influencer_id for one in terms})
