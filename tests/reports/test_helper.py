from __future__ import annotations

import io
import subprocess
import sys

import pytest

from tracker.reports.helper import LENGTH, MAX_FRAME, ROOT, Helper, HelperError, read_frame


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


def ended(helper: Helper) -> None:
    process = helper.start()
    process.kill()
    process.wait()


def test_a_helper_that_ended_meanwhile_is_started_again_without_an_error():
    helper = Helper("tracker.reports.drawer")
    try:
        ended(helper)
        with pytest.raises(HelperError, match="KeyError"):  # an answer: it lives
            helper.ask(b"{}")
    finally:
        helper.stop()


def test_a_helper_that_nobody_asks_gives_its_memory_back():
    code = "from tracker.reports.helper import serve; serve(lambda: bytes.upper, 0.05)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()
