"""Who may be fetched when: the switch, quiet hours, promotions, and the claims on hosts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories import NOON, CampaignFactory, WorkspaceFactory
from tests.support.fetched import deliver, fetched, listing, watch_listing, watched_workspace
from tracker.models import CrawlRun, CrawlTarget, Promotion
from tracker.services.crawl_claims import BATCH_TARGETS, LEASE, claim_host, close_lost_runs
from tracker.services.crawl_schedule import set_schedule
from tracker.services.crawl_targets import fetch_now
from tracker.services.errors import RefusedError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def watched(session):
    return watched_workspace(session)


def watch(session, workspace, url="https://shop.example/mug", at=NOON):
    target = watch_listing(session, workspace, url)
    target.next_at = at
    session.flush()
    return target


def ids(claim):
    return None if claim is None else [target.id for target in claim.targets]


def test_without_the_switch_nothing_is_claimed_but_what_a_person_asks_for(session):
    workspace = WorkspaceFactory()
    target = watch(session, workspace)
    assert claim_host(session, NOON) is None
    fetch_now(session, workspace, target.id, NOON)
    assert ids(claim_host(session, NOON)) == [target.id]


def test_in_quiet_hours_nothing_is_claimed_and_no_date_falls_into_them(session, watched):
    # noon in Shanghai; quiet from 11:00 to 13:30
    set_schedule(session, watched, is_on=True, quiet_from=660, quiet_until=810)
    target = watch(session, watched)
    assert claim_host(session, NOON) is None
    assert ids(claim_host(session, NOON + 1.5 * HOUR)) == [target.id]
    set_schedule(session, watched, is_on=True, quiet_from=0, quiet_until=1_439)
    at = NOON + 2 * DAY
    target.next_at, target.is_asked = at, True
    deliver(session, [fetched(target, at, items=[listing()])], at)
    local = target.next_at + 8 * HOUR
    assert (local.hour, local.minute) == (23, 59)


def test_a_paused_target_is_left_alone(session, watched):
    target = watch(session, watched)
    target.is_active = False
    session.flush()
    assert claim_host(session, NOON) is None


def promote(session, workspace, first, last):
    session.add(
        Promotion(
            workspace_id=workspace.id, festival="double11", name="双11", starts_on=first,
            ends_on=last, created_at=NOON,
        )
    )  # fmt: skip
    session.flush()


def test_during_a_promotion_listings_are_read_four_times_a_day(session, watched):
    promote(session, watched, date(2026, 11, 10), date(2026, 11, 12))
    target = watch(session, watched)
    deliver(session, [fetched(target, NOON, items=[listing()])], NOON)
    assert 6 * HOUR <= target.next_at - NOON <= 6.6 * HOUR


def test_a_promotion_that_begins_draws_dates_nearer(session, watched):
    target = watch(session, watched)
    deliver(session, [fetched(target, NOON, items=[listing()])], NOON)
    assert target.next_at >= NOON + DAY
    promote(session, watched, date(2026, 11, 11), date(2026, 11, 12))
    assert claim_host(session, NOON + HOUR) is None
    session.refresh(target)
    assert target.next_at == NOON + 6 * HOUR
    assert ids(claim_host(session, NOON + 6 * HOUR)) == [target.id]


def test_a_campaign_counts_as_promotion_only_with_both_dates(session, watched):
    target = watch(session, watched)
    CampaignFactory(workspace=watched, starts_on=date(2026, 11, 1), ends_on=None)
    deliver(session, [fetched(target, NOON, items=[listing()])], NOON)
    assert target.next_at >= NOON + DAY
    CampaignFactory(workspace=watched, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1))
    at = target.next_at
    deliver(session, [fetched(target, at, items=[listing()])], at)
    assert target.next_at - at <= 6.6 * HOUR


@pytest.mark.parametrize(
    ("quiet", "code"),
    [((None, 5), "value_missing"), ((5, None), "value_missing"), ((-1, 5), "out_of_range"),
     ((0, 1_440), "out_of_range")],
)  # fmt: skip
def test_quiet_hours_are_minutes_of_a_day_and_both(session, watched, quiet, code):
    with pytest.raises(RefusedError, match=code):
        set_schedule(session, watched, is_on=True, quiet_from=quiet[0], quiet_until=quiet[1])


def test_one_host_belongs_to_one_claim_and_others_to_others(session, watched):
    mine = watch(session, watched, "https://a.example/1")
    also_mine = watch(session, watched, "https://a.example/2")
    other = watch(session, watched, "https://b.example/1", NOON + timedelta(seconds=1))
    now = NOON + HOUR
    assert ids(claim_host(session, now)) == [mine.id, also_mine.id]
    assert ids(claim_host(session, now)) == [other.id]
    assert claim_host(session, now) is None
    assert claim_host(session, now + LEASE - HOUR / 60) is None
    assert ids(claim_host(session, now + LEASE)) == [mine.id, also_mine.id]


def test_targets_beyond_a_batch_wait_for_the_next_one(session, watched):
    for number in range(BATCH_TARGETS + 3):
        watch(session, watched, f"https://a.example/{number}")
    claim = claim_host(session, NOON)
    results = [fetched(target, NOON, items=[listing()]) for target in claim.targets]
    assert len(results) == BATCH_TARGETS
    later = NOON + LEASE
    deliver(session, [], later)  # the worker of the first claim died before it wrote anything
    assert len(claim_host(session, later + HOUR).targets) == BATCH_TARGETS


def test_what_a_person_asks_for_goes_first(session, watched):
    for number in range(BATCH_TARGETS):
        watch(session, watched, f"https://a.example/{number}", NOON - DAY)
    asked = watch(session, watched, "https://a.example/asked")
    fetch_now(session, watched, asked.id, NOON)
    assert ids(claim_host(session, NOON))[0] == asked.id


def test_runs_of_dead_workers_are_closed(session, watched):
    watch(session, watched)
    claim = claim_host(session, NOON)
    assert close_lost_runs(session, NOON) == 0
    assert close_lost_runs(session, NOON + LEASE) == 1
    run = session.get_one(CrawlRun, claim.run_id)
    session.refresh(run)
    assert (run.outcome, run.ended_at) == ("lost", NOON + LEASE)


def test_claiming_takes_as_many_statements_for_a_thousand_targets_as_for_one(
    session, watched, queries
):
    watch(session, watched, "https://a.example/0")
    queries.clear()
    claim_host(session, NOON)
    few = len(queries)
    for number in range(60):
        session.add(
            CrawlTarget(
                workspace_id=watched.id, kind="listing", source="page", listing_id=number + 1,
                url=f"https://b{number}.example/", host=f"b{number}.example", next_at=NOON,
                created_at=NOON,
            )
        )  # fmt: skip
    session.flush()
    queries.clear()
    claim_host(session, NOON)
    assert len(queries) <= few + 1
