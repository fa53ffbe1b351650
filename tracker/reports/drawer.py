"""The drawing process: reads charts from its standard input and answers with drawings.

A frame is a length (4 bytes, big endian) and so many bytes. A request is JSON
{"format": "svg" | "png", "chart": …}; an answer begins with one byte, 1 for a drawing and 0 for the
text of an error. It ends when its input ends, so it never outlives whoever started it.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import BinaryIO

LENGTH = struct.Struct(">I")
MAX_FRAME = 8 * 1024 * 1024
"""Bytes; a chart of 190 columns is a hundredth of it."""


def main() -> None:
    """Draw until the input ends."""
    requests = sys.stdin.buffer
    # Whatever a library prints must not get between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from tracker.reports.drawing import draw_png, draw_svg  # half a second: after the pipes stand

    while (request := read_frame(requests)) is not None:
        from tracker.reports.chart import chart_from

        try:
            asked = json.loads(request)
            chart = chart_from(asked["chart"])
            drawn = draw_png(chart) if asked["format"] == "png" else draw_svg(chart).encode()
            answer = b"\x01" + drawn
        except Exception as error:  # noqa: BLE001 - one chart that fails must not stop the others
            answer = b"\x00" + f"{type(error).__name__}: {error}".encode()
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def read_frame(source: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input or when it makes no sense."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length) if length <= MAX_FRAME else b""
    return body if len(body) == length else None


if __name__ == "__main__":
    main()
