"""Commission rows brought up to date: what orders should earn against what is there.

Rows of a statement stay as they are; what changed since becomes a row of its own, so that for
every part of a commission the rows add up to what is owed by now (SEMANTICS 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.commissions import (
    EXCLUDED,
    Status,
    Terms,
    open_amount,
    status_of,
    terms_for,
)
from tracker.models import CommissionDecision, CommissionRow, SettlementSetting, Workspace
from tracker.services.bulk import among, chunks, one_loader_at_a_time, table_of
from tracker.services.commission_facts import (
    OrderKey,
    orders_of_months,
    read_orders,
    read_rows,
    read_stated,
)
from tracker.services.commission_targets import Target, targets
from tracker.services.commission_terms import setting_of, terms_of

KEY = ("shop_id", "order_ref", "influencer_id", "source", "part", "step")
_SAID = (
    "order_id", "ordered_on", "booked_on", "campaign_id", "deal_id", "rule_id", "policy_id",
    "model", "net_minor", "order_net_minor", "amount_minor", "status",
)  # fmt: skip

_AT_ONCE = 5_000

Group = tuple[int, str, int]
"""Shop, order, influencer: what people decide about."""

_Part = tuple[str, str]
"""Source and part."""


def today_in(workspace: Workspace) -> date:
    """The current day of a workspace: holding periods end on it."""
    return datetime.now(UTC).astimezone(ZoneInfo(workspace.time_zone)).date()


def sync_orders(
    session: Session,
    workspace: Workspace,
    keys: Collection[OrderKey],
    terms: Sequence[Terms] | None = None,
) -> set[date]:
    """Bring the commission rows of orders up to date (safe to repeat).

    Orders of a month whose tier or cap they share are brought along. terms: of the workspace, for
    who has read them; None: they are read.

    Returns:
        booking days whose sum of counting rows may have changed.
    """
    if not keys:
        return set()
    one_loader_at_a_time(session, "commissions", workspace.id)
    setting = setting_of(session, workspace)
    terms = terms_of(session, workspace) if terms is None else terms
    wanted = set(keys)
    if any(one.rule.is_by_month for one in terms):
        orders = read_orders(session, workspace, wanted, setting.model, terms)
        rows = read_rows(session, wanted)
        months = {
            (who, facts.ordered_on)
            for key, facts in orders.items()
            for who in {*facts.credited, *(row.influencer_id for row in rows.get(key, ()))}
            if (agreed := terms_for(terms, who, facts.ordered_on)) and agreed.rule.is_by_month
        }
        wanted |= orders_of_months(session, workspace, months)
    changed: set[date] = set()
    # a month stays together: its orders are computed from each other
    sizes = _AT_ONCE if wanted == set(keys) else len(wanted)
    for some in chunks(sorted(wanted), sizes):
        rows = read_rows(session, some)
        due = targets(
            read_orders(session, workspace, some, setting.model, terms),
            read_stated(session, workspace, some),
            rows,
            terms,
            policy_id=workspace.policy_id,
            model=setting.model,
        )
        changed |= _store(session, workspace, setting, due, rows)
    return changed


def _store(
    session: Session,
    workspace: Workspace,
    setting: SettlementSetting,
    due: Iterable[Target],
    rows: Mapping[OrderKey, Sequence[CommissionRow]],
) -> set[date]:
    wanted, there = _wanted(due), _there(rows)
    decisions = read_decisions(session, workspace, {group[:2] for group in (*wanted, *there)})
    today, writes, gone, days = today_in(workspace), [], [], set()
    for group in sorted({*wanted, *there}):
        change = _Change(
            workspace_id=workspace.id, setting=setting, today=today, group=group,
            wanted=wanted.get(group, {}), there=there.get(group, {}),
            decision=decisions.get(group),
        )  # fmt: skip
        for row, old in change.rows():
            if old is None or any(getattr(old, name) != row[name] for name in _SAID):
                writes.append(row)
                days |= {row["booked_on"], *([old.booked_on] if old else [])}
        for old in change.gone:
            gone.append(old.id)
            days.add(old.booked_on)
    upsert(session, table_of(CommissionRow), writes, KEY, _SAID)
    for ids in chunks(gone, _AT_ONCE):
        session.execute(delete(CommissionRow).where(among(session, CommissionRow.id, ids)))
    return days


def _wanted(due: Iterable[Target]) -> dict[Group, dict[_Part, Target]]:
    found: dict[Group, dict[_Part, Target]] = defaultdict(dict)
    for target in due:
        group = (target.shop_id, target.order_ref, target.influencer_id)
        found[group][target.source, target.part] = target
    return found


def _there(
    rows: Mapping[OrderKey, Sequence[CommissionRow]],
) -> dict[Group, dict[_Part, list[CommissionRow]]]:
    found: dict[Group, dict[_Part, list[CommissionRow]]] = defaultdict(lambda: defaultdict(list))
    for some in rows.values():
        for row in some:
            found[row.shop_id, row.order_ref, row.influencer_id][row.source, row.part].append(row)
    return found


@dataclass(slots=True)
class _Change:
    """One influencer's commission of one order: as it should be, and as it is."""

    workspace_id: int
    setting: SettlementSetting
    today: date
    group: Group
    wanted: Mapping[_Part, Target]
    there: Mapping[_Part, Sequence[CommissionRow]]
    decision: str | None
    gone: Sequence[CommissionRow] = ()

    def rows(self) -> Iterator[tuple[dict[str, Any], CommissionRow | None]]:
        """The open rows as they should be, each with the one that is there; fills `gone`."""
        gone: list[CommissionRow] = []
        for part in sorted({*self.wanted, *self.there}):
            held = [row for row in self.there.get(part, ()) if row.statement_id]
            opened = [row for row in self.there.get(part, ()) if not row.statement_id]
            target = self.wanted.get(part)
            settled = sum(row.amount_minor for row in held)
            amount = open_amount(target.amount_minor if target else 0, settled, self.decision)
            if amount == 0:  # nothing is owed and nothing is to be taken back
                gone += opened
                continue
            step = opened[0].step if opened else len(held)
            gone += opened[1:]
            row = self._row(part, target, held)
            row |= {"step": step, "amount_minor": amount}
            row["status"] = str(self._status(row["ordered_on"], target, is_settled=bool(settled)))
            yield row, (opened[0] if opened else None)
        self.gone = gone

    def _row(
        self, part: _Part, target: Target | None, held: Sequence[CommissionRow]
    ) -> dict[str, Any]:
        source: Target | CommissionRow = target or held[-1]
        names = [name for name in _SAID if name not in ("amount_minor", "status")]
        row = {name: getattr(source, name) for name in names}
        if held:  # it corrects what a statement holds; the net stands there
            row["net_minor"] = row["net_minor"] - sum(one.net_minor for one in held)
        shop_id, order_ref, influencer_id = self.group
        return row | {
            "workspace_id": self.workspace_id, "shop_id": shop_id, "order_ref": order_ref,
            "influencer_id": influencer_id, "source": part[0], "part": part[1],
        }  # fmt: skip

    def _status(self, ordered_on: date, target: Target | None, *, is_settled: bool) -> Status:
        if self.decision in EXCLUDED and is_settled:
            return Status.APPROVED  # what was paid for nothing is taken back at once
        is_imported = target is not None and target.source == "imported"
        if is_imported and not self.setting.pays_imported and self.decision is None:
            return Status.PAID if target and target.is_settled else Status.PENDING
        return status_of(
            self.decision, ordered_on, self.today, self.setting.holding_days,
            is_undone=self._is_undone(),
        )  # fmt: skip

    def _is_undone(self) -> bool:
        """Whether the order was given back before a statement held anything of it."""
        is_held = any(row.statement_id for some in self.there.values() for row in some)
        amounts = [target.amount_minor for target in self.wanted.values()]
        return not is_held and len(amounts) > 1 and sum(amounts) == 0


def read_decisions(
    session: Session, workspace: Workspace, keys: Collection[OrderKey]
) -> dict[Group, str]:
    """What people said about the commissions of orders."""
    rows = session.execute(
        select(
            CommissionDecision.shop_id,
            CommissionDecision.order_ref,
            CommissionDecision.influencer_id,
            CommissionDecision.status,
        ).where(
            CommissionDecision.workspace_id == workspace.id,
            among(session, CommissionDecision.order_ref, {ref for _, ref in keys}),
        )
    )
    return {(shop, ref, who): status for shop, ref, who, status in rows}
