from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import factories
from tests.reports.world import make_world, singles_day
from tracker.cli import report
from tracker.config import Settings
from tracker.db import Database

DAYS = ("--from", "2026-11-09", "--to", "2026-11-11")


@pytest.fixture
def run(settings: Settings, database: Database) -> Callable[..., Result]:
    with database.write() as session, factories.using(session):
        singles_day(make_world(session))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(report.command, arguments, catch_exceptions=False)

    return call


def test_json_is_one_document_whose_rows_add_up_to_its_total(run: Callable[..., Result]):
    result = run("channels", *DAYS, "--json")
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["model"] == "last_non_direct"
    assert (document["from"], document["to"], document["currency"]) == (
        "2026-11-09", "2026-11-11", "CNY",
    )  # fmt: skip
    net = [Decimal(row["net_revenue"]) for row in document["rows"]]
    assert sum(net) == Decimal(document["total"]["net_revenue"]) == Decimal("1760.00")
    unattributed = next(r for r in document["rows"] if r["channel"] == "unattributed")
    assert unattributed["kind"] is None
    assert unattributed["roas"] is None
    assert unattributed["visits"] == 0
    assert len({frozenset(row) for row in document["rows"]}) == 1


def test_csv_has_the_same_keys_and_rows(run: Callable[..., Result]):
    rows = json.loads(run("influencers", *DAYS, "--json").stdout)["rows"]
    text = run("influencers", *DAYS, "--csv").stdout_bytes.decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["slug"] for row in read] == [row["slug"] for row in rows]
    assert set(read[0]) == {*rows[0], "currency"}


def test_text_ends_with_the_total(run: Callable[..., Result]):
    lines = run("campaigns", *DAYS).stdout.splitlines()
    assert lines[-1].split()[:1] == ["total"]
    assert "1760.00" in lines[-1]


def test_a_model_nobody_computed_has_no_credit(run: Callable[..., Result]):
    document = json.loads(run("channels", *DAYS, "--model", "linear", "--json").stdout)
    assert document["total"]["net_revenue"] == "0.00"
    assert document["total"]["visits"] == 297


@pytest.mark.parametrize(
    "arguments",
    [
        ("sales", *DAYS),
        ("channels", "--from", "11/09"),
        ("channels", "--model", "best", *DAYS),
        ("channels", "--csv", "--json", *DAYS),
        ("channels", "--from", "2026-11-12", "--to", "2026-11-11"),
    ],
)
def test_wrong_usage_ends_with_two(run: Callable[..., Result], arguments: tuple[str, ...]):
    assert run(*arguments).exit_code == 2


def test_a_shop_that_is_not_there_is_refused(run: Callable[..., Result]):
    with pytest.raises(Exception, match="no shop nowhere"):
        run("channels", *DAYS, "--shop", "nowhere")
