import json

import pytest
from click.testing import CliRunner

from tracker.cli import bench


@pytest.fixture
def measure(monkeypatch, tmp_path):
    (tmp_path / "adding.py").write_text(
        "from pathlib import Path\n\n\ndef main(numbers=2, name='x'):\n"
        "    return {'numbers': numbers, 'name': name}\n"
    )
    (tmp_path / "shared.py").write_text("ONE = 1\n")
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    return lambda *arguments: CliRunner().invoke(bench.command, arguments)


def test_a_measurement_runs_with_its_options_and_prints_one_document(measure):
    result = measure("adding", "--numbers", "1000", "--name=dask", "--json")
    assert json.loads(result.stdout) == {"numbers": 1000, "name": "dask"}


def test_its_own_defaults_hold_without_options(measure):
    assert measure("adding").stdout == "numbers: 2\nname: x\n"


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["shared"], ["adding", "--numbers"], ["adding", "1", "2"]]
)
def test_what_is_no_measurement_or_no_option_is_wrong_usage(measure, arguments):
    result = measure(*arguments)
    assert result.exit_code == 2
