# ruff: noqa: E501 -- tables are read by rows
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.json_text import load_json


@pytest.mark.parametrize(("text", "expected"), [
    ('{"a": 1.50}', [{"a": Decimal("1.50")}]),
    ('{"a": 1,}', [{"a": 1}]),
    ('[1, 2,\n]', [[1, 2]]),
    ('/* x */ {"a": "/* kept */ // kept"} // y', [{"a": "/* kept */ // kept"}]),
    ('<!-- {"a": 1} -->', [{"a": 1}]),
    ('//<![CDATA[\n{"a": 1}\n//]]>', [{"a": 1}]),
    ('{"a": 1};', [{"a": 1}]),
    ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
    ('{"a": 1}}', [{"a": 1}]),
    ('window.__STATE__ = {"a": undefined};', [{"a": None}]),
    ('callback({"a": 1});', [{"a": 1}]),
    (")]}'\n" + '{"a": 1}', [{"a": 1}]),
    ('for(;;);{"a": 1}', [{"a": 1}]),
    ('{"a": "it\\\'s"}', [{"a": "it's"}]),
    ('{"a": "x\ny\tz"}', [{"a": "x\ny\tz"}]),
    ('{&quot;a&quot;: 1}', [{"a": 1}]),
    ('\ufeff{"a": NaN}', [{"a": None}]),
    ('null', [None]),
    ('{"a": 1e999999999}', [{"a": None}]),
])  # fmt: skip
def test_what_leaves_no_doubt_is_repaired(text, expected):
    assert load_json(text) == expected


@pytest.mark.parametrize("text", [
    "", "   ", "{", '{"a": 1', '{"a": "b"c"}', '{"price": 19', "{a: 1}", '{"a": 1} trailing', "[" * 100_000, "<p>",
])  # fmt: skip
def test_what_would_have_to_be_guessed_is_nothing(text):
    assert load_json(text) == []


@given(st.text('{}[]",:/*\\ab1 \n', max_size=60))
def test_no_text_raises(text):
    load_json(text)
