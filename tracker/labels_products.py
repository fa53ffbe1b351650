"""Words for products and for what people do on the site; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "funnel_step": {
        "visits": mark("Visit"),
        "product_visits": mark("Product"),
        "cart_visits": mark("Cart"),
        "order_visits": mark("Order"),
    },
    "page_slice": {
        "all": mark("all visits"),
        "kind": mark("visits of this kind"),
        "channel": mark("visits of this channel"),
        "campaign": mark("visits of this campaign"),
        "influencer": mark("visits of this influencer"),
    },
    "page_filter": {
        "influencer_id": mark("influencer"),
        "campaign_id": mark("campaign"),
        "channel": mark("channel"),
        "kind": mark("kind of traffic"),
    },
}

FORMULAS: dict[str, str] = {
    "pieces": mark(
        "Pieces of the product in the orders, times the credited share of each order; refunded "
        "pieces are not taken off."
    ),
    "product_orders": mark(
        "Credited orders with this product. An order with two products counts at both, so these "
        "do not add up."
    ),
    "product_net": mark(
        "Net revenue of the product = the credited net revenue of its orders, shared among their "
        "lines by what was paid for each; a refund goes to the lines that it names."
    ),
    "piece_price": mark("Price of a piece = revenue before refunds ÷ pieces."),
    "product_share": mark("Share of the net revenue of all products shown."),
    "pieces_more": mark("Pieces more (or fewer) than in the compared period."),
    "sold_by": mark("Net revenue by kind of traffic: natural, paid, KOL, unattributed."),
    "product_visits": mark("Visits that came as far as a product: its page, the cart or an order."),
    "cart_visits": mark(
        "Visits that came as far as the cart: something was put in, a coupon typed, the cart or "
        "checkout opened, or an order placed."
    ),
    "order_visits": mark(
        "Visits in which an order was placed, as far as the page tells. Orders themselves come "
        "from webhooks and files and are credited to channels apart from this."
    ),
    "step_lost": mark("Lost = visits that came to the step before and no further."),
    "pages_per_visit": mark("Pages a visit = page views ÷ visits."),
    "mean_duration": mark(
        "Time = last hit − first hit of a visit, on average; at least, since nobody tells when a "
        "page is closed. Bounces count as 0."
    ),
    "exit_rate": mark("Exit rate = visits that ended on the page ÷ views of it."),
    "entry_bounce": mark(
        "Bounce rate = visits that saw this page only and did nothing ÷ visits that began on it."
    ),
    "entry_order": mark(
        "Order rate = visits that began on the page and placed an order ÷ visits that began on it."
    ),
}
