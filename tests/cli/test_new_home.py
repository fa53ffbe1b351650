import json

import openpyxl
import pytest

from tests.imports.files import write
from tests.imports.reports import SPEND, UNSTORED
from tests.imports.world import EXAMPLES
from tracker.cli import run


@pytest.fixture
def tracker(settings, capsys):
    """Run a command in a home where nothing was made yet."""

    def call(*arguments):
        status = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


GOOGLE = next(report for report in SPEND if report.preset == "google_ads")


def test_first_file_makes_the_workspace_that_suits_it_and_says_so(tracker, tmp_path):
    status, output, message = tracker("import", write(tmp_path, GOOGLE.text), "--json")
    told = json.loads(output)
    assert (status, told["loaded"], told["currency"]) == (0, 1, "INR")
    assert "made workspace main and shop main (INR, UTC)" in message
    workspaces = json.loads(tracker("workspace", "list", "--json")[1])
    assert [(one["workspace"], one["currency"]) for one in workspaces] == [("main", "INR")]
    status, output, message = tracker("import", write(tmp_path, GOOGLE.text), "--json")
    assert (json.loads(output)["unchanged"], "made" in message) == (1, False)


def test_dry_run_in_a_new_home_tells_the_same_and_writes_nothing(tracker, tmp_path, settings):
    path = EXAMPLES / "orders.csv"
    status, output, message = tracker("import", path, "--dry-run", "--json")
    assert (status, json.loads(output)["would"]["loaded"]) == (0, 5)
    assert "would make workspace main" in message
    assert tracker("workspace", "list")[1] == ""  # still nothing there
    assert json.loads(tracker("import", path, "--json")[1])["loaded"] == 5


def test_file_that_is_not_recognised_makes_no_workspace(tracker, tmp_path):
    assert tracker("import", write(tmp_path, "hello world\n"))[0] == 1
    assert tracker("workspace", "list")[1] == ""


@pytest.mark.parametrize(
    ("name", "reason", "feeds"),
    [
        ("google_ads_range", "period_not_a_day", ["spend"]),
        ("jd_coupons_paid", "not_stored_yet", []),
    ],
)
def test_report_that_is_not_stored_ends_with_1_and_its_reason(
    tracker, tmp_path, name, reason, feeds
):
    status, output, _ = tracker("import", write(tmp_path, UNSTORED[name]), "--json")
    told = json.loads(output)
    assert (status, told["error"], told["feeds"]) == (1, reason, feeds)
    assert told["rows"] == len(told["ignored"]) + len(told["rejected"]) > 0
    # what could be spread over its days by asking for it has a history, so it needs a workspace
    assert bool(tracker("workspace", "list")[1]) == bool(feeds)


def test_slip_in_the_name_of_a_workspace_makes_none(tracker):
    status, _, message = tracker("import", EXAMPLES / "orders.csv", "--workspace", "brnad")
    assert (status, "workspace" in message) == (1, True)
    assert tracker("workspace", "list")[1] == ""


def test_sheets_are_reports_of_their_own_in_the_answer(tracker, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "花费"
    for row in (["平台", "日期", "消耗"], ["千川", "2026-11-01", 5], ["千川", "x", 5]):
        book.active.append(row)
    for row in (["订单号", "下单时间", "实付金额"], ["A", "2026-11-01", 7], ["B", "x", 5]):
        (book["订单"] if "订单" in book.sheetnames else book.create_sheet("订单")).append(row)
    book.create_sheet("说明").append(["hello"])
    path = tmp_path / "all.xlsx"
    book.save(path)
    _, output, message = tracker("import", path, "--json")
    told = json.loads(output)
    assert (told["rows"], told["loaded"], told["feeds"]) == (
        4,
        2,
        ["orders", "platform_figures", "refunds", "spend"],
    )
    assert told["rejected"] == [
        {"sheet": "花费", "line": 3, "reason": "not_a_date"},
        {"sheet": "订单", "line": 3, "reason": "not_a_date"},
    ]
    assert [one["name"] for one in told["reports"]] == ["花费", "订单", "说明"]
    assert [one["rows"] for one in told["reports"]] == [2, 2, 0]
    assert "说明" in message


def test_columns_that_are_not_used_are_named(tracker, tmp_path):
    message = tracker("import", write(tmp_path, GOOGLE.text))[2]
    assert "not used: Campaign status, Avg. cost, Cost / conv." in message


def test_several_shops_are_listed_when_none_is_named(tracker, tmp_path):
    tracker("import", EXAMPLES / "orders.csv")
    tracker("shop", "add", "second")
    status, output, message = tracker("import", EXAMPLES / "orders.csv", "--json")
    assert (status, json.loads(output)["error"]) == (1, "shop_needed: orders")
    assert "main, second" in message
