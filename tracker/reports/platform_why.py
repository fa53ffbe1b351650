"""Why a platform's claim and our credit differ: codes that pages explain, no guess at how much."""

from __future__ import annotations

from tracker.reports.platform_rows import ALL_PLATFORMS, PlatformRow

_OF_SCOPE = {
    "direct": "one_item",
    "focus": "one_item",
    "indirect": "other_items",
    "ordered": "not_paid",
    "settled": "settled_later",
}
WHOLE_SITE = frozenset({"douyin_qianchuan_whole"})
"""Reports of promotion that claims the natural orders of an item too."""

_VIEWS = frozenset({"view", "read", "touch"})


def why(row: PlatformRow, lookback_days: int, *, is_live: bool = False) -> tuple[str, ...]:
    """The reasons that follow from a claim's scope and basis, and from what it stands beside."""
    if row.claim.gmv_minor is None:
        return ()
    found: list[str] = []
    if is_live:
        found.append("whole_room")
    if row.report in WHOLE_SITE:
        found.append("natural_too")
    if row.section in ("advertising", "campaign") and row.platform != ALL_PLATFORMS:
        found += _of_basis(row, lookback_days)
    elif row.basis.caliber in _VIEWS:
        found.append("view")
    if row.scope in _OF_SCOPE:
        found.append(_OF_SCOPE[row.scope])
    if row.scope != "net":
        found.append("before_refunds")
    if not row.is_comparable:
        found.append("several_platforms")
    if row.ours is None and row.section in ("campaign", "influencer"):
        found.append("not_joined")
    return tuple(found)


def _of_basis(row: PlatformRow, lookback_days: int) -> list[str]:
    basis = row.basis
    found = ["view"] if basis.caliber in _VIEWS else []
    if basis.days is None:
        return [*found, "no_window"]
    return [*found, "window"] if basis.days != lookback_days else found
