"""Tests of links and creatives as pages show them: n, rate, difference, interval, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.domain.experiments import (
    UNEVEN_BELOW,
    Difference,
    Interval,
    Verdict,
    confidence_of,
    difference,
    evenness,
    verdict,
    wilson,
)
from tracker.domain.metrics import share_of
from tracker.models import Campaign, LinkTest, LinkTestArm
from tracker.reports.state import ReportState

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class ArmRow:
    """An arm. rate: buyers ÷ counted visitors; None: nobody is counted yet. compared: with the
    first arm; None: it is the first one, or the planned sample is not there: then nothing is said
    (looking early and often finds differences that are none)."""

    arm: LinkTestArm
    rate: float | None
    interval: Interval | None
    compared: Difference | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class LinkTestResult:
    """A test with its arms. done_share: counted visitors of the emptiest arm ÷ planned sample.
    is_uneven: the arms got such different numbers of visitors that chance is no explanation."""

    test: LinkTest
    campaign: str
    arms: tuple[ArmRow, ...]
    is_complete: bool
    done_share: float | None
    is_uneven: bool
    confidence: float

    @property
    def baseline(self) -> float:
        """Expected share of buyers."""
        return self.test.baseline_ppm / PPM

    @property
    def uplift(self) -> float:
        """Smallest relative difference worth seeing."""
        return self.test.uplift_ppm / PPM

    @property
    def state(self) -> str:
        """complete, ended (before its sample was there), running."""
        if self.is_complete:
            return "complete"
        return "running" if self.test.ends_on is None else "ended"


@dataclass(frozen=True, slots=True)
class ArmLine:
    """An arm with its test: a line of a file."""

    result: LinkTestResult
    row: ArmRow


def link_test_results(session: Session, state: ReportState) -> tuple[LinkTestResult, ...]:
    """All tests of the workspace, newest first (two statements)."""
    query = (
        select(LinkTest, Campaign.name)
        .join(Campaign, Campaign.id == LinkTest.campaign_id)
        .where(LinkTest.workspace_id == state.workspace_id)
        .options(selectinload(LinkTest.arms))
        .order_by(LinkTest.starts_on.desc(), LinkTest.id.desc())
    )
    return tuple(result_of(test, name) for test, name in session.execute(query))


def arm_lines(session: Session, state: ReportState) -> list[ArmLine]:
    """All arms of all tests, for files."""
    return [
        ArmLine(result, row) for result in link_test_results(session, state) for row in result.arms
    ]


def result_of(test: LinkTest, campaign: str) -> LinkTestResult:
    """What a test says, from its counts."""
    arms = list(test.arms)
    is_complete = all(arm.counted >= test.planned_n for arm in arms)
    confidence = confidence_of(len(arms))
    unevenness = evenness([arm.visitors for arm in arms])
    return LinkTestResult(
        test=test,
        campaign=campaign,
        arms=_rows(arms, confidence, is_complete=is_complete),
        is_complete=is_complete,
        done_share=share_of(min(arm.counted for arm in arms), test.planned_n),
        is_uneven=unevenness is not None and unevenness < UNEVEN_BELOW,
        confidence=confidence,
    )


def _rows(
    arms: Sequence[LinkTestArm], confidence: float, *, is_complete: bool
) -> tuple[ArmRow, ...]:
    first = arms[0]
    rows = []
    for arm in arms:
        compared = None
        if is_complete and arm is not first:
            compared = difference(
                (first.buyers, first.counted), (arm.buyers, arm.counted), confidence
            )
        said = None
        if arm is not first:
            said = verdict(compared, is_complete=True) if compared else Verdict.NOT_ENOUGH
        rows.append(
            ArmRow(
                arm=arm,
                rate=share_of(arm.buyers, arm.counted),
                interval=wilson(arm.buyers, arm.counted) if arm.counted else None,
                compared=compared,
                verdict=said,
            )
        )
    return tuple(rows)
