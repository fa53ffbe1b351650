"""Sentences of the influencer workbench: formulas and refusals; `wording` has them all."""

from __future__ import annotations

from tracker.i18n import mark

FORMULAS: dict[str, str] = {
    "fee_that_pays": mark(
        "Fee that would have paid = net revenue − goods cost − every cost but the fee: at this "
        "fee ROI is 0."
    ),
    "left": mark("Earned beyond the fee = fee that would have paid − fee."),
    "orders_needed": mark(
        "Orders needed = (fee + goods given + platform fee) ÷ what an order leaves: net revenue − "
        "goods cost − commission − boosts, per order so far."
    ),
    "paid_back": mark(
        "Day from which on what the orders left covers fee, goods given and platform fee, counted "
        "from the post."
    ),
    "customer_value": mark(
        "Customer value of N days = net revenue of all orders of the customers won, from their "
        "first order to before N days later, after refunds ÷ customers won at least N days ago. "
        "Won is who placed their first order credited to this influencer, in the share that the "
        "model gives."
    ),
    "repeat_share": mark(
        "Bought again = customers with a second order within 90 days ÷ customers won at least 90 "
        "days ago."
    ),
    "customers_won": mark(
        "Customers won = first orders of customers, as far as they are credited to this influencer."
    ),
    "confidence": mark(
        "Least and most that a model credits in the period. Spread = (most − least) ÷ mean: half "
        "or more is wide."
    ),
}

REFUSALS: dict[str, str] = {
    "nobody_chosen": mark("Choose at least one influencer."),
    "nothing_wanted": mark("Give a pattern for links, for codes, or for both."),
    "nothing_made": mark("Something stands in the way of every link and code: see the list below."),
    "pattern_same": mark("Everybody would get the same: use {slug}, {handle} or {nn} in it."),
    "unknown_place": mark("There is no {%(place)s}. See the places below."),
    "lone_brace": mark("A brace has no partner. Write it twice for a brace itself."),
    "unknown_campaign": mark("There is no such campaign here."),
    "slugs_taken_meanwhile": mark(
        "Somebody took one of these links in this moment. Look at the preview again."
    ),
    "plan_changed": mark("The list is another one than you saw. Look at it again, then make it."),
    "text_too_long": mark("This is too long: at most %(most)s characters."),
}
