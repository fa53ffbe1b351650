# ruff: noqa: E501 -- tables are read by rows
import json

from click.testing import CliRunner

from tracker.cli.read_number import command


def run(*arguments, stdin=None):
    result = CliRunner().invoke(command, list(arguments), input=stdin)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_every_text_gives_one_line_with_all_keys():
    result, lines = run("--json", "--", "-5", "1.2万", "12:30")
    assert result.exit_code == 0
    assert lines == [
        {"value": -5, "low": -5, "high": -4, "currency": None, "raw": "-5", "precision": "exact"},
        {"value": 12000, "low": 11500, "high": 13000, "currency": None, "raw": "1.2万", "precision": "rounded"},
        {"value": None, "low": None, "high": None, "currency": None, "raw": "12:30", "precision": None},
    ]  # fmt: skip


def test_prices_are_decimal_text_and_counts_numbers():
    assert run("--json", "--as", "price", "19.90")[1][0]["value"] == "19.90"
    assert run("--json", "--as", "count", "1,234")[1][0]["value"] == 1234
    assert run("--json", "€5")[1][0]["high"] == "5.01"


def test_lines_of_standard_input_are_read_and_none_is_left_out():
    _, lines = run("--json", stdin="100\r\n\n1,5 K\n")
    assert [line["value"] for line in lines] == [100, None, 1500]
    assert lines[0]["raw"] == "100"


def test_the_currency_of_the_page_is_an_option():
    assert run("--json", "--currency", "CAD", "$5")[1][0]["currency"] == "CAD"
    assert run("--json", "--currency", "dollars", "$5")[0].exit_code == 2


def test_without_json_it_is_for_people():
    result = CliRunner().invoke(command, ["1.2万+", "abc"])
    assert result.stdout == "1.2万+\t12000\t\tat_least\nabc\t-\n"
