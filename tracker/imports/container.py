"""The bytes of a file: plain or gzip, streamed, with a cap on what may come out of it."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from tracker.imports.errors import FileError

MAX_UNPACKED = 4 * 1024**3
"""Bytes that may come out of a file."""

MAX_RATIO = 200
"""Bytes out for one byte in; real tables reach 20, a bomb 1,000."""

FREE_BYTES = 64 * 1024**2
"""So much may come out whatever the ratio is."""

_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "xlsx or zip",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"BZh": "bzip2",
    b"\xfd7zX": "xz",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}


def container_of(path: Path) -> str:
    """Whether it is "plain" or "gzip", told by the first bytes and not by the name.

    Raises FileError: empty_file, binary_file (a workbook or archive that is not read yet).
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise FileError("empty_file")
    for start, name in _OTHERS.items():
        if magic.startswith(start):
            raise FileError("binary_file", name)
    return "gzip" if magic.startswith(_GZIP) else "plain"


class _Capped(io.RawIOBase):
    """Passes bytes on until there are too many of them."""

    def __init__(self, inner: gzip.GzipFile, cap: int) -> None:
        self._inner = inner
        self._left = cap

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileError("broken_archive", str(error)) from error
        self._left -= len(data)
        if self._left < 0:
            raise FileError("unpacked_too_large")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_bytes(path: Path) -> io.BufferedReader:
    """The unpacked bytes of a file.

    Reading raises FileError: unpacked_too_large, broken_archive.
    """
    if container_of(path) == "plain":
        return path.open("rb")
    packed = path.stat().st_size
    cap = min(MAX_UNPACKED, max(FREE_BYTES, packed * MAX_RATIO))
    return io.BufferedReader(_Capped(gzip.open(path, "rb"), cap), 1 << 18)
