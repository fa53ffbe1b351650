from datetime import date

from tracker.domain.records import Outcome, Reason, Refused
from tracker.imports.result import Result
from tracker.imports.units import Unit
from tracker.services.batches import Note


def unit(*lines, currency="CNY", paid=100, day=date(2026, 11, 1)):
    return Unit(lines, (), "k", day=day, currency=currency, amounts={"paid": paid})


def test_counts_are_rows_of_the_file():
    result = Result()
    result.add_unit(unit(2, 3), Outcome.LOADED)
    result.add_unit(unit(4), Outcome.UNCHANGED)
    result.add_unit(unit(5, 6), Refused(Reason.NO_EXCHANGE_RATE))
    result.add_unit(unit(7), Refused(Reason.NEWER_VERSION_KNOWN))
    result.add_notes([Note(8, "ignored", Reason.TOTAL_ROW)])
    told = result.as_json()
    assert (told["loaded"], told["unchanged"], told["updated"]) == (2, 1, 0)
    assert told["rejected"] == [
        {"line": 5, "reason": "no_exchange_rate"},
        {"line": 6, "reason": "no_exchange_rate"},
    ]
    assert [one["line"] for one in told["ignored"]] == [7, 8]
    assert told["rows"] == 7
    assert told["totals"] == {"paid": "2.00"}


def test_period_and_totals_are_of_rows_that_were_not_refused():
    result = Result()
    result.add_unit(unit(2, day=date(2026, 11, 3)), Outcome.LOADED)
    result.add_unit(unit(3, day=date(2026, 11, 1)), Outcome.UPDATED)
    result.add_unit(unit(4, day=date(2020, 1, 1)), Refused(Reason.UNKNOWN_CURRENCY))
    assert result.as_json()["period"] == {"from": "2026-11-01", "to": "2026-11-03"}


def test_amounts_of_two_currencies_are_never_added():
    result = Result()
    result.add_unit(unit(2, currency="USD"), Outcome.LOADED)
    result.add_unit(unit(3, currency="JPY"), Outcome.LOADED)
    told = result.as_json()
    assert told["currency"] is None
    assert told["totals"] == {"paid (JPY)": "100", "paid (USD)": "1.00"}


def test_every_key_is_there_for_a_file_that_was_not_recognised():
    told = Result(error="not_recognised").as_json()
    assert told["preset"] is None
    assert told["period"] == {"from": None, "to": None}
    assert (told["rows"], told["feeds"], told["rejected"]) == (0, [], [])
