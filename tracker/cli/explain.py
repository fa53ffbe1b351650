"""`tracker explain`: why an order is credited as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tracker.cli._common import as_json, find_workspace, open_database, print_json, workspace_option
from tracker.domain.money import format_minor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.models import Workspace
    from tracker.services.explain_views import Explanation, FitView, SignalView


class OrderNotFoundError(Exception):
    """There is no such order, or there are several."""


@click.command("explain")
@click.argument("order")
@click.option("--shop", "shop_slug", metavar="SLUG", help="Which shop, if several have such an id.")
@workspace_option
@as_json
def command(order: str, shop_slug: str | None, workspace_slug: str | None, as_json: bool) -> None:
    """Explain the credits of ORDER (the platform's order id).

    Shows the touchpoints with time, signal, evidence and weight under each model, the ledger with
    its refunds, the signals that do not count and why, the policy and the formula's version.
    """
    with open_database() as database, database.read() as session:
        from tracker.services.explain import explain  # NumPy, only when there is a database

        workspace = find_workspace(session, workspace_slug)
        answer = explain(session, _find_order(session, workspace, order, shop_slug))
        document = _document(answer)
    if as_json:
        print_json(document)
    else:
        _print_text(answer)


def _find_order(session: Session, workspace: Workspace, ref: str, shop_slug: str | None) -> int:
    from sqlalchemy import select

    from tracker.models import Order, Shop

    found = session.execute(
        select(Order.id, Shop.slug)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Shop.workspace_id == workspace.id, Order.ref == ref)
        .order_by(Shop.slug)
    ).all()
    if shop_slug is not None:
        found = [row for row in found if row[1] == shop_slug]
    if not found:
        raise OrderNotFoundError(f"there is no order {ref}")
    if len(found) > 1:
        shops = ", ".join(slug for _, slug in found)
        raise OrderNotFoundError(f"several shops have an order {ref}, say which: --shop {shops}")
    return int(found[0][0])


def _document(answer: Explanation) -> dict[str, Any]:
    """The stable JSON form: keys always present, unknown null, amounts and weights as text."""
    currency = answer.base_currency

    def money(minor: int) -> str:
        return format_minor(minor, currency)

    return {
        "order": answer.ref,
        "shop": answer.shop,
        "placed_at": answer.placed_at,
        "ordered_on": answer.ordered_on,
        "status": answer.status,
        "is_conversion": answer.is_conversion,
        "currency": currency,
        "net": money(answer.net_minor),
        "net_after_refunds": money(answer.left_minor),
        "customer": answer.customer,
        "policy": {"hash": answer.policy_hash, **json.loads(answer.policy.canonical_json())},
        "formula_version": answer.policy.formula_version,
        "fits": _fits(answer),
        "touchpoints": [
            {
                "position": touch.position,
                **_signal(touch.signal),
                "evidence": list(touch.evidence),
                "weights": {m: format_micro(w) for m, w in touch.weights_micro.items()},
                "credits": {m: money(c) for m, c in touch.credits_minor.items()},
            }
            for touch in answer.touchpoints
        ],
        "unqualified": [
            {**_signal(one.signal), "reason": one.reason, "into": one.into}
            for one in answer.unqualified
        ],
        "ledger": [
            {
                "entry": entry.entry,
                "booked_on": entry.booked_on,
                "net": money(entry.net_minor),
                "credits": {m: [money(c) for c in cs] for m, cs in entry.credits_minor.items()},
            }
            for entry in answer.ledger
        ],
        "claims": [
            {"visitor": one.visitor_id, "evidence": one.evidence, "at": one.at,
             "verdict": one.verdict}
            for one in answer.claims
        ],
        "decisions": _decisions(answer),
        "conflicts": list(answer.conflicts),
        "is_pending": answer.is_pending,
        "is_stored": answer.is_stored,
    }  # fmt: skip


def _fits(answer: Explanation) -> dict[str, Any]:
    return {
        model: {
            "week": fit.week_start,
            "version": fit.version,
            "outcome": fit.outcome,
            "from": fit.window_from,
            "to": fit.window_until,
            "converting": fit.n_converting,
            "null": fit.n_null,
            "gap": fit.gap,
        }
        for model, fit in answer.fits.items()
    }


def _decisions(answer: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "question": one.question,
            "keeps_rule": one.keeps_rule,
            "influencer": one.influencer,
            "visitor": one.visitor_id or None,
            "note": one.note,
            "decided_at": one.decided_at,
        }
        for one in answer.decisions
    ]


def _signal(signal: SignalView) -> dict[str, Any]:
    return {
        "at": signal.at,
        "touch_kind": signal.touch_kind,
        "touch_id": signal.touch_id,
        "signal": signal.signal,
        "label": signal.label,
        "channel": signal.channel,
        "kind": signal.kind,
        "campaign": signal.campaign,
        "influencer": signal.influencer,
    }


def format_micro(micro: int) -> str:
    """Millionths as decimal text with six digits (400000 -> "0.400000")."""
    whole, rest = divmod(micro, 1_000_000)
    return f"{whole}.{rest:06d}"


def _print_text(answer: Explanation) -> None:
    currency = answer.base_currency
    click.echo(
        f"{answer.ref}  {answer.placed_at:%Y-%m-%d %H:%M} UTC  {answer.shop}  {currency} "
        f"{format_minor(answer.left_minor, currency)}  ({answer.customer} customer)"
    )
    for touch in answer.touchpoints:
        evidence = ", ".join(touch.evidence) or "-"
        click.echo(f"{touch.position:>3}  {_line(touch.signal)}  [{evidence}]")
        shares = touch.credits_minor.items()
        click.echo("     " + "  ".join(f"{m} {format_minor(c, currency)}" for m, c in shares))
    for one in answer.unqualified:
        click.echo(f"  -  {_line(one.signal)}: {one.reason}")
    for model, fit in answer.fits.items():
        click.echo(f"{model}: {_fit_line(fit)}")
    for entry in answer.ledger[1:]:
        amount = format_minor(entry.net_minor, currency)
        click.echo(f"refund booked on {entry.booked_on}: {amount}")
    if answer.is_pending:
        click.echo("the order's day waits for recomputation", err=True)


def _fit_line(fit: FitView) -> str:
    """Which fit a model was weighed by, on one line."""
    if fit.outcome != "fitted":
        return f"not enough data before the week of {fit.week_start}, as linear"
    return (
        f"fit of the week of {fit.week_start}, version {fit.version}, from {fit.n_converting} "
        f"orders and {fit.n_null} visitors without one, gap {fit.gap:.2%}"
    )


def _line(signal: SignalView) -> str:
    """Time and names of a signal on one line."""
    names = (signal.channel, signal.influencer, signal.label)
    who = " · ".join(name for name in names if name)
    return f"{signal.at:%Y-%m-%d %H:%M}  {who or 'unattributed'}"
