"""JSON of strangers is read without surprises, or refused with a code."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.strict_json import MAX_DEPTH, Number, StrictJsonError, read_strictly

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('ab"\\{[é', max_size=5), inner),
    max_leaves=20,
)


@given(PLAIN, st.booleans())
def test_what_is_harmless_is_read_as_everybody_reads_it(value, escaped):
    assert read_strictly(json.dumps(value, ensure_ascii=escaped).encode()) == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe", "not_utf8"),
        (b'"\xed\xa0\x80"', "not_utf8"),
        (b"{", "not_json"),
        (b"", "not_json"),
        (b"{} {}", "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b'["\\"", ' + b"[" * 40 + b"]" * 40 + b"]", "too_deep"),
        (b"[NaN]", "not_finite"),
        (b"[-Infinity]", "not_finite"),
        (b'{"total":"1","total":"2"}', "name_twice"),
        (b'{"a":1,"\\u0061":2}', "name_twice"),
        (b'"\\ud800"', "bad_character"),
        (b'{"\\udfff":1}', "bad_character"),
        (b'[{"a":["\\u0000"]}]', "bad_character"),
        (b"1" * 20, "number_too_long"),
        (b"-" + b"1" * 5000, "number_too_long"),
    ],
)
def test_what_would_surprise_a_store_is_refused_with_its_reason(body, code):
    with pytest.raises(StrictJsonError) as caught:
        read_strictly(body)
    assert caught.value.code == code


def test_a_surrogate_pair_that_is_whole_is_a_character():
    assert read_strictly(b'"\\ud83d\\ude00"') == "😀"


def test_an_amount_written_as_a_number_keeps_its_digits():
    value = read_strictly(b'{"a":12345678901234567890.10,"b":1e999,"c":-9223372036854775808}')
    assert value == {"a": "12345678901234567890.10", "b": "1e999", "c": -(2**63)}
    assert isinstance(value["a"], Number)


def test_brackets_in_texts_are_no_depth():
    assert read_strictly(json.dumps("[" * 99 + '"' + "{" * 99).encode()).count("[") == 99


def test_the_deepest_that_is_allowed_passes():
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert read_strictly(body) is not None


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body):
    with suppress(StrictJsonError):
        read_strictly(body)


def test_quotes_that_never_end_take_no_time():
    began = time.process_time()
    with pytest.raises(StrictJsonError):
        read_strictly(b"[" * 40 + b'"' + b'\\"' * 200_000)
    assert time.process_time() - began < 1
