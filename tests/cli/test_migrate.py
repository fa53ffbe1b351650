import json

from click.testing import CliRunner

from tracker.cli.migrate import command
from tracker.migrations import newest_revision


def test_an_empty_database_gets_its_tables_and_a_second_time_changes_nothing(
    empty_database_url, tmp_path, monkeypatch
):
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setenv("TRACKER_DATABASE_URL", empty_database_url)
    answers = [CliRunner().invoke(command, ["--json"], catch_exceptions=False) for _ in range(2)]
    newest = newest_revision()
    assert [json.loads(answer.stdout) for answer in answers] == [
        {"before": None, "after": newest},
        {"before": newest, "after": newest},
    ]
