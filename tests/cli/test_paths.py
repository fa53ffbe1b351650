import json

import pytest
from click.testing import CliRunner

from tracker.cli import run
from tracker.cli.paths import command

TINY = "path;total_conversions;total_null\nC1>C2>C3;1;0\nC1;0;1\nC2>C3;0;1\n"


@pytest.fixture
def paths(tmp_path):
    def call(text, *options):
        file = tmp_path / "paths.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return CliRunner().invoke(command, [str(file), *options])

    return call


def test_one_document_has_all_models_and_the_effects(paths):
    result = paths(TINY, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert document["channels"] == ["C1", "C2", "C3"]
    assert list(document["models"]) == [
        "first", "last", "last_non_direct", "linear", "position_based", "time_decay", "markov",
        "shapley",
    ]  # fmt: skip
    markov = document["models"]["markov"]
    assert markov["conversions"] == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4})
    assert markov["value"] is None
    assert document["markov"]["p_conversion"] == pytest.approx(1 / 3)
    assert document["markov"]["removal"] == pytest.approx({"C1": 0.5, "C2": 1, "C3": 1})
    assert (document["rows"], document["rejected"]) == (3, [])


def test_one_model_alone_has_no_effects_unless_it_is_markov(paths):
    document = json.loads(paths(TINY, "--model", "linear", "--json").stdout)
    assert list(document["models"]) == ["linear"]
    assert document["markov"] is None
    document = json.loads(paths(TINY, "--model", "markov", "--order", "2", "--json").stdout)
    assert document["markov"]["removal"] == pytest.approx({"C1": 0.5, "C2": 1, "C3": 1})


def test_half_life_and_step_set_the_decay(paths):
    text = "path,total_conversions\na>b,3\n"
    options = ("--model", "time_decay", "--half-life-hours", "12", "--step-hours", "12", "--json")
    document = json.loads(paths(text, *options).stdout)
    assert document["models"]["time_decay"]["conversions"] == pytest.approx({"a": 1, "b": 2})


def test_rejected_rows_are_named_and_the_others_counted(paths):
    result = paths("path,total_conversions\na,1\n,1\n", "--json")
    assert result.exit_code == 0
    assert result.stderr == "line 3: the path is empty; left out\n"
    document = json.loads(result.stdout)
    assert document["rejected"] == [{"line": 3, "reason": "the path is empty"}]
    assert document["models"]["first"]["conversions"] == {"a": 1}


def test_many_rejected_rows_are_not_all_listed(paths):
    result = paths("path,total_conversions\na,1\n" + ",1\n" * 50)
    assert len(result.stderr.splitlines()) == 21
    assert result.stderr.splitlines()[-1] == "and 30 more rows left out"


def test_text_output_is_a_table_with_chinese_names_aligned(paths):
    text = "path,total_conversions,total_conversion_value\n小红书>b,2,9.5\n".encode("gb18030")
    result = paths(text, "--model", "linear")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "conversions  linear",
        "b            1.0000",
        "小红书       1.0000",
        "total        2.0000",
        "",
        "value   linear",
        "b         4.75",
        "小红书    4.75",
        "total     9.50",
    ]


def test_a_path_longer_than_a_cell_of_the_csv_module_is_read(paths):
    text = "path,total_conversions\n" + ">".join(["channel"] * 50_000) + ",1\n"
    assert paths(text, "--json").exit_code == 0


@pytest.mark.parametrize(
    "text", ["", "path,total_conversions\n", "path,total_conversions\n,1\n", "a,b\n1,2\n", b"\0\1"]
)
def test_a_file_without_any_path_fails_in_one_line(tmp_path, capsys, text):
    file = tmp_path / "paths.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert run(["paths", str(file), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("tracker: paths.csv: ")


@pytest.mark.parametrize(
    "options",
    [["--model", "guess"], ["--order", "0"], ["--half-life-hours", "0"], ["--step-hours", "-1"]],
)
def test_wrong_options_are_wrong_usage(paths, options):
    assert paths(TINY, *options).exit_code == 2
