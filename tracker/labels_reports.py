"""Words for drivers of changes, the first steps and the demo; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "driver": {
        "visits": mark("Visits"),
        "conversion": mark("Conversion"),
        "basket": mark("Basket"),
        "orders": mark("Orders"),
        "new": mark("Began to sell"),
        "gone": mark("Stopped selling"),
        "refunds": mark("Refunds"),
        "goods": mark("Goods cost"),
        "cost": mark("Cost"),
    },
    "roi_driver": {
        "visits": mark("ROI by visits"),
        "conversion": mark("ROI by conversion"),
        "basket": mark("ROI by basket"),
        "orders": mark("ROI by orders"),
        "new": mark("ROI by what began to sell"),
        "gone": mark("ROI by what stopped selling"),
        "refunds": mark("ROI by refunds"),
        "goods": mark("ROI by goods cost"),
        "cost": mark("ROI by cost"),
    },
    "driver_text": {
        "visits": mark("More or fewer visits, at the conversion and basket of both periods."),
        "conversion": mark("More or fewer orders of each visit."),
        "basket": mark("More or less revenue before refunds of each order."),
        "orders": mark(
            "More or fewer orders, where one of the periods has no visit of ours to compare with."
        ),
        "new": mark("It sold nothing in the compared period."),
        "gone": mark("It sold in the compared period, and nothing in this one."),
        "refunds": mark("More or less money given back."),
        "goods": mark("Dearer or cheaper goods sold."),
        "cost": mark("More or less spent on it."),
    },
    "measure": {"net_revenue": mark("Net revenue"), "roi": mark("ROI")},
    "moved_by": {
        "source": mark("Channels and influencers"),
        "channel": mark("Channels"),
        "influencer": mark("Influencers"),
        "campaign": mark("Campaigns"),
    },
    "first_step": {
        "shop": mark("Add your shop"),
        "orders": mark("Bring in orders"),
        "visits": mark("Paste the script into your shop"),
        "influencer": mark("Add the first influencer"),
        "signal": mark("Give them a link or a code"),
        "cost": mark("Enter what it cost"),
        "result": mark("See the first ROI"),
    },
    "first_step_text": {
        "shop": mark("The platform you sell on, its currency and time zone."),
        "orders": mark(
            "Drop the platform's export as it is, or let Shopify or WooCommerce send each order."
        ),
        "visits": mark(
            "Two lines, for shops of your own. On Tmall, Douyin and the like there is no script: "
            "codes and affiliate files take its place."
        ),
        "influencer": mark("By hand, or a list from a file."),
        "signal": mark("A tracked link shows every click; a code works on every platform."),
        "cost": mark("A deal with its fee, or a file of ad spend."),
        "result": mark("As soon as an order is credited and a cost is known."),
    },
    "first_step_button": {
        "shop": mark("Add a shop"),
        "orders": mark("Import orders"),
        "visits": mark("Get the script"),
        "influencer": mark("Add an influencer"),
        "signal": mark("Add a link"),
        "cost": mark("Enter a cost"),
        "result": mark("See influencers"),
    },
    "demo_step": {
        "": mark("Waiting for its turn"),
        "people, codes, links, campaigns": mark("People, codes, links, campaigns"),
        "days": mark("Days of visits and orders"),
        "visits": mark("Putting visits together"),
        "traffic": mark("Counting traffic"),
        "models": mark("Fitting models"),
        "attribution": mark("Crediting orders"),
        "costs": mark("Booking costs"),
        "accounts, posts, listings": mark("Accounts, posts, listings"),
        "an unfinished demo is taken away first": mark("Taking away what an interruption left"),
        "removing": mark("Taking the demo away"),
    },
}
"""Group -> code -> message id."""
