"""What signals are called: codes, programmes, sources, campaigns, influencers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.paths import Touches, TouchKind
from tracker.models import AffiliateRow, Campaign, Coupon, Influencer, Mark
from tracker.services.bulk import among


@dataclass(frozen=True, slots=True)
class Names:
    """Names by row id."""

    marks: Mapping[int, str]
    coupons: Mapping[int, str]
    programmes: Mapping[int, str]
    campaigns: Mapping[int, str]
    influencers: Mapping[int, str]

    def label(self, kind: TouchKind, raw_id: int, mark_id: int) -> str:
        """What a signal is known by; empty when nothing more can be said."""
        if kind is TouchKind.coupon:
            return self.coupons.get(raw_id, "")
        if kind is TouchKind.affiliate:
            return self.programmes.get(raw_id, "")
        return self.marks.get(mark_id, "")

    def codes_of_shop(self, session: Session, shop_id: int) -> set[str]:
        """All codes that a shop has registered."""
        return set(session.scalars(select(Coupon.code).where(Coupon.shop_id == shop_id)))


def read_names(session: Session, signals: Touches) -> Names:
    """The names of everything that these signals mention (for a few orders, not for millions)."""

    def ids(kind: TouchKind) -> list[int]:
        return [int(i) for i in np.unique(signals.raw_id[signals.touch_kind == int(kind)])]

    marks = session.execute(
        select(Mark.id, Mark.source, Mark.medium, Mark.campaign).where(
            among(session, Mark.id, np.unique(signals.mark).tolist())
        )
    )
    coupons = session.execute(
        select(Coupon.id, Coupon.code, Coupon.label).where(
            among(session, Coupon.id, ids(TouchKind.coupon))
        )
    )
    programmes = session.execute(
        select(AffiliateRow.id, AffiliateRow.platform).where(
            among(session, AffiliateRow.id, ids(TouchKind.affiliate))
        )
    )
    campaigns = session.execute(
        select(Campaign.id, Campaign.name).where(
            among(session, Campaign.id, np.unique(signals.campaign).tolist())
        )
    )
    influencers = session.execute(
        select(Influencer.id, Influencer.name).where(
            among(session, Influencer.id, np.unique(signals.influencer).tolist())
        )
    )
    return Names(
        marks={i: " / ".join(part for part in parts if part) for i, *parts in marks},
        coupons={i: label or code for i, code, label in coupons},
        programmes={row[0]: row[1] for row in programmes},
        campaigns={row[0]: row[1] for row in campaigns},
        influencers={row[0]: row[1] for row in influencers},
    )
