from __future__ import annotations

import io

import pytest

from tracker.reports.helper import LENGTH, MAX_FRAME, Helper, HelperError, read_frame


def test_a_request_that_is_too_large_is_refused_before_a_process_starts():
    helper = Helper("tracker.reports.no_such_module")
    with pytest.raises(HelperError, match="too large"):
        helper.ask(b"x" * (MAX_FRAME + 1))


def test_a_helper_that_cannot_start_is_an_error_and_not_a_hang():
    helper = Helper("tracker.reports.no_such_module")
    with pytest.raises(HelperError, match="no_such_module"):
        helper.ask(b"{}")
    helper.stop()


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\x00", LENGTH.pack(5) + b"abc", LENGTH.pack(MAX_FRAME + 1) + b"a"]
)
def test_input_that_makes_no_sense_ends_the_helper(sent: bytes):
    assert read_frame(io.BytesIO(sent)) is None


def test_a_frame_is_read_whole():
    assert read_frame(io.BytesIO(LENGTH.pack(3) + b"abcd")) == b"abc"
