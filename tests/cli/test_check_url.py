import json

from click.testing import CliRunner

from spiders.urls import Reason
from tracker.cli.check_url import command


def run(*arguments, stdin=None):
    result = CliRunner().invoke(command, list(arguments), input=stdin)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_every_url_gives_one_line_and_a_refusal_is_no_failure():
    result, lines = run("--offline", "--json", "https://example.com/", "http://localhost/")
    assert result.exit_code == 0
    assert lines == [
        {"url": "https://example.com/", "allowed": True, "reason": "ok"},
        {"url": "http://localhost/", "allowed": False, "reason": "local_name"},
    ]


def test_lines_of_standard_input_are_judged_one_by_one():
    _, lines = run("--offline", "--json", stdin="http://0/\n\nhttps://example.com/\r\n")
    assert [line["reason"] for line in lines] == ["private_address", "malformed", "ok"]


def test_literal_addresses_need_no_look_up():
    assert run("--json", "http://127.0.0.1/")[1][0]["reason"] == "private_address"


def test_the_help_names_every_reason():
    shown = CliRunner().invoke(command, ["--help"]).output
    assert [reason for reason in Reason if reason.value not in shown] == []


def test_without_json_it_is_for_people():
    result = CliRunner().invoke(command, ["--offline", "https://example.com/", "ftp://x"])
    assert result.stdout == "yes\thttps://example.com/\nscheme\tftp://x\n"
