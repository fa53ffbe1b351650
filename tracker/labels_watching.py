"""Words for what is watched on public pages; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "fetch_status": {
        "": mark("not fetched yet"),
        "ok": mark("read"),
        "unchanged": mark("unchanged"),
        "ambiguous": mark("read, but contradicts itself"),
        "quarantined": mark("kept aside"),
        "empty": mark("nothing readable"),
        "blocked": mark("refused"),
        "challenge": mark("asks for a captcha"),
        "login_wall": mark("asks to sign in"),
        "not_found": mark("not there"),
        "gone": mark("removed"),
        "not_public": mark("not public"),
        "robots": mark("robots.txt says no"),
        "rate_limited": mark("too many requests"),
        "server_error": mark("server error"),
        "bad_content": mark("unreadable content"),
        "too_large": mark("too large"),
        "private_address": mark("forbidden address"),
        "timeout": mark("took too long"),
        "unreachable": mark("unreachable"),
        "no_key": mark("key missing or refused"),
        "interrupted": mark("interrupted"),
    },
    "robots_status": {
        "": mark("not asked yet"),
        "rules": mark("has rules"),
        "allow_all": mark("allows everything"),
        "disallow_all": mark("could not be asked, so it counts as no"),
    },
    "target_kind": {
        "account": mark("Account"),
        "post": mark("Post"),
        "listing": mark("Listing"),
    },
    "doubt": {
        "field_lost": mark("a field was lost on most pages"),
        "count_fell": mark("a count fell by half or more"),
        "count_jumped": mark("a count jumped"),
        "price_jumped": mark("a price moved tenfold"),
        "currency_changed": mark("the currency changed"),
    },
    "availability": {
        "": mark("not said"),
        "in_stock": mark("in stock"),
        "limited": mark("few left"),
        "out_of_stock": mark("out of stock"),
        "pre_order": mark("pre-order"),
        "back_order": mark("back order"),
        "made_to_order": mark("made to order"),
        "discontinued": mark("discontinued"),
        "reserved": mark("reserved"),
        "in_store_only": mark("in stores only"),
        "online_only": mark("online only"),
    },
    "look": {
        "too_little": mark("too little data"),
        "nothing": mark("nothing unusual"),
        "note": mark("one thing to note"),
        "look": mark("worth a look"),
    },
    "metric": {
        "followers": mark("Followers"),
        "following": mark("Following"),
        "posts": mark("Posts"),
        "views": mark("Views"),
        "likes": mark("Likes"),
        "comments": mark("Comments"),
        "shares": mark("Shares"),
        "saves": mark("Saves"),
        "review_count": mark("Reviews"),
        "sold": mark("Sold"),
        "rating": mark("Rating"),
        "rank": mark("Place"),
    },
}
"""Group -> code -> message id."""
