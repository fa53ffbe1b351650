"""Influencers side by side, and what belongs to one: their customers, notes about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from tracker.i18n import mark
from tracker.models import Influencer
from tracker.reports.customer_value import AGES, customer_value
from tracker.reports.side_by_side import MOST, Side, side_by_side
from tracker.reports.side_by_side_table import SIDE_BY_SIDE
from tracker.services import notes
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.downloads import csv_download
from tracker.web.identity import user_id
from tracker.web.influencers import bp, find_influencer
from tracker.web.routes import INFLUENCER

UP, DOWN, NEITHER = 1, -1, 0
"""Which end of a measure is better."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of the table: its name, the key of its formula ("": none), how it is written (money,
    percent, signed, times, count, orders), and which end is better."""

    name: str
    formula: str
    form: str
    read: Callable[[Side], Any]
    better: int = NEITHER


def _figure(name: str) -> Callable[[Side], Any]:
    return attrgetter(f"row.figures.{name}")


def _value(age: int) -> Callable[[Side], Any]:
    return lambda side: side.value_minor(age)


MEASURES: tuple[Measure, ...] = (
    Measure(mark("Net revenue"), "net_revenue", "money", _figure("net_revenue_minor"), UP),
    Measure(mark("Orders"), "orders", "orders", _figure("orders_micro"), UP),
    Measure(mark("Orders by link"), "orders_by", "orders", attrgetter("row.orders_by_link_micro")),
    Measure(mark("Orders by code"), "orders_by", "orders", attrgetter("row.orders_by_code_micro")),
    Measure(mark("Orders by affiliate row"), "orders_by", "orders",
            attrgetter("row.orders_by_affiliate_micro")),
    Measure(mark("Cost"), "influencer_cost", "money", _figure("cost_minor")),
    Measure(mark("Fixed fee"), "", "money", _figure("fee_minor")),
    Measure(mark("Fee that would have paid"), "fee_that_pays", "money",
            attrgetter("fee_that_pays_minor"), UP),
    Measure("ROI", "roi", "signed", _figure("roi"), UP),
    Measure("ROAS", "roas", "times", _figure("roas"), UP),
    Measure(mark("CPA"), "cpa", "money", _figure("cpa_minor"), DOWN),
    Measure(mark("CAC"), "cac", "money", _figure("cac_minor"), DOWN),
    Measure(mark("CPE"), "cpe", "money", attrgetter("cpe_minor"), DOWN),
    Measure(mark("Average order"), "aov", "money", _figure("aov_minor"), UP),
    Measure(mark("Refund rate"), "refund_rate", "percent", _figure("refund_rate"), DOWN),
    Measure(mark("New customers"), "new_customer_share", "percent", _figure("new_customer_share"),
            UP),
    Measure(mark("Visits"), "", "count", _figure("visits")),
    Measure(mark("Conversion rate"), "conversion_rate", "percent", _figure("conversion_rate"), UP),
    Measure(mark("Customer value, 30 days"), "customer_value", "money", _value(30), UP),
    Measure(mark("Customer value, 60 days"), "customer_value", "money", _value(60), UP),
    Measure(mark("Customer value, 90 days"), "customer_value", "money", _value(90), UP),
    Measure(mark("Followers"), "", "count", attrgetter("row.followers")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A measure of everybody; best: whose it is, where one is better than the others."""

    measure: Measure
    values: tuple[Any, ...]
    best: frozenset[int]


@bp.get("/compare")
def compare() -> str:
    """A few influencers side by side."""
    state = get_state()
    found = side_by_side(get_session(), state) if state.who else None
    people = get_session().execute(
        select(Influencer.id, Influencer.name)
        .where(Influencer.workspace_id == get_workspace().id)
        .order_by(Influencer.name, Influencer.id)
    )
    return render_template(
        "influencers/compare.html",
        found=found,
        lines=[] if found is None else [_line(measure, found.sides) for measure in MEASURES],
        people=people.all(),
        most=MOST,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/compare.csv")
def export_compare() -> Response:
    """The same as a file: a row an influencer."""
    return csv_download(SIDE_BY_SIDE)


@bp.get(f"/<{INFLUENCER}>/customers")
def customers(influencer_id: int) -> str:
    """What the customers that an influencer won are worth, by the month they were won in."""
    person = find_influencer(get_session(), influencer_id)
    state = get_state()
    return render_template(
        "influencers/customers.html",
        influencer=person,
        found=customer_value(get_session(), state, influencer_id),
        ages=AGES,
        state=state,
        bar=make_bar(state),
    )


@bp.post(f"/<{INFLUENCER}>/notes")
def add_note(influencer_id: int) -> AnyResponse:
    """Write a note about an influencer."""
    number = find_influencer(get_session(), influencer_id).id
    try:
        with writing() as session:
            notes.add_note(
                session,
                session.get_one(Influencer, number),
                _text(request.form.get("text", "")),
                user_id=user_id(),
            )
    except RefusedError as error:
        abort(400, description=wording.refusal(error))
    return redirect(url_for("influencers.show", influencer_id=number, _anchor="notes"))


def _text(given: str) -> str:
    """Without characters that no text has and some databases do not take."""
    kept = "".join(c for c in given if c.isprintable() or c in "\n\t")
    return kept.encode(errors="ignore").decode()


def _line(measure: Measure, sides: Sequence[Side]) -> Line:
    values = tuple(measure.read(side) for side in sides)
    known = [value for value in values if value is not None]
    best: frozenset[int] = frozenset()
    if measure.better and len(known) > 1 and min(known) != max(known):
        wanted = max(known) if measure.better == UP else min(known)
        best = frozenset(n for n, value in enumerate(values) if value == wanted)
    return Line(measure, values, best)
