"""The lines of a log, bounded: one without an end costs no memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import BufferedReader

MAX_LINE = 32_768
"""Bytes of a line; servers refuse requests of a quarter of it."""


def raw_lines(file: BufferedReader, cap: int = MAX_LINE) -> Iterator[bytes | None]:
    """Lines without their ends; None: one longer than the cap, read over.

    Args:
        file: at its beginning; a UTF-8 byte order mark there is left out.
    """
    if file.peek(3)[:3] == codecs.BOM_UTF8:
        file.read(3)
    while line := file.readline(cap + 2):
        if line.endswith(b"\n") or len(line) < cap + 2:
            content = line.rstrip(b"\r\n")
            yield content if len(content) <= cap else None
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(cap)
        yield None


def decoded(line: bytes) -> str | None:
    """A line as text: UTF-8, else GB18030; None: neither, or it holds a NUL."""
    if b"\x00" in line:
        return None
    for charset in ("utf-8", "gb18030"):
        try:
            return line.decode(charset)
        except UnicodeDecodeError:
            continue
    return None
