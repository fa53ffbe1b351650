import dataclasses
import json
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect.lines import LineError, decode_line, encode_line
from tracker.domain.events import Event

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
events = st.builds(
    Event,
    **{
        field.name: st.integers(0, 2**62) if field.type == "int" else texts
        for field in dataclasses.fields(Event)
    },
)


@given(events)
def test_an_event_comes_back_from_its_line(event):
    line = encode_line(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_line(line) == event


@given(events, st.data())
def test_a_changed_line_is_noticed(event, data):
    line = bytearray(encode_line(event)[:-1])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LineError):
        decode_line(bytes(line))


@given(events, st.data())
def test_a_torn_line_is_noticed(event, data):
    line = encode_line(event)[:-1]
    with pytest.raises(LineError):
        decode_line(line[: data.draw(st.integers(0, len(line) - 1))])


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"null",
        b'{"id":"e","s":"1","k":"page_view","v":"v","t":1}',
        b'{"id":1,"s":1,"k":"page_view","v":"v","t":1}',
        b'{"id":"e","s":1,"k":"page_view","v":["v"],"t":1}',
    ],
)
def test_what_is_no_event_is_refused_though_its_sum_is_right(body):
    with pytest.raises(LineError):
        decode_line(b"%08x %b\n" % (crc32(body), body))


def test_a_line_leaves_out_what_is_not_said():
    event = Event("e", 1, "page_view", "v", 5)
    assert json.loads(encode_line(event)[9:]) == {
        "id": "e",
        "s": 1,
        "k": "page_view",
        "v": "v",
        "t": 5,
    }
