"""When a rule speaks: once for what is new, twice a day at most, never of what it was muted for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.services.test_messages import place
from tracker.domain.alerts import Reading
from tracker.models import AlertRule
from tracker.services.alert_notices import Notice, take_notices
from tracker.services.alert_readings import Seen
from tracker.services.alert_rules import (
    KINDS,
    Measures,
    create_rule,
    mute_rule,
    set_active,
    update_rule,
)
from tracker.services.alerts import apply_readings
from tracker.services.errors import RefusedError
from tracker.services.messages import put_message

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def rule(session, workspace) -> AlertRule:
    made = create_rule(
        session, workspace, "roi_below", KINDS["roi_below"].usual, NOON,
        destination_ids=[place(session, workspace).id],
    )  # fmt: skip
    made.rearm_s = None
    return made


def see(session, rule, at, **subjects: bool | None) -> None:
    """Read subjects (s1, s2 …): bad, good, or not to be read."""
    seen = [
        Seen(int(name[1:]), Reading(None if is_bad is None else 1, bool(is_bad)), {})
        for name, is_bad in subjects.items()
    ]
    apply_readings(session, rule, seen, at)


def speak(session, workspace, at) -> list[Notice]:
    """What rules say, put into the box as the job does."""
    notices = list(take_notices(session, workspace.id, at))
    for notice in notices:
        for destination in notice.destinations:
            put_message(
                session, destination, kind="alert", rule_id=notice.rule.id, title="t", body="b",
                now=at,
            )  # fmt: skip
    return notices


def subjects(notices: list[Notice]) -> list[tuple[list[int], list[int]]]:
    return [
        (sorted(s.subject_id for s in n.news), sorted(s.subject_id for s in n.over))
        for n in notices
    ]


def test_what_is_new_is_said_once_and_its_end_too(session, workspace, rule):
    see(session, rule, NOON + HOUR, s1=True, s2=False)
    assert subjects(speak(session, workspace, NOON + HOUR)) == [([1], [])]
    see(session, rule, NOON + 2 * HOUR, s1=True, s2=False)
    assert speak(session, workspace, NOON + 2 * HOUR) == []
    see(session, rule, NOON + 3 * HOUR, s1=False, s2=False)
    assert subjects(speak(session, workspace, NOON + 3 * HOUR)) == [([], [1])]
    see(session, rule, NOON + 30 * HOUR, s1=False, s2=False)
    assert speak(session, workspace, NOON + 30 * HOUR) == []


def test_a_rule_speaks_twice_a_day_and_the_rest_waits_as_long_as_it_lasts(session, workspace, rule):
    see(session, rule, NOON + HOUR, s1=True)
    assert len(speak(session, workspace, NOON + HOUR)) == 1
    see(session, rule, NOON + 2 * HOUR, s1=True, s2=True)
    assert len(speak(session, workspace, NOON + 2 * HOUR)) == 1
    see(session, rule, NOON + 3 * HOUR, s1=True, s2=True, s3=True, s4=True)
    assert speak(session, workspace, NOON + 3 * HOUR) == []
    see(session, rule, NOON + 4 * HOUR, s1=True, s2=True, s3=True, s4=False)
    later = NOON + HOUR + DAY + timedelta(seconds=1)
    assert subjects(speak(session, workspace, later)) == [([3], [])]


def test_what_happens_while_muted_is_never_said_and_states_go_on(session, workspace, rule):
    mute_rule(session, rule, NOON + DAY)
    see(session, rule, NOON + HOUR, s1=True)
    assert speak(session, workspace, NOON + HOUR) == []
    see(session, rule, NOON + 2 * DAY, s1=True)
    assert speak(session, workspace, NOON + 2 * DAY) == []
    see(session, rule, NOON + 3 * DAY, s1=True, s2=True)
    assert subjects(speak(session, workspace, NOON + 3 * DAY)) == [([2], [])]


def test_it_is_said_again_after_rearm_while_it_lasts(session, workspace, rule):
    rule.rearm_s = 3 * 86_400
    see(session, rule, NOON + HOUR, s1=True)
    assert len(speak(session, workspace, NOON + HOUR)) == 1
    see(session, rule, NOON + 2 * DAY, s1=True)
    assert speak(session, workspace, NOON + 2 * DAY) == []
    see(session, rule, NOON + 4 * DAY, s1=True)
    assert subjects(speak(session, workspace, NOON + 4 * DAY)) == [([1], [])]


def test_what_cannot_be_read_stays_as_it_was(session, workspace, rule):
    see(session, rule, NOON + HOUR, s1=True)
    speak(session, workspace, NOON + HOUR)
    see(session, rule, NOON + 2 * HOUR, s1=None)
    assert speak(session, workspace, NOON + 2 * HOUR) == []
    see(session, rule, NOON + 3 * HOUR, s1=True)
    assert speak(session, workspace, NOON + 3 * HOUR) == []


def test_a_first_destination_is_not_told_of_the_past(session, workspace, rule):
    usual, places = KINDS["roi_below"].usual, rule.destination_ids
    update_rule(session, rule, usual, NOON, destination_ids=[])
    see(session, rule, NOON + HOUR, s1=True)
    assert speak(session, workspace, NOON + HOUR) == []
    update_rule(session, rule, usual, NOON + 2 * HOUR, destination_ids=places)
    assert speak(session, workspace, NOON + 3 * HOUR) == []


def test_a_paused_rule_is_silent_and_does_not_make_up_for_it(session, workspace, rule):
    see(session, rule, NOON + HOUR, s1=True)
    set_active(session, rule, False, NOON + 2 * HOUR)
    assert speak(session, workspace, NOON + 2 * HOUR) == []
    set_active(session, rule, True, NOON + DAY)
    assert speak(session, workspace, NOON + DAY) == []


def test_a_destination_of_somebody_else_is_refused(session, workspace):
    from tests.factories import WorkspaceFactory

    theirs = place(session, WorkspaceFactory())
    with pytest.raises(RefusedError):
        create_rule(
            session, workspace, "roi_below", KINDS["roi_below"].usual, NOON,
            destination_ids=[theirs.id],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("roi_below", Measures("nothing", 0, 7, 0, 0)),
        ("roi_below", Measures("total", 0, 0, 0, 0)),
        ("refund_above", Measures("total", 0, 7, 0, 1_000_001)),
        ("code_spike", Measures("", 0, 1, -1, 3_000_000)),
        ("crawl_stale", Measures("", 0, 61, 0, 0)),
        ("pacing_behind", Measures("", 0, 0, 0, 0, 91)),
    ],
)
def test_measures_out_of_range_are_refused(session, workspace, kind, wrong):
    with pytest.raises(RefusedError, match="out_of_range"):
        create_rule(session, workspace, kind, wrong, NOON)
