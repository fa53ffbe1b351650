"""What a promotion offers, and changing a promotion."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Promotion, PromotionRule, Workspace
from tracker.models.promotion_rule import RULE_KINDS
from tracker.services.errors import RefusedError
from tracker.services.fact_versions import PROMOTION, raise_version
from tracker.services.promotions import LONGEST_DAYS

WHOLE_PPM = 1_000_000


def update_promotion(
    session: Session,
    workspace: Workspace,
    row: Promotion,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    budget_minor: int | None = None,
) -> None:
    """Change a promotion; rules keep their days.

    Raises RefusedError: value_missing (name), period_ends_early, out_of_range (ends_on),
    promotion_known (starts_on), negative_amount (budget_minor).
    """
    if not name.strip():
        raise RefusedError("value_missing", "name")
    if ends_on < starts_on:
        raise RefusedError("period_ends_early", "ends_on")
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise RefusedError("out_of_range", "ends_on")
    if budget_minor is not None and budget_minor < 0:
        raise RefusedError("negative_amount", "budget_minor")
    twin = select(Promotion.id).where(
        Promotion.workspace_id == workspace.id,
        Promotion.festival == row.festival,
        Promotion.starts_on == starts_on,
        Promotion.id != row.id,
    )
    if session.scalar(twin) is not None:
        raise RefusedError("promotion_known", "starts_on")
    row.name, row.starts_on, row.ends_on = name.strip(), starts_on, ends_on
    row.budget_minor = budget_minor
    session.flush()
    raise_version(session, workspace.id, PROMOTION)


def add_rule(
    session: Session,
    promotion: Promotion,
    *,
    kind: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    threshold_minor: int | None = None,
    off_minor: int | None = None,
    off_ppm: int | None = None,
    deposit_minor: int | None = None,
    note: str = "",
) -> PromotionRule:
    """Write down an offer. Days left out are the promotion's own; a presale may begin before it.

    Raises RefusedError: unknown_value (kind), period_ends_early, out_of_range (ends_on, off_ppm),
    negative_amount (the amount), value_missing (off_minor): it says nothing at all.
    """
    if kind not in RULE_KINDS:
        raise RefusedError("unknown_value", "kind")
    first, last = starts_on or promotion.starts_on, ends_on or promotion.ends_on
    if last < first:
        raise RefusedError("period_ends_early", "ends_on")
    if (last - first).days >= LONGEST_DAYS:
        raise RefusedError("out_of_range", "ends_on")
    amounts = {
        "threshold_minor": threshold_minor,
        "off_minor": off_minor,
        "deposit_minor": deposit_minor,
    }
    for field, amount in amounts.items():
        if amount is not None and amount < 0:
            raise RefusedError("negative_amount", field)
    if off_ppm is not None and not 0 < off_ppm <= WHOLE_PPM:
        raise RefusedError("out_of_range", "off_ppm")
    if not any(value for value in (*amounts.values(), off_ppm, note.strip())):
        raise RefusedError("value_missing", "off_minor")
    row = PromotionRule(
        promotion_id=promotion.id,
        kind=kind,
        starts_on=first,
        ends_on=last,
        off_ppm=off_ppm,
        note=note.strip(),
        **amounts,
    )
    session.add(row)
    session.flush()
    return row


def delete_rule(session: Session, promotion: Promotion, rule_id: int) -> None:
    """Take an offer away; one that is gone already is no error."""
    row = session.get(PromotionRule, rule_id)
    if row is not None and row.promotion_id == promotion.id:
        session.delete(row)
        session.flush()
