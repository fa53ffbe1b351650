from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.factories import NOON
from tracker.services.turns import give_back_turn, take_turn

MINUTE = timedelta(minutes=1)


def test_a_turn_is_taken_once_until_the_next_is_due(session):
    assert take_turn(session, "tick:visits", MINUTE, NOON)
    assert not take_turn(session, "tick:visits", MINUTE, NOON + timedelta(seconds=59))
    assert take_turn(session, "tick:visits", MINUTE, NOON + MINUTE)


def test_turns_of_different_work_do_not_hinder_each_other(session):
    assert take_turn(session, "tick:visits", MINUTE, NOON)
    assert take_turn(session, "tick:facts", MINUTE, NOON)


def test_after_an_hour_of_standstill_there_is_one_turn_and_not_sixty(session):
    assert take_turn(session, "tick:visits", MINUTE, NOON)
    later = NOON + timedelta(hours=1)
    assert take_turn(session, "tick:visits", MINUTE, later)
    assert not take_turn(session, "tick:visits", MINUTE, later)


def test_a_turn_that_was_given_back_is_due_at_once(session):
    assert take_turn(session, "tick:visits", MINUTE, NOON)
    give_back_turn(session, "tick:visits")
    assert take_turn(session, "tick:visits", MINUTE, NOON)


def test_of_many_processes_that_ask_at_once_one_gets_the_turn(database):
    def ask(_number):
        with database.write() as session:
            return take_turn(session, "tick:visits", MINUTE, NOON)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert answers.count(True) == 1
