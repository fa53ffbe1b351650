import json

import pytest

from tests.imports.files import write
from tests.imports.world import EXAMPLES
from tracker.cli import run
from tracker.imports.result import Result

KEYS = ["preset", "feeds", "container", "encoding", "delimiter", "header_line", "rows", "loaded",
        "updated", "unchanged", "ignored", "rejected", "period", "currency", "totals", "notices",
        "columns", "effect", "would", "error"]  # fmt: skip


@pytest.fixture
def tracker(settings, capsys):
    """Run a command; gives exit status, standard output and standard error."""

    def call(*arguments):
        status = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    call("workspace", "add", "brand")
    call("shop", "add", "main")
    return call


def document(output):
    assert output.count("\n") == 1
    return json.loads(output)


def test_json_is_one_document_with_all_keys(tracker):
    status, output, _ = tracker("import", EXAMPLES / "orders.csv", "--json")
    told = document(output)
    assert (status, list(told)) == (0, KEYS)
    assert told["feeds"] == ["orders", "refunds"]
    assert (told["rows"], told["loaded"], told["currency"]) == (5, 5, "CNY")
    assert told["period"] == {"from": "2026-11-01", "to": "2026-11-02"}
    assert told["totals"]["paid"] == "435.00"
    assert told["would"] is told["error"] is None


def test_second_time_everything_is_unchanged_and_that_is_no_failure(tracker):
    tracker("import", EXAMPLES / "orders.csv")
    status, output, _ = tracker("import", EXAMPLES / "orders.csv", "--json")
    assert (status, document(output)["unchanged"]) == (0, 5)


def test_dry_run_says_would_and_keeps_nothing(tracker):
    status, output, _ = tracker("import", EXAMPLES / "orders.csv", "--dry-run", "--json")
    told = document(output)
    assert (status, told["would"]) == (0, {"loaded": 5, "updated": 0, "unchanged": 0})
    assert document(tracker("import", EXAMPLES / "orders.csv", "--json")[1])["loaded"] == 5


def test_strict_fails_on_a_rejected_row_and_keeps_the_good_ones(tracker, tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\n1,2026-11-01,5\n2,2026-11-01,-5\n")
    assert tracker("import", path)[0] == 0
    status, output, _ = tracker("import", path, "--strict", "--json")
    told = document(output)
    assert (status, told["unchanged"]) == (1, 1)
    assert told["rejected"] == [{"line": 3, "reason": "negative_amount"}]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("hello world\n", "not_recognised"),
        ("order_id,placed_at,paid\n1,03/04/2026,5\n", "ambiguous_date: placed_at"),
        ("order_id,placed_at,paid,paid\n", "duplicate_column: paid"),
        (b"order_id,placed_at,paid\n1,\xff\xff,2\n", "unknown_encoding"),
        (b"", "empty_file"),
    ],
)
def test_file_that_cannot_be_read_is_one_line_and_exit_1(tracker, tmp_path, text, error):
    status, output, message = tracker("import", write(tmp_path, text), "--json")
    told = document(output)
    assert (status, list(told), told["error"]) == (1, KEYS, error)
    assert message.count("\n") == 1


def test_dates_option_answers_the_question(tracker, tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\n1,03/04/2026,5\n")
    told = document(tracker("import", path, "--dates", "mdy", "--json")[1])
    assert told["period"]["from"] == "2026-03-04"


def test_file_without_rows_loads_nothing_and_says_so(tracker, tmp_path):
    status, output, _ = tracker("import", write(tmp_path, "order_id,placed_at,paid\n"), "--json")
    assert (status, document(output)["rows"]) == (1, 0)


def test_shop_is_asked_for_when_there_are_several(tracker, tmp_path):
    tracker("shop", "add", "second", "--currency", "USD")
    status, output, message = tracker("import", EXAMPLES / "orders.csv", "--json")
    assert (status, document(output)["error"]) == (1, "shop_needed: orders")
    assert "which shop" in message
    assert tracker("import", EXAMPLES / "orders.csv", "--shop", "main")[0] == 0
    assert tracker("import", EXAMPLES / "influencers.csv")[0] == 0
    status, _, message = tracker("import", EXAMPLES / "orders.csv", "--shop", "third")
    assert (status, "known: main, second" in message) == (1, True)


def test_wrong_usage_is_2(tracker, tmp_path):
    assert tracker("import", tmp_path / "absent.csv")[0] == 2
    assert tracker("import")[0] == 2


def test_people_read_counts_totals_and_the_first_problems(tracker, tmp_path):
    rows = "".join(f"{n},never,5\n" for n in range(30))
    path = write(tmp_path, "order_id,placed_at,paid\nA,2026-11-01,5\n" + rows)
    _, output, _ = tracker("import", path)
    assert "31 rows: 1 loaded" in output
    assert "line 3 rejected: not a date (placed_at: never)" in output
    assert "and 10 more" in output
    assert "paid: 5.00 CNY" in output


def test_result_has_the_keys_of_the_contract():
    assert list(Result().as_json()) == KEYS
