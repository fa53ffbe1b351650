"""Words of settlement; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "commission_status": {
        "pending": mark("Waiting"),
        "approved": mark("Approved"),
        "paid": mark("Paid out"),
        "hold": mark("On hold"),
        "refunded": mark("Refunded"),
        "duplicate": mark("Duplicate"),
        "fraud": mark("Fraud"),
        "cancelled": mark("Cancelled"),
    },
    "commission_part": {
        "sale": mark("Sale"),
        "refund": mark("Refund"),
        "correction": mark("Correction"),
    },
    "commission_source": {
        "computed": mark("by our terms"),
        "imported": mark("as the platform says"),
    },
    "statement_status": {
        "draft": mark("Draft"),
        "approved": mark("Approved"),
        "paid": mark("Paid out"),
        "undone": mark("Undone"),
    },
    "statement_action": {
        "made": mark("made"),
        "approved": mark("approved"),
        "paid": mark("paid"),
        "undone": mark("undone"),
    },
}
"""Group -> code -> message id."""

FORMULAS = {
    "commission": mark(
        "Commission = rate of the deal × credited net revenue (or an amount an order), within "
        "tiers and caps; a refund takes its part back on its own day."
    ),
    "commission_waiting": mark("Younger than the holding period: a refund may still come."),
    "commission_payable": mark(
        "Approved and in no statement yet; what refunds took back after a payment is set off here."
    ),
    "commission_taken_back": mark("Of it, what is taken back of commissions that were paid."),
    "credited_net": mark(
        "Net revenue of the order that the pinned model credits to the influencer."
    ),
}
"""Key -> what stands in the title of a heading."""

REFUSALS = {
    "bad_tiers": mark(
        "Tiers begin at 0 and rise, at most 10, one a line: revenue of the month, then the rate."
    ),
    "no_reason": mark("Say why in the note."),
    "nothing_chosen": mark("Choose at least one commission."),
    "nothing_payable": mark(
        "Nothing can be paid there: no approved commission up to that day adds up to more than 0."
    ),
    "statement_moved_on": mark("Somebody has moved this statement on already."),
    "statement_paid": mark("What was paid stays; corrections come as new rows."),
}
"""Code of a `RefusedError` -> sentence."""
