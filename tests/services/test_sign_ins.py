"""Signed-in browsers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import NOON, UserFactory
from tracker.models import SignIn
from tracker.services import sign_ins


@pytest.fixture
def user(session):
    return UserFactory()


def test_a_token_leads_to_its_user_until_it_is_ended(session, user):
    token = sign_ins.start(session, user, NOON)
    assert sign_ins.find_user(session, token, NOON) == (user, False)
    sign_ins.end(session, token)
    sign_ins.end(session, token)
    assert sign_ins.find_user(session, token, NOON) is None


def test_nothing_but_the_whole_token_is_one(session, user):
    token = sign_ins.start(session, user, NOON)
    for wrong in ("", token[:-1], token + "x", sign_ins.hash_token(token)):
        assert sign_ins.find_user(session, wrong, NOON) is None


def test_every_token_is_another(session, user):
    assert len({sign_ins.start(session, user, NOON) for _ in range(20)}) == 20


def test_it_ends_when_idle_unless_it_was_used(session, user):
    token = sign_ins.start(session, user, NOON)
    late = NOON + sign_ins.IDLE + timedelta(minutes=1)
    assert sign_ins.find_user(session, token, late) is None
    sign_ins.seen(session, token, NOON + timedelta(hours=4))
    assert sign_ins.find_user(session, token, late) is not None


def test_it_ends_after_a_week_however_much_it_is_used(session, user):
    token = sign_ins.start(session, user, NOON)
    end = NOON + sign_ins.LONGEST
    sign_ins.seen(session, token, end)
    assert sign_ins.find_user(session, token, end - timedelta(seconds=1)) is not None
    assert sign_ins.find_user(session, token, end) is None


def test_being_seen_is_due_only_now_and_then(session, user):
    token = sign_ins.start(session, user, NOON)
    soon, later = NOON + timedelta(minutes=1), NOON + sign_ins.SEEN_EVERY
    assert sign_ins.find_user(session, token, soon) == (user, False)
    assert sign_ins.find_user(session, token, later) == (user, True)


def test_a_disabled_user_has_no_sign_in(session, user):
    token = sign_ins.start(session, user, NOON)
    user.is_active = False
    session.flush()
    assert sign_ins.find_user(session, token, NOON) is None


def test_all_others_can_be_ended(session, user):
    mine, other = sign_ins.start(session, user, NOON), sign_ins.start(session, user, NOON)
    stranger = sign_ins.start(session, UserFactory(), NOON)
    sign_ins.end_others(session, user.id, mine)
    assert sign_ins.find_user(session, mine, NOON) is not None
    assert sign_ins.find_user(session, other, NOON) is None
    assert sign_ins.find_user(session, stranger, NOON) is not None


def test_a_new_sign_in_clears_those_that_have_ended(session, user):
    sign_ins.start(session, user, NOON)
    sign_ins.start(session, user, NOON + timedelta(days=8), "x" * 1000)
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1
    assert len(session.scalars(select(SignIn.user_agent)).one()) == sign_ins.USER_AGENT_CHARS
