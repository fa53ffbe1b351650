from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests import factories
from tests.factories import NOON
from tests.reports.world import make_world, singles_day
from tracker.cli import export
from tracker.config import Settings
from tracker.db import Database

DAYS = ("--from", "2026-11-09", "--to", "2026-11-11")


@pytest.fixture
def run(settings: Settings, database: Database) -> Callable[..., Result]:
    with database.write() as session, factories.using(session):
        world = make_world(session)
        singles_day(world)
        for n in range(3):
            factories.OrderFactory(shop=world.own, ref=f"=cmd{n}", placed_at=NOON)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(export.command, arguments, catch_exceptions=False)

    return call


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("table", ["channels", "campaigns", "influencers", "days", "orders"])
def test_every_table_is_written_with_its_rows(run: Callable[..., Result], table: str):
    assert rows_of(run(table, *DAYS).stdout_bytes)


def test_orders_with_a_formula_for_a_number_are_harmless(run: Callable[..., Result]):
    assert {row["order"] for row in rows_of(run("orders", *DAYS).stdout_bytes)} == {
        "'=cmd0", "'=cmd1", "'=cmd2",
    }  # fmt: skip


def test_a_file_is_written_whole_and_stdout_stays_empty(run: Callable[..., Result], tmp_path: Path):
    target = tmp_path / "days.csv"
    result = run("days", *DAYS, "-o", str(target))
    assert result.stdout == ""
    assert [row["day"] for row in rows_of(target.read_bytes())] == [
        "2026-11-09", "2026-11-10", "2026-11-11",
    ]  # fmt: skip
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_is_not_there_is_refused(run: Callable[..., Result], tmp_path: Path):
    with pytest.raises(Exception, match="No such file"):
        run("days", *DAYS, "-o", str(tmp_path / "none" / "days.csv"))


def test_codes_need_somebody_whose_they_are(run: Callable[..., Result]):
    assert run("codes", *DAYS).exit_code == 2
    assert rows_of(run("codes", *DAYS, "--influencer", "lin").stdout_bytes) == []


def test_a_name_that_ends_in_xlsx_gets_a_workbook(run: Callable[..., Result], tmp_path: Path):
    target = tmp_path / "days.xlsx"
    result = run("days", *DAYS, "-o", str(target), "--headings", "zh_CN")
    assert result.exit_code == 0
    rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True))
    assert [row[0].date().isoformat() for row in rows[1:]] == [
        "2026-11-09", "2026-11-10", "2026-11-11",
    ]  # fmt: skip
