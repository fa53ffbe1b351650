"""What each order should earn each influencer by now: from credits and terms, or as a file says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.commissions import (
    MICRO,
    Credited,
    Terms,
    book,
    month_of,
    pinned_nets,
    terms_for,
)
from tracker.models import CommissionRow
from tracker.services.commission_facts import OrderFacts, OrderKey, Stated


@dataclass(frozen=True, slots=True)
class Target:
    """One part of a commission as it should be; see `CommissionRow`."""

    shop_id: int
    order_ref: str
    influencer_id: int
    source: str
    part: str
    order_id: int
    ordered_on: date
    booked_on: date
    amount_minor: int
    campaign_id: int = 0
    deal_id: int = 0
    rule_id: int = 0
    policy_id: int = 0
    model: str = ""
    net_minor: int = 0
    order_net_minor: int = 0
    is_settled: bool = False
    """imported: the platform has paid it."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one influencer has of one order, with the terms for it."""

    key: OrderKey
    influencer_id: int
    facts: OrderFacts
    terms: Terms
    credited: Credited
    policy_id: int
    model: str


def targets(
    orders: Mapping[OrderKey, OrderFacts],
    stated: Mapping[OrderKey, Sequence[Stated]],
    rows: Mapping[OrderKey, Sequence[CommissionRow]],
    terms: Sequence[Terms],
    *,
    policy_id: int,
    model: str,
) -> Iterator[Target]:
    """All parts of all orders given.

    rows: what is there. An order of which a statement holds something keeps the policy and the
    shares that it was settled by: it is paid once, whoever would be credited today; only refunds
    and other terms change it.
    """
    for key, said in stated.items():
        yield from _imported(key, said, orders.get(key))
    shares = [
        share
        for key, facts in orders.items()
        for share in _shares(
            key, facts, rows.get(key, ()), terms, _stated_people(stated.get(key, ())),
            policy_id=policy_id, model=model,
        )
    ]  # fmt: skip
    for group in _booked_together(shares):
        amounts = book(group[0].terms.rule, [share.credited for share in group])
        for share, steps in zip(group, amounts, strict=True):
            yield from _parts(share, steps)


def _imported(key: OrderKey, said: Iterable[Stated], facts: OrderFacts | None) -> Iterator[Target]:
    for one in said:
        yield Target(
            shop_id=key[0],
            order_ref=key[1],
            influencer_id=one.influencer_id,
            source="imported",
            part=one.part,
            order_id=0 if facts is None else facts.order_id,
            ordered_on=one.booked_on if facts is None else facts.ordered_on,
            booked_on=one.booked_on,
            amount_minor=one.amount_minor,
            is_settled=one.is_settled,
        )


def _stated_people(said: Iterable[Stated]) -> set[int]:
    return {one.influencer_id for one in said if one.is_commission}


def _shares(
    key: OrderKey,
    facts: OrderFacts,
    rows: Sequence[CommissionRow],
    terms: Sequence[Terms],
    without: set[int],
    *,
    policy_id: int,
    model: str,
) -> Iterator[_Share]:
    """Who has what of an order; `without`: for whom a platform states the commission."""
    computed = [row for row in rows if row.source == "computed"]
    if any(row.statement_id for row in computed):
        sales = [row for row in computed if row.part == "0" and row.step == 0]
        credited = {
            row.influencer_id: pinned_nets(row.net_minor, row.order_net_minor, facts.nets)
            for row in sales
        }
        weights = {row.influencer_id: _weight(row) for row in sales}
        cited = {row.influencer_id: (row.policy_id, row.model) for row in sales}
    else:
        credited = {who: tuple(nets) for who, nets in facts.credited.items()}
        weights, cited = facts.weights, {}
    for who, nets in credited.items():
        agreed = terms_for(terms, who, facts.ordered_on) if who not in without and nets else None
        if agreed is not None:
            of, by = cited.get(who, (policy_id, model))
            had = Credited(nets=nets, weight_micro=weights.get(who, 0), is_new=facts.is_new)
            yield _Share(
                key=key, influencer_id=who, facts=facts, terms=agreed, credited=had,
                policy_id=of, model=by,
            )  # fmt: skip


def _weight(row: CommissionRow) -> int:
    return row.net_minor * MICRO // row.order_net_minor if row.order_net_minor else 0


def _booked_together(shares: Iterable[_Share]) -> Iterator[list[_Share]]:
    """Shares whose amounts depend on each other: those of a month, else each alone."""
    months: dict[tuple[Terms, date], list[_Share]] = defaultdict(list)
    for share in shares:
        if share.terms.rule.is_by_month:
            months[share.terms, month_of(share.facts.ordered_on)[0]].append(share)
        else:
            yield [share]
    for group in months.values():
        yield sorted(group, key=lambda s: (s.facts.ordered_on, s.facts.order_id))


def _parts(share: _Share, amounts: Sequence[int]) -> Iterator[Target]:
    before = 0
    for entry, (amount, net, day) in enumerate(
        zip(amounts, share.credited.nets, share.facts.days, strict=True)
    ):
        yield Target(
            shop_id=share.key[0],
            order_ref=share.key[1],
            influencer_id=share.influencer_id,
            source="computed",
            part=str(entry),
            order_id=share.facts.order_id,
            ordered_on=share.facts.ordered_on,
            booked_on=day,
            amount_minor=amount,
            campaign_id=share.terms.campaign_id,
            deal_id=share.terms.deal_id,
            rule_id=share.terms.rule_id,
            policy_id=share.policy_id,
            model=share.model,
            net_minor=net - before,
            order_net_minor=share.facts.nets[0] if entry == 0 else 0,
        )
        before = net
