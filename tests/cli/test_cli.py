"""The command line as a whole: names, exit statuses, streams, start-up."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.support.processes import ROOT
from tracker import cli
from tracker.cli import Commands, run


def call(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def commands():
    return cli.cli.list_commands(None)


def test_every_file_of_the_folder_is_a_command_that_can_be_called(commands):
    assert {"up", "user", "doctor", "backup", "restore", "bench"} <= set(commands)
    for name in commands:
        command = cli.cli.get_command(None, name)
        assert command is not None, name
        assert command.help, f"tracker {name} has no help"


def test_names_have_dashes_and_words_of_python_are_no_obstacle(monkeypatch, tmp_path):
    for name in ("read_number", "import_", "_common", "__init__"):
        (tmp_path / f"{name}.py").touch()
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "__init__.py"))
    assert Commands("x").list_commands(None) == ["import", "read-number"]


def test_help_lists_every_command(commands):
    shown = CliRunner().invoke(cli.cli, ["--help"]).output
    assert all(f"  {name}" in shown for name in commands)


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["user"], ["up", "--port", "0"], ["--nonsense"]]
)
def test_wrong_usage_ends_with_2_and_says_nothing_on_stdout(arguments, capsys):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert captured.out == ""


def test_a_known_error_is_one_line_on_stderr_and_1(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    assert run(["user", "list"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "tracker up" in captured.err


def test_a_bad_setting_names_its_variable(monkeypatch, capsys):
    monkeypatch.setenv("TRACKER_PORT", "many")
    assert run(["doctor"]) == 1
    assert "TRACKER_PORT" in capsys.readouterr().err


def test_a_bug_is_not_dressed_up_as_an_answer(monkeypatch):
    def broken(_self, _ctx, _name):
        raise ZeroDivisionError

    monkeypatch.setattr(Commands, "get_command", broken)
    with pytest.raises(ZeroDivisionError):
        run(["doctor"])


def test_chinese_is_written_whatever_the_locale(tmp_path):
    answer = call("--help", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "达人" in answer.stdout.decode()


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    done = subprocess.run(
        f"{sys.executable} -m tracker --help | head -c 1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr


def test_a_command_that_needs_no_database_loads_none():
    program = (
        "import sys; from tracker.cli import run; run(['classify', '--help']);"
        "heavy = {'sqlalchemy', 'pandas', 'flask', 'rq', 'granian'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_doctor_prints_one_document(settings):
    result = CliRunner().invoke(cli.cli, ["doctor", "--json"])
    assert set(json.loads(result.stdout)) == {"ok", "checks"}
