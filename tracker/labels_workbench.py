"""Words for what is made for many influencers at once; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "handout_problem": {
        "bad_slug": mark("Only lower-case letters, digits and hyphens: use another pattern"),
        "slug_taken": mark("This link exists already"),
        "twice": mark("Several in this list would get the same"),
        "bad_address": mark("The address cannot be used"),
        "not_http": mark("The address must start with http:// or https://"),
        "code_missing": mark("The pattern gives no code here"),
        "code_owned": mark("Somebody else owns this code in that time"),
        "code_own": mark("They own this code already"),
        "code_shop_wide": mark("Everybody has this code"),
        "code_leaked": mark("This code has leaked"),
        "taken_back": mark("Taken back"),
    },
}
"""Group -> code -> message id."""
