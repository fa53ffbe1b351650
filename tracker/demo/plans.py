"""What the demo brand has planned: offers of its promotions, tests of its videos and notes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.demo.media import EVERYDAY
from tracker.demo.season import Season
from tracker.models import Promotion, Workspace
from tracker.services import campaigns, link_tests, promotion_rules

BIG = 0.5
"""A festival of this strength has a presale and a flash sale too."""

PRESALE_DAYS = 14


def add_offers(session: Session, promotion: Promotion, strength: float) -> None:
    """Write down what a promotion offers; no figure of the demo comes from it."""
    promotion_rules.add_rule(
        session, promotion, kind="full_reduction", threshold_minor=30_000, off_minor=5_000
    )
    promotion_rules.add_rule(session, promotion, kind="coupon", off_ppm=100_000, note="达人专属码")
    if strength >= BIG:
        promotion_rules.add_rule(
            session, promotion, kind="presale", deposit_minor=2_000,
            starts_on=promotion.starts_on - timedelta(days=PRESALE_DAYS),
            ends_on=promotion.starts_on - timedelta(days=1),
        )  # fmt: skip
        promotion_rules.add_rule(
            session, promotion, kind="flash_sale", off_minor=9_900, starts_on=promotion.ends_on,
            note="20:00-24:00",
        )  # fmt: skip


def plan_tests(session: Session, workspace: Workspace, season: Season, now: datetime) -> None:
    """Two tests: one whose sample is full, and one that needs more visitors than there are."""
    everyday = campaigns.campaign_ids(session, workspace.id, [EVERYDAY])[EVERYDAY]
    for name, contents, baseline_ppm, uplift_ppm in (
        ("视频封面：7 号对 9 号", ("v7", "v9"), 20_000, 200_000),
        ("笔记首图：3 号对 6 号", ("note3", "note6"), 50_000, 4_000_000),
    ):
        test = link_tests.create_test(
            session, workspace, campaign_id=everyday, name=name, contents=contents,
            starts_on=season.start, baseline_ppm=baseline_ppm, uplift_ppm=uplift_ppm,
        )  # fmt: skip
        link_tests.count_test(session, test, now)
