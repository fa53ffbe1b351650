"""`tracker paths` on tables that no one would want: a result for each, no exception and no NaN."""

import json

import pytest
from click.testing import CliRunner

from tracker.cli.paths import command

HEAD = "path,total_conversions,total_conversion_value,total_null\n"

TABLES = {
    "journeys without an order": "a>b,0,0,7\nb,0,0,1\n",
    "an order without a touch": ",1,10,0\na,1,10,0\n",
    "a channel that comes twice at one time": "a>a,1,10,1\n",
    "circles": "a>b>a>b>a>b,3,30,2\nb>a>b>a,1,10,9\n",
    "one channel only": "a>a>a,3,30,0\na,2,20,1\n",
    "totals that orders of one channel cannot attain": "a,90,900,0\na>b,1,10,0\nb,0,0,99\n",
    "no value": "a>b,2,0,0\nb,1,0,4\n",
    "a negative value": "a>b,2,-20,1\nb,1,5,4\n",
    "a long journey": ">".join(["a", "b", "c"] * 30_000) + ",1,10,0\nc>a,1,5,3\n",
    "names that nobody knows": "🙂 渠道>(not set)>direct,1,10,0\nNULL>0>-1,2,20,3\n",
    "direct visits only": "direct>direct,1,10,1\n(direct),1,10,0\n",
    "hardly any orders": "a>b,0.001,0.01,1000000\nb,0,0,1000000000\n",
}
UNCREDITED = {"journeys without an order"}
"""Nothing to give away, so nobody has an effect."""


def no_nan(text):
    raise AssertionError(f"{text} is no number for a reader of JSON")


def read(tmp_path, text, *options):
    file = tmp_path / "paths.csv"
    file.write_text(HEAD + text)
    result = CliRunner().invoke(command, [str(file), "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout, parse_constant=no_nan)


@pytest.mark.parametrize("order", ["1", "2"])
@pytest.mark.parametrize("name", TABLES)
def test_a_strange_table_has_credits_that_add_up_under_every_model(tmp_path, name, order):
    lines = [line.rsplit(",", 3) for line in TABLES[name].splitlines()]
    lines = [line for line in lines if line[0]]
    found = read(tmp_path, TABLES[name], "--order", order)
    for column, place in (("conversions", 1), ("value", 2)):
        total = sum(float(line[place]) for line in lines)
        for model, credit in found["models"].items():
            assert set(credit[column]) == set(found["channels"])
            expected = 0 if name in UNCREDITED and model == "markov" else total
            assert sum(credit[column].values()) == pytest.approx(expected, abs=1e-9), model
    effects = found["markov"]["removal"].values()
    assert all(0 <= effect <= 1 for effect in effects)


def test_one_channel_only_gets_everything(tmp_path):
    found = read(tmp_path, TABLES["one channel only"])
    for credit in found["models"].values():
        assert credit["conversions"] == pytest.approx({"a": 5})


def test_totals_are_those_of_the_definition_where_no_order_could_attain_them(tmp_path):
    # Of 91 orders b was part of one, yet nearly all of b's walks end without an order.
    found = read(tmp_path, TABLES["totals that orders of one channel cannot attain"])
    removal = found["markov"]["removal"]
    share = removal["b"] / (removal["a"] + removal["b"])
    assert found["models"]["markov"]["conversions"]["b"] == pytest.approx(91 * share)


@pytest.mark.parametrize("row", ["x,-1,5,0", "x,1,1,-3", "x,nan,1,0", "x,1,inf,0", "x,1e400,1,0"])
def test_a_row_of_impossible_numbers_is_left_out_and_named(tmp_path, row):
    found = read(tmp_path, f"a,1,1,0\n{row}\n")
    assert [one["line"] for one in found["rejected"]] == [3]
    assert found["channels"] == ["a"]
