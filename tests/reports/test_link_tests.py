from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.factories import TODAY, CampaignFactory
from tests.reports.world import World
from tracker.domain.experiments import Verdict, difference
from tracker.reports.link_tests import arm_lines, link_test_results
from tracker.services.link_tests import create_test


@pytest.fixture
def counted(world: World):
    """A test of two arms with these (visitors, counted, buyers)."""

    def make(*arms, planned=1_000):
        test = create_test(
            world.session, world.workspace,
            campaign_id=CampaignFactory(workspace=world.workspace, name="双11").id,
            name="Tin or field", contents=[f"arm-{n}" for n in range(len(arms))],
            starts_on=TODAY, baseline_ppm=50_000, uplift_ppm=300_000,
        )  # fmt: skip
        test.planned_n = planned
        for arm, (visitors, n, buyers) in zip(test.arms, arms, strict=True):
            arm.visitors, arm.counted, arm.buyers = visitors, n, buyers
        world.session.flush()
        [result] = link_test_results(world.session, world.state())
        return result

    return make


def test_before_the_planned_sample_nothing_is_said(counted):
    result = counted((1_200, 1_000, 10), (1_100, 999, 90))
    assert not result.is_complete
    assert [row.compared for row in result.arms] == [None, None]
    assert [row.verdict for row in result.arms] == [None, Verdict.NOT_ENOUGH]
    assert [row.rate for row in result.arms] == [0.01, pytest.approx(90 / 999)]
    assert result.done_share == 0.999


def test_a_full_sample_tells_the_difference_with_its_interval(counted):
    result = counted((1_200, 1_000, 50), (1_190, 1_000, 90))
    first, second = result.arms
    assert result.state == "complete"
    assert (first.verdict, second.verdict) == (None, Verdict.BETTER)
    assert second.compared == difference((50, 1_000), (90, 1_000), 0.95)
    assert not result.is_uneven
    assert result.campaign == "双11"


def test_more_arms_are_compared_more_carefully(counted):
    result = counted((1_000, 1_000, 50), (1_000, 1_000, 71), (1_000, 1_000, 50))
    assert difference((50, 1_000), (71, 1_000), 0.95).interval.low > 0
    assert [row.verdict for row in result.arms[1:]] == [Verdict.NO_DIFFERENCE] * 2


def test_arms_that_got_uneven_shares_are_doubted(counted):
    assert counted((1_200, 0, 0), (1_000, 0, 0)).is_uneven


def test_a_test_that_ended_early_says_so(counted, world: World):
    result = counted((5, 5, 1), (4, 4, 1))
    assert result.state == "running"
    result.test.ends_on = TODAY
    world.session.flush()
    assert link_test_results(world.session, world.state())[0].state == "ended"


def test_files_have_a_line_for_each_arm(counted, world: World, session: Session):
    counted((1_000, 1_000, 50), (1_000, 1_000, 90))
    assert [line.row.arm.content for line in arm_lines(session, world.state())] == [
        "arm-0", "arm-1",
    ]  # fmt: skip


def test_nobody_came_yet(counted):
    result = counted((0, 0, 0), (0, 0, 0))
    assert [row.rate for row in result.arms] == [None, None]
    assert not result.is_uneven
