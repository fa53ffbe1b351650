"""Why is this order credited so? One order through the same engine, with everything it looked at.

The answer is computed, not read: it is what the engine says now. Whether the stored ledger says the
same (it does, unless the day waits for recomputation) is part of the answer.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.domain.paths import Conflict, Evidence, Reason, Signal, Touches, TouchKind
from tracker.domain.policy import FITTED_MODELS, MODELS
from tracker.models import (
    Credit,
    DirtyDay,
    Influencer,
    Order,
    OrderCoupon,
    Shop,
    Workspace,
)
from tracker.models.base import from_day_number, from_micros
from tracker.models.facts import CUSTOMER_KINDS
from tracker.services.attribution import Computed, compute
from tracker.services.credit_rows import ledger_columns
from tracker.services.decisions import claims_about, decisions_about
from tracker.services.dirty import CREDIT
from tracker.services.explain_views import (
    ClaimView,
    DecisionView,
    EntryView,
    Explanation,
    FitView,
    SignalView,
    TouchpointView,
    UnqualifiedView,
)
from tracker.services.fits import fits_of_day
from tracker.services.identity import QUESTION_OF
from tracker.services.policies import content_of, ensure_policy
from tracker.services.signal_names import Names, read_names


def explain(session: Session, order_id: int) -> Explanation:
    """Explain one order under the policy that its workspace's reports show.

    Raises LookupError when there is no such order.
    """
    order = session.get(Order, order_id)
    if order is None:
        raise LookupError(f"there is no order {order_id}")
    shop = session.get_one(Shop, order.shop_id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    row = ensure_policy(session, workspace)
    policy = content_of(row)
    computed = compute(session, workspace, policy, Order.id == order.id, row.id, keep_all=True)
    names = read_names(session, computed.paths.pairs.signals)
    claims, decisions = _claims(session, order), _decisions(session, order)
    is_conversion = len(computed.orders) == 1
    return Explanation(
        order_id=order.id,
        ref=order.ref,
        shop_id=shop.id,
        shop=shop.name,
        placed_at=order.placed_at,
        ordered_on=order.ordered_on,
        status=order.status,
        is_conversion=is_conversion,
        base_currency=workspace.base_currency,
        net_minor=order.net_base_minor,
        left_minor=int(computed.bookings.entries.net[-1]) if is_conversion else 0,
        customer=_customer(computed),
        policy_id=row.id,
        policy=policy,
        policy_hash=row.content_hash,
        models=tuple(str(model) for model in MODELS),
        fits=_fits(session, row.id, order) if is_conversion else {},
        touchpoints=_touchpoints(computed, names),
        unqualified=(*_unqualified(computed, names), *_unknown_codes(session, order, names)),
        ledger=_ledger(computed),
        claims=claims,
        decisions=decisions,
        conflicts=_conflicts(computed, claims, {one.question for one in decisions}),
        is_pending=_is_pending(session, shop, order),
        is_stored=_is_stored(session, computed, row.id, order),
    )


def _customer(computed: Computed) -> str:
    codes = {code: name for name, code in CUSTOMER_KINDS.items()}
    kinds = computed.orders.customer_kind
    return codes[int(kinds[0])] if kinds.size else "unknown"


def _touchpoints(computed: Computed, names: Names) -> tuple[TouchpointView, ...]:
    paths = computed.paths
    left = np.zeros((len(MODELS), computed.n_touchpoints), np.int64)
    for model in range(len(MODELS)):
        np.add.at(left[model], computed.ledger.touchpoint, computed.ledger.amounts[model])
    views = []
    for i in range(computed.n_touchpoints):
        views.append(
            TouchpointView(
                position=int(paths.position[i]),
                signal=_signal(paths.pairs.signals, int(paths.touch[i]), int(paths.at[i]), names),
                evidence=_evidence(int(paths.evidence[i])),
                weights_micro={str(m): int(computed.micro[n][i]) for n, m in enumerate(MODELS)},
                credits_minor={str(m): int(left[n][i]) for n, m in enumerate(MODELS)},
            )
        )
    return tuple(views)


def _fits(session: Session, policy_id: int, order: Order) -> dict[str, FitView]:
    rows = fits_of_day(session, policy_id, order.ordered_on)
    names = [field.name for field in fields(FitView)]
    return {
        str(model): FitView(**{name: getattr(rows[model], name) for name in names})
        for model in FITTED_MODELS
        if model in rows
    }


def _evidence(bits: int) -> tuple[str, ...]:
    return tuple(str(e.name) for e in Evidence if bits & e)


def _signal(signals: Touches, touch: int, at: int, names: Names) -> SignalView:
    """A signal by its index; -1: the stand-in."""
    if touch < 0:
        return SignalView(from_micros(at), "none", 0, None, "", None, None, 0, None, 0, None)
    kind = TouchKind(int(signals.touch_kind[touch]))
    signal = Signal.from_code(int(signals.signal[touch]))
    channel, traffic = int(signals.channel[touch]), int(signals.traffic_kind[touch])
    campaign, influencer = int(signals.campaign[touch]), int(signals.influencer[touch])
    return SignalView(
        at=from_micros(at),
        touch_kind=kind.name,
        touch_id=int(signals.raw_id[touch]),
        signal=None if signal is None else str(signal),
        label=names.label(kind, int(signals.raw_id[touch]), int(signals.mark[touch])),
        channel=str(Channel.from_code(channel)) if channel else None,
        kind=str(Kind.from_code(traffic)) if traffic else None,
        campaign_id=campaign,
        campaign=names.campaigns.get(campaign),
        influencer_id=influencer,
        influencer=names.influencers.get(influencer),
    )


def _unqualified(computed: Computed, names: Names) -> tuple[UnqualifiedView, ...]:
    pairs, paths = computed.paths.pairs, computed.paths
    kept = np.cumsum(pairs.active)
    views = []
    # that an order is nobody's is said among the decisions
    is_nobody = pairs.column("touch_kind") == TouchKind.decision
    is_nobody &= pairs.column("influencer") == 0
    for i in np.flatnonzero(~pairs.active & ~is_nobody):
        into = int(pairs.into[i])
        is_in = into >= 0 and bool(pairs.active[into])
        at = int(pairs.signals.at[pairs.touch[i]])
        views.append(
            UnqualifiedView(
                signal=_signal(paths.pairs.signals, int(pairs.touch[i]), at, names),
                reason=Reason(int(pairs.reason[i])).name,
                into=int(kept[into]) if is_in else None,
            )
        )
    return tuple(views)


def _unknown_codes(session: Session, order: Order, names: Names) -> tuple[UnqualifiedView, ...]:
    """Codes on the order that the shop has never registered."""
    used = session.execute(
        select(OrderCoupon.code, OrderCoupon.raw)
        .where(OrderCoupon.order_id == order.id)
        .order_by(OrderCoupon.code)
    )
    known = names.codes_of_shop(session, order.shop_id)
    return tuple(
        UnqualifiedView(
            SignalView(order.placed_at, "coupon", 0, "coupon", raw or code, None, None,
                       0, None, 0, None),
            "unknown_code",
            None,
        )
        for code, raw in used
        if code not in known
    )  # fmt: skip


def _ledger(computed: Computed) -> tuple[EntryView, ...]:
    ledger, entries = computed.ledger, computed.bookings.entries
    views = []
    before = 0
    for number in range(entries.order.size):
        rows = ledger.entry == number
        net = int(entries.net[number])
        views.append(
            EntryView(
                entry=number,
                booked_on=from_day_number(int(computed.bookings.booked_on[number])),
                net_minor=net - before,
                credits_minor={
                    str(model): ledger.amounts[n][rows].tolist() for n, model in enumerate(MODELS)
                },
            )
        )
        before = net
    return tuple(views)


def _claims(session: Session, order: Order) -> tuple[ClaimView, ...]:
    return tuple(
        ClaimView(row.visitor_id, row.evidence, row.at, str(verdict))
        for row, verdict in claims_about(session, order)
    )


def _decisions(session: Session, order: Order) -> tuple[DecisionView, ...]:
    rows = decisions_about(session, order)
    influencers = dict(
        session.execute(
            select(Influencer.id, Influencer.name).where(
                Influencer.id.in_([row.influencer_id for row in rows])
            )
        ).all()
    )
    return tuple(
        DecisionView(
            row.question, row.keeps_rule, row.influencer_id, influencers.get(row.influencer_id),
            row.visitor_id, row.note, row.user_id, row.decided_at,
        )
        for row in rows
    )  # fmt: skip


def _conflicts(
    computed: Computed, claims: tuple[ClaimView, ...], decided: set[str]
) -> tuple[str, ...]:
    bits = int(computed.paths.conflicts[0]) if len(computed.orders) else 0
    found = [
        str(conflict.name)
        for conflict in Conflict
        if bits & conflict and QUESTION_OF[conflict] not in decided
    ]
    if "visitor" not in decided and any(claim.verdict == "conflict" for claim in claims):
        found.append("visitors")
    return tuple(found)


def _is_pending(session: Session, shop: Shop, order: Order) -> bool:
    waiting = select(DirtyDay.day).where(
        DirtyDay.scope == CREDIT,
        DirtyDay.workspace_id == shop.workspace_id,
        DirtyDay.shop_id == shop.id,
        DirtyDay.day == order.ordered_on,
    )
    return session.scalar(waiting) is not None


def _is_stored(session: Session, computed: Computed, policy_id: int, order: Order) -> bool:
    """Whether `credit` holds exactly the rows that were just computed."""
    table = Credit.__table__
    stored = session.execute(
        select(table)
        .where(
            table.c.policy_id == policy_id,
            table.c.shop_id == order.shop_id,
            table.c.ordered_on == order.ordered_on,
            table.c.order_id == order.id,
        )
        .order_by(table.c.entry, table.c.position)
    ).mappings()
    columns = ledger_columns(computed, policy_id)
    rows = zip(*(columns[name].tolist() for name in columns), strict=True)
    expected = [dict(zip(columns, row, strict=True)) for row in rows]
    for row in expected:
        row["touched_at"] = from_micros(row["touched_at"])
        row["ordered_on"] = from_day_number(row["ordered_on"])
        row["booked_on"] = from_day_number(row["booked_on"])
    return [dict(row) for row in stored] == expected
