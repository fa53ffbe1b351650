import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select

from tests.services.credit_rebuild import DERIVED, derived, fill
from tracker.cli import attribute
from tracker.models import Credit, CreditDay
from tracker.services import fitting


@pytest.fixture
def run(settings, database):
    fill(database)

    def call(*arguments):
        return CliRunner().invoke(attribute.command, arguments, catch_exceptions=False)

    return call


def test_json_says_what_was_done(run):
    result = run("--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["orders"] == 60
    assert answer["days"] > 5
    assert (answer["lost"], answer["waiting"], answer["rebuild"]) == (0, 0, False)
    assert answer["from"] is answer["to"] is None
    again = json.loads(run("--json").stdout)
    assert (again["orders"], again["days"]) == (0, 0)


def test_rebuild_gives_the_same_rows_even_after_losing_them(run, database):
    run()
    before = derived(database)
    with database.write() as session:
        for table in DERIVED:
            session.execute(delete(table))
    assert run("--rebuild").exit_code == 0
    assert derived(database) == before


def test_rebuild_of_some_days_touches_only_these(run, database):
    run()
    with database.write() as session:
        session.execute(delete(Credit))
    result = run("--rebuild", "--from", "2026-11-11", "--to", "2026-11-11", "--json")
    assert json.loads(result.stdout)["days"] == 1
    with database.read() as session:
        assert [str(day) for day in session.scalars(select(Credit.ordered_on).distinct())] == [
            "2026-11-11"
        ]
        assert (session.scalar(select(func.count()).select_from(CreditDay)) or 0) > 0


def test_days_in_the_wrong_order_are_wrong_usage(run):
    assert run("--from", "2026-11-12", "--to", "2026-11-11").exit_code == 2


def test_text_is_one_line_of_figures(run):
    assert run().stdout.startswith("60 orders of ")


def test_a_rebuild_fits_no_week_anew_unless_asked_to(run, monkeypatch):
    asked = []

    def fake(database, **more):
        asked.append((more["refit"], str(more["first"])))
        return 3

    monkeypatch.setattr(fitting, "ensure_fits", fake)
    assert json.loads(run("--rebuild", "--json").stdout)["fits"] == 3
    run("--refit", "--from", "2026-11-02")
    assert asked == [(False, "None"), (True, "2026-11-02")]
