"""What was agreed with an influencer against what it earned: the fee that would have paid, the
orders it takes, the day on which it was paid back (`tracker.domain.break_even` has the formulas).

A deal's figures are those of `tracker.reports.deal_returns`: days belong to one deal, so that deals
add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain import break_even as formulas
from tracker.domain.periods import Period
from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.context import REFUND_WINDOW_DAYS
from tracker.reports.deal_returns import DEAL_DAYS, DealReturn, deal_returns
from tracker.reports.figures import Figures, total
from tracker.reports.state import ReportState


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The deals of one day against what they earned; `deals` empty: the sum of all.

    fee_minor: what was paid. agreed_minor: fee, goods given and platform fee: owed whatever is
    sold. paid_back_after: days from the post, 1 is its own; 0: nothing was agreed; None: it is not
    paid back, or it is a sum. is_open: its days are not over. is_immature: refunds of its last
    orders may still come.
    """

    titles: tuple[str, ...]
    period: Period | None
    figures: Figures
    fee_minor: int
    agreed_minor: int
    paid_back_after: int | None
    is_open: bool
    is_immature: bool

    @property
    def contribution_minor(self) -> int:
        """What the orders left for what was agreed."""
        return contribution_of(self.figures)

    @property
    def fee_that_pays_minor(self) -> int:
        """The fee at which ROI is 0."""
        figures = self.figures
        return formulas.fee_that_pays(
            figures.net_revenue_minor,
            known_goods_cost(figures),
            self.agreed_minor - self.fee_minor + figures.commission_minor + figures.spend_minor,
        )

    @property
    def left_minor(self) -> int:
        """What it earned beyond the fee; negative: so much of the fee was not earned."""
        return self.fee_that_pays_minor - self.fee_minor

    @property
    def orders_needed_micro(self) -> int | None:
        """Credited orders that earn what was agreed, at what an order has left so far."""
        return formulas.orders_that_pay(
            self.agreed_minor, self.contribution_minor, self.figures.orders_micro
        )

    @property
    def is_before_goods_cost(self) -> bool:
        """Whether goods costs are left out, because one of them is unknown (SEMANTICS 4.2)."""
        return self.figures.is_roi_before_goods_cost


@dataclass(frozen=True, slots=True)
class BreakEvens:
    """All deals of an influencer whose day has come, newest first, and their sum."""

    rows: tuple[BreakEven, ...]
    total: BreakEven | None
    """None: there is no deal."""


def known_goods_cost(figures: Figures) -> int:
    """Goods cost, or 0 where one is unknown: everything is then before goods cost."""
    return 0 if figures.is_roi_before_goods_cost else figures.goods_cost_minor


def contribution_of(figures: Figures) -> int:
    """Net revenue - goods cost - commission - boosts: what is left for what was agreed."""
    return (
        figures.net_revenue_minor
        - known_goods_cost(figures)
        - figures.commission_minor
        - figures.spend_minor
    )


def fee_that_pays_of(figures: Figures) -> int:
    """The fee at which the ROI of a period's figures is 0, whatever deals they come from."""
    return formulas.fee_that_pays(
        figures.net_revenue_minor,
        known_goods_cost(figures),
        figures.cost_minor - figures.fee_minor,
    )


def break_evens(session: Session, state: ReportState) -> BreakEvens:
    """The deals of the influencer that the state names. Two statements; the period does not count,
    shops, model, policy and basis do."""
    whole = state.changed(campaign_id=0)  # what was agreed is of no one campaign either
    rows = tuple(
        _row(deal, state.today) for deal in deal_returns(session, whole, (), {}, every=True)
    )
    if not rows:
        return BreakEvens((), None)
    return BreakEvens(rows, _sum(rows))


def _row(deal: DealReturn, today: date) -> BreakEven:
    agreed = deal.cost_minor - deal.figures.commission_minor - deal.figures.spend_minor
    by_day = [contribution_of(day) for day in _alike(deal)]
    return BreakEven(
        titles=tuple(one.title or one.ref for one in deal.deals),
        period=deal.period,
        figures=deal.figures,
        fee_minor=deal.fee_minor,
        agreed_minor=agreed,
        paid_back_after=formulas.days_to_pay_back(by_day, agreed),
        is_open=deal.period.end >= today and deal.period.n_days < DEAL_DAYS,
        is_immature=(today - deal.period.end).days < REFUND_WINDOW_DAYS,
    )


def _alike(deal: DealReturn) -> Sequence[Figures]:
    """The days of a deal; where one lacks a goods cost, all are told before goods cost."""
    if not deal.is_roi_before_goods_cost:
        return deal.by_day
    unknown = Figures(orders_without_goods_cost_micro=1)
    return [day + unknown for day in deal.by_day]


def _sum(rows: Sequence[BreakEven]) -> BreakEven:
    return BreakEven(
        titles=(),
        period=None,
        figures=total(row.figures for row in rows),
        fee_minor=sum(row.fee_minor for row in rows),
        agreed_minor=sum(row.agreed_minor for row in rows),
        paid_back_after=None,
        is_open=any(row.is_open for row in rows),
        is_immature=any(row.is_immature for row in rows),
    )


def _rows(session: Session, state: ReportState) -> Sequence[BreakEven]:
    return break_evens(session, state).rows if state.influencer_id else ()


def _flag(name: str) -> Callable[[BreakEven], str]:
    """A remark as programs read it: 1 or empty."""
    return lambda row: "1" if getattr(row, name) else ""


BREAK_EVEN = TableSpec(
    "break_even",
    (
        Column("deal", mark("Deal"), "text", lambda row: ", ".join(row.titles)),
        Column("posted_on", mark("Posted on"), "date", at("period.start")),
        Column("counted_until", mark("Counted until"), "date", at("period.end")),
        Column("orders", mark("Orders"), "orders", at("figures.orders_micro")),
        Column("net_revenue", mark("Net revenue"), "money", at("figures.net_revenue_minor")),
        Column("goods_cost", mark("Goods cost"), "money", at("figures.goods_cost_minor")),
        Column("commission", mark("Commission"), "money", at("figures.commission_minor")),
        Column("boosts", mark("Boosts"), "money", at("figures.spend_minor")),
        Column("agreed", mark("Agreed, with goods and platform fee"), "money", at("agreed_minor")),
        Column("fee", mark("Fixed fee"), "money", at("fee_minor")),
        Column("fee_that_pays", mark("Fee that would have paid"), "money",
               at("fee_that_pays_minor")),
        Column("left", mark("Earned beyond the fee"), "money", at("left_minor")),
        Column("orders_needed", mark("Orders needed"), "orders", at("orders_needed_micro")),
        Column("paid_back_after", mark("Paid back after days"), "count", at("paid_back_after")),
        Column("before_goods_cost", mark("Before goods cost"), "text",
               _flag("is_before_goods_cost")),
        Column("immature", mark("Immature"), "text", _flag("is_immature")),
    ),
    _rows,
)  # fmt: skip
"""Deals of the influencer that the state filters for, against what they earned."""
