"""The record of what a platform says of itself (see `tracker.domain.records` for the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PlatformFigureRecord:
    """Figures of one subject and period, as a platform claims them; a later one replaces it.

    Counts and amounts are None where the file does not say. They are shown beside ours and never
    added to them.
    """

    platform: str
    report: str
    """Name of the preset that read it: two reports of one platform are two statements."""
    subject: str
    """Of `platform_bases.SUBJECTS`."""
    starts_on: date
    ends_on: date
    """The last day, included; the same as `starts_on` for a figure of a day."""
    currency: str
    subject_ref: str = ""
    """The platform's id, else its name; "": the whole account."""
    subject_name: str = ""
    account: str = ""
    layer: str = ""
    """Of figures that came with spend: its layer, so that both count or neither."""
    scope: str = "total"
    basis: str = ""
    kind: str = ""
    channel: str = ""
    """A `Channel` value where the figure is about advertising; "": none."""
    influencer: str = ""
    """Handle on `handle_platform`, else a name; "": nobody is named."""
    influencer_name: str = ""
    handle_platform: str = ""
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


@dataclass(frozen=True, slots=True)
class AffiliateRefundRecord:
    """Commission that an affiliate programme gave back after a refund; its order may come later."""

    platform: str
    """The programme, as in the affiliate row that it speaks of."""
    order_ref: str
    booked_on: date
    commission_minor: int
    """Given back; positive."""
    currency: str
    ref: str = ""
    """The line it is about; "": the whole order."""
