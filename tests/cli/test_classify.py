import json

from click.testing import CliRunner

from tracker.cli.classify import command


def run(tmp_path, *lines):
    file = tmp_path / "landings.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return CliRunner().invoke(command, [str(file), "--json"])


def test_every_line_in_gives_one_line_out_with_all_keys(tmp_path):
    result = run(
        tmp_path,
        '{"landing_url": "https://shop.example/?utm_source=douyin&utm_medium=kol", "referrer": ""}',
        "",
        '{"landing_url": "https://shop.example/", "referrer": null, "user_agent": ""}',
        '{"landing_url": "https://shop.example/", "referrer": "https://www.alipay.com/"}',
    )
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"source": "douyin", "medium": "kol", "campaign": None, "channel": "kol", "kind": "kol",
         "paid_evidence": None, "bot": False},
        {"source": None, "medium": None, "campaign": None, "channel": "direct", "kind": "natural",
         "paid_evidence": None, "bot": True},
        {"source": None, "medium": None, "campaign": None, "channel": "internal", "kind": None,
         "paid_evidence": None, "bot": False},
    ]  # fmt: skip


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_answered(tmp_path):
    result = run(
        tmp_path,
        "not json",
        "[1]",
        '{"landing_url": 7}',
        '{"other": ""}',
        "[" * 100_000,
        '{"landing_url": "https://shop.example/?gclid=x", "referrer": ""}',
    )
    assert result.exit_code == 1
    assert [json.loads(line)["channel"] for line in result.stdout.splitlines()] == ["paid_search"]
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        f"line {number}" for number in range(1, 6)
    ]


def test_text_that_is_not_unicode_is_answered_in_ascii_or_unicode_without_raising(tmp_path):
    result = run(tmp_path, '{"landing_url": "https://shop.example/?utm_source=\\ud800x"}')
    assert result.exit_code == 0
    assert json.loads(result.stdout)["channel"] == "unassigned"
