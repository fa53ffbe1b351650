"""One level of report counts for each platform, account and day; the others are kept as detail.

Called by whoever writes spend or takes it back, in the same transaction (docs/adr/0040).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.domain.records import Notice
from tracker.domain.spend_layers import Group, counted
from tracker.models import PlatformFigure, Spend
from tracker.models.base import to_day_number
from tracker.services.bulk import among

Place = tuple[str, int, date]
"""Platform, shop, day: within one of these, groups may tell of the same money."""


def settle(
    session: Session, workspace_id: int, days: Collection[date], told: Collection[str] = ()
) -> list[Notice]:
    """Decide anew which rows of spend count on these days, and with them their platform figures.

    Args:
        told: platforms that notices are wanted of.

    Returns:
        a notice for each (platform, day) of which some report is detail now.
    """
    if not days:
        return []
    details = _details(session, workspace_id, days)
    _write(session, Spend, Spend.spent_on, workspace_id, days, details)
    _write(session, PlatformFigure, PlatformFigure.ends_on, workspace_id, days, details)
    return [
        ("spend_detail", f"{platform} {day}")
        for platform, day in sorted({(place[0], place[2]) for place, _ in details})
        if platform in told
    ]


def _details(
    session: Session, workspace_id: int, days: Collection[date]
) -> set[tuple[Place, Group]]:
    amounts: dict[Place, dict[Group, int]] = defaultdict(lambda: defaultdict(int))
    rows = session.execute(
        select(
            Spend.platform, Spend.shop_id, Spend.spent_on, Spend.layer, Spend.account,
            Spend.amount_minor, Spend.fx_e8,
        ).where(
            Spend.workspace_id == workspace_id,
            among(session, Spend.spent_on, [to_day_number(day) for day in days]),
        )
    )  # fmt: skip
    for platform, shop_id, day, layer, account, amount, rate in rows:
        # Only compared with each other, so the base currency's units do not matter.
        amounts[platform, shop_id, day][layer, account] += amount * rate
    return {
        (place, group)
        for place, groups in amounts.items()
        if len({layer for layer, _ in groups}) > 1
        for group in groups.keys() - counted(groups)
    }


def _write(
    session: Session,
    model: Any,
    day_column: Any,
    workspace_id: int,
    days: Collection[date],
    details: set[tuple[Place, Group]],
) -> None:
    """Set what changed; rows without a layer of spend are nobody's detail."""
    rows = session.execute(
        select(
            model.id, model.platform, model.shop_id, day_column, model.layer, model.account,
            model.is_detail,
        ).where(
            model.workspace_id == workspace_id,
            among(session, day_column, [to_day_number(day) for day in days]),
        )
    )  # fmt: skip
    changed = [
        {"id": row_id, "is_detail": not was}
        for row_id, platform, shop_id, day, layer, account, was in rows
        if was != (((platform, shop_id, day), (layer, account)) in details)
    ]
    if changed:
        session.execute(update(model), changed)
