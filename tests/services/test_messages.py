"""The box of messages: claimed by one, tried again, given up; one bad destination stops nobody."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tracker.models import Destination, Message
from tracker.services import messages
from tracker.services.destinations import create_destination
from tracker.services.messages import LEASE, WAITS, claim_messages, finish_message, put_message

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2"


def place(session, workspace, name="group") -> Destination:
    return create_destination(
        session, workspace, name=name, service="wecom", given=WECOM, locale="en", key="k" * 40
    )


@pytest.fixture
def destination(session, workspace) -> Destination:
    return place(session, workspace)


def put(session, destination, **given) -> Message:
    return put_message(
        session, destination, **{"kind": "test", "title": "t", "body": "b", "now": NOON, **given}
    )


def test_a_message_is_claimed_once_until_its_lease_is_over(session, destination):
    put(session, destination)
    assert len(claim_messages(session, NOON, limit=5)) == 1
    assert claim_messages(session, NOON, limit=5) == []
    assert len(claim_messages(session, NOON + LEASE, limit=5)) == 1


def test_who_lost_the_claim_writes_nothing(session, destination):
    put(session, destination)
    (first,) = claim_messages(session, NOON, limit=5)
    (second,) = claim_messages(session, NOON + LEASE, limit=5)
    assert finish_message(session, first, "", NOON) == ""
    assert finish_message(session, second, "", NOON) == "sent"
    assert finish_message(session, second, "", NOON) == ""


def test_a_failure_is_tried_again_later_and_later_and_then_given_up(session, destination):
    row = put(session, destination)
    at = NOON
    for wait in WAITS:
        (claim,) = claim_messages(session, at, limit=5)
        assert finish_message(session, claim, "unreachable", at) == "waiting"
        assert claim_messages(session, at + wait - timedelta(seconds=1), limit=5) == []
        at += wait
    (claim,) = claim_messages(session, at, limit=5)
    assert finish_message(session, claim, "unreachable", at) == "failed"
    assert (row.tries, row.error, row.ended_at) == (len(WAITS) + 1, "unreachable", at)
    session.refresh(destination)
    assert destination.failures == len(WAITS) + 1


def test_a_success_after_failures_says_so(session, destination):
    put(session, destination)
    (claim,) = claim_messages(session, NOON, limit=5)
    finish_message(session, claim, "timeout", NOON)
    (claim,) = claim_messages(session, NOON + WAITS[0], limit=5)
    assert finish_message(session, claim, "", NOON + WAITS[0]) == "sent"
    session.refresh(destination)
    assert (destination.failures, destination.sent_at) == (0, NOON + WAITS[0])


@pytest.mark.parametrize("error", sorted(messages.HOPELESS))
def test_what_waiting_does_not_mend_is_given_up_at_once(session, destination, error):
    put(session, destination)
    (claim,) = claim_messages(session, NOON, limit=5)
    assert finish_message(session, claim, error, NOON) == "failed"


def test_a_title_is_one_line(session, destination):
    assert put(session, destination, title="a\r\nBcc: x\n b").title == "a Bcc: x b"


def test_history_is_forgotten_but_nothing_that_waits(session, destination):
    old = put(session, destination)
    (claim,) = claim_messages(session, NOON, limit=5)
    finish_message(session, claim, "", NOON)
    waiting = put(session, destination, files=["sent/a.csv"])
    later = NOON + messages.KEPT + timedelta(days=1)
    assert messages.forget_messages(session, later) == 1
    session.expire_all()
    assert session.get(Message, old.id) is None
    assert session.get(Message, waiting.id) is not None
    assert messages.needed_files(session) == {"sent/a.csv"}


def test_two_senders_at_once_share_the_box(database):
    with database.write() as session, factories.using(session):
        destination = place(session, factories.WorkspaceFactory())
        for _n in range(8):
            put(session, destination)
    claimed: list[int] = []
    barrier = threading.Barrier(4)

    def claim() -> None:
        barrier.wait()
        with database.write() as session:
            claimed.extend(one.id for one in claim_messages(session, NOON, limit=2))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed))
