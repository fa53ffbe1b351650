"""Words for promotions, tags, pacing and tests; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "promotion_rule": {
        "coupon": mark("Coupon"),
        "full_reduction": mark("Full reduction"),
        "flash_sale": mark("Flash sale"),
        "presale": mark("Presale"),
        "other": mark("Other offer"),
    },
    "festival_dimension": {
        "kind": mark("Kind of traffic"),
        "channel": mark("Channel"),
        "influencer": mark("Influencer"),
    },
    "tag_dimension": {
        "source": mark("Source"),
        "medium": mark("Medium"),
        "campaign": mark("Campaign"),
        "content": mark("Content"),
        "term": mark("Term"),
    },
    "tag_status": {
        "known": mark("known"),
        "alias": mark("read as another word"),
        "not_allowed": mark("not on the list"),
        "unknown": mark("unknown"),
        "missing": mark("not said"),
    },
    "standing": {
        "ahead": mark("ahead"),
        "on_time": mark("on time"),
        "behind": mark("behind"),
        "unknown": mark("cannot be said"),
    },
    "spend_standing": {
        "ahead": mark("too fast"),
        "on_time": mark("on time"),
        "behind": mark("too slow"),
        "unknown": mark("cannot be said"),
    },
    "test_verdict": {
        "not_enough_data": mark("not enough data"),
        "better": mark("better"),
        "worse": mark("worse"),
        "no_difference": mark("no difference shown"),
    },
    "test_state": {
        "running": mark("running"),
        "complete": mark("complete"),
        "ended": mark("ended before its sample was there"),
    },
}
