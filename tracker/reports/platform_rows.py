"""Rows of the report on platforms: what one claims on one basis, beside what we credit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from tracker.domain.channels import Channel, Kind
from tracker.domain.metrics import share_of
from tracker.domain.platform_bases import Basis, read_basis
from tracker.reports.figures import Figures
from tracker.reports.rows import Context

ALL_PLATFORMS = "all"


@dataclass(frozen=True, slots=True)
class Claim:
    """Sums of what a platform says, in the base currency; None: it says nothing of the kind.

    visitors are people of a day: who came on two days is in the sum twice.
    """

    gmv_minor: int | None = None
    refund_minor: int | None = None
    spend_minor: int | None = None
    orders: int | None = None
    buyers: int | None = None
    visitors: int | None = None
    visits: int | None = None
    views: int | None = None
    clicks: int | None = None
    impressions: int | None = None
    engagements: int | None = None

    @property
    def roas(self) -> float | None:
        """What platforms call ROI or 投入产出比: their GMV / their spend of the same rows."""
        return share_of(self.gmv_minor, self.spend_minor)


CLAIM_FIELDS = tuple(one.name for one in fields(Claim))


def added(claims: Iterable[Claim]) -> Claim:
    """The sum of claims on one scope and basis; what nobody says stays unsaid."""
    listed = list(claims)
    if len(listed) == 1:
        return listed[0]
    sums: dict[str, int | None] = {}
    for name in CLAIM_FIELDS:
        said = [value for one in listed if (value := getattr(one, name)) is not None]
        sums[name] = sum(said) if said else None
    return Claim(**sums)


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One claim of a platform beside ours.

    Attributes:
        section: advertising, campaign, influencer, kind or source.
        platform: as records name it; ALL_PLATFORMS: the sum of a channel's platforms.
        report: preset of the report; "": several.
        name: of the platform's campaign, post or source; "": the whole account.
        channel: of advertising.
        kind: natural, paid or kol as the platform splits it; None: it does not.
        first, last: the days that the claim covers within the period.
        ours: what we have for the same: channel, campaign, influencer or kind; None: nothing of
            ours is known to be the same.
        is_first: whether it is the first of the rows that stand beside the same figures of ours.
        why: codes of `platform_why`: reasons for the difference.
    """

    section: str
    platform: str
    report: str
    name: str
    scope: str
    basis_code: str
    claim: Claim
    first: date
    last: date
    channel: Channel | None = None
    kind: Kind | None = None
    shop: str = ""
    influencer_id: int = 0
    campaign_id: int = 0
    ours: Figures | None = None
    is_comparable: bool = True
    is_first: bool = True
    why: tuple[str, ...] = ()

    @property
    def basis(self) -> Basis:
        """How the platform claims orders."""
        return read_basis(self.basis_code)

    @property
    def difference_minor(self) -> int | None:
        """Platform's GMV less our net revenue; None where the two are not about the same."""
        gmv = self.claim.gmv_minor
        if self.ours is None or gmv is None or not self.is_comparable:
            return None
        return gmv - self.ours.net_revenue_minor

    @property
    def difference_share(self) -> float | None:
        """The difference / our net revenue; None where ours is not above zero."""
        if self.difference_minor is None or self.ours is None:
            return None
        return share_of(self.difference_minor, self.ours.net_revenue_minor)

    # For sorting by a column's key.
    @property
    def gmv_minor(self) -> int | None:
        """Platform's GMV."""
        return self.claim.gmv_minor

    @property
    def spend_minor(self) -> int | None:
        """Spend as the platform states it."""
        return self.claim.spend_minor

    @property
    def platform_roas(self) -> float | None:
        """Platform's GMV / its spend."""
        return self.claim.roas

    @property
    def net_revenue_minor(self) -> int | None:
        """Ours."""
        return None if self.ours is None else self.ours.net_revenue_minor

    @property
    def roas(self) -> float | None:
        """Ours."""
        return None if self.ours is None else self.ours.roas


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A report that is not shown: its days are not within the period."""

    platform: str
    report: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """The page: rows of each section, and what is left out of it."""

    context: Context
    advertising: tuple[PlatformRow, ...] = ()
    campaigns: tuple[PlatformRow, ...] = ()
    influencers: tuple[PlatformRow, ...] = ()
    kinds: tuple[PlatformRow, ...] = ()
    sources: tuple[PlatformRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rows(self) -> tuple[PlatformRow, ...]:
        """All rows, in the order of the page."""
        return (
            *self.advertising, *self.campaigns, *self.influencers, *self.kinds, *self.sources,
        )  # fmt: skip

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for differences that some row has, each once."""
        return tuple(dict.fromkeys(code for row in self.rows for code in row.why))
