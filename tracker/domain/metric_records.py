"""Records of public numbers that a file gives (see tracker.domain.records)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.numbers import NumberReading


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """Public numbers of an account, and of one of its posts, at one instant."""

    taken_at: datetime
    platform: str = ""
    """As the file names it; empty: to be read from an address."""
    account: str = ""
    """Handle, or address of the account."""
    influencer: str = ""
    """Whose account it is, for accounts that are not known yet; empty: not said."""
    account_counts: Mapping[str, NumberReading] = field(default_factory=dict)
    """followers, following, posts, likes (of all posts): those that the file says."""
    post_url: str = ""
    """Empty: the record is of no post."""
    post_title: str = ""
    published_at: datetime | None = None
    post_counts: Mapping[str, NumberReading] = field(default_factory=dict)
    """views, likes, comments, shares, saves."""
