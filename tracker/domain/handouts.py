"""Links and codes for many influencers at once: what is asked for, and what each of them gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made for each of `people`. Texts are patterns.

    link_slug, code: "": no links, no codes. on: the day that the patterns are filled for.
    valid_from: since when a code is theirs; valid_until: the first instant at which it no longer
    is, None: it never ends.
    """

    people: tuple[int, ...]
    on: date
    link_slug: str = ""
    target_url: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    campaign_id: int = 0
    code: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one influencer gets. Empty slug or code: none is wanted.

    link_problem, code_problem: why it is not made, "" if it is: bad_slug, slug_taken, twice (in
    this very list), bad_address, not_http; code_missing, twice, code_owned, code_own,
    code_shop_wide, code_leaked; taken_back (it was made, and was taken back).
    """

    influencer_id: int
    influencer: str
    name: str
    agency: str
    link_slug: str = ""
    target_url: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    link_problem: str = ""
    code: str = ""
    code_problem: str = ""
    code_since: int = 0
    """Since when the code is theirs, in microseconds."""

    @property
    def has_link(self) -> bool:
        """Whether a link is made."""
        return bool(self.link_slug) and not self.link_problem

    @property
    def has_code(self) -> bool:
        """Whether a code is given."""
        return bool(self.code) and not self.code_problem


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be made, a line an influencer."""

    lines: tuple[Line, ...]

    @property
    def n_links(self) -> int:
        """Links that are made."""
        return sum(line.has_link for line in self.lines)

    @property
    def n_codes(self) -> int:
        """Codes that are given."""
        return sum(line.has_code for line in self.lines)

    @property
    def n_left_out(self) -> int:
        """Links and codes that something stands in the way of."""
        return sum(bool(line.link_problem) + bool(line.code_problem) for line in self.lines)
