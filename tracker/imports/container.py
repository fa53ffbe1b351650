"""The bytes of a file: what they are, told by themselves, and with a cap on what comes out."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracker.imports.errors import FileError

MAX_UNPACKED = 4 * 1024**3
"""Bytes that may come out of a file."""

MAX_RATIO = 200
"""Bytes out for one byte in; real tables reach 20, a bomb 1,000."""

FREE_BYTES = 64 * 1024**2
"""So much may come out whatever the ratio is."""

MAX_ENTRIES = 1_000
"""Files in an archive, or parts of a workbook."""

_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}
TEXTS = frozenset({"plain", *_PACKED.values()})
"""Containers of text."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xfd7zX": "xz",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}
_MARKUP = ("<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<style", "<div")


def container_of(path: Path) -> str:
    """What it is: "plain", "gzip", "bzip2", "zstd", "xlsx", "xls", "html" (a table of a web page)
    or "zip".

    Told by the bytes and not by the name; "xlsx" is every zipped workbook.

    Raises FileError: empty_file, binary_file (nothing with a table in it), broken_archive.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise FileError("empty_file")
    for magic, name in _OTHERS.items():
        if start.startswith(magic):
            raise FileError("binary_file", name)
    for magic, name in _PACKED.items():
        if start.startswith(magic):
            return name
    if start.startswith(_OLE):
        return "xls"
    if start.startswith(_ZIP):
        return "xlsx" if _is_workbook(path) else "zip"
    return "html" if _is_markup(start) else "plain"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileError("broken_archive", str(error)) from error
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return True
    return {"mimetype", "content.xml"} <= names  # OpenDocument


def _is_markup(start: bytes) -> bool:
    for encoding in ("utf-16",) if start[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8",):
        text = start.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").lower()
        if text.startswith(_MARKUP):
            return True
        if text.startswith("<?xml"):
            return "<html" in text or "<table" in text
    return False


def list_archive(path: Path) -> list[zipfile.ZipInfo]:
    """The files of an archive, if what they say of themselves has no bomb in it: their number, and
    their sum and its ratio to what they are packed in, have caps.

    A size that is a lie shows as a broken archive when the file is read: never more comes out than
    it says.

    Raises FileError: unpacked_too_large, broken_archive.
    """
    with unpacking(), zipfile.ZipFile(path) as archive:
        found = [info for info in archive.infolist() if not info.is_dir()]
    if len(found) > MAX_ENTRIES:
        raise FileError("unpacked_too_large", f"{len(found)} files")
    if sum(info.file_size for info in found) > cap_for(path.stat().st_size):
        raise FileError("unpacked_too_large")
    return found


def check_archive(path: Path) -> None:
    """Unpack every file of an archive once, for a reader that does not look whether sizes are true.

    Raises FileError: as `list_archive`; broken_archive also for a password.
    """
    found = list_archive(path)
    with unpacking(), zipfile.ZipFile(path) as archive:
        for info in found:
            with archive.open(info) as file:
                while file.read(1 << 20):
                    pass


@contextmanager
def unpacking() -> Iterator[None]:
    """Raises FileError (broken_archive) for what is wrong in an archive."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError,
            NotImplementedError) as error:  # fmt: skip
        raise FileError("broken_archive", str(error)) from error


def cap_for(packed: int) -> int:
    """Bytes that may come out of so many packed ones."""
    return min(MAX_UNPACKED, max(FREE_BYTES, packed * MAX_RATIO))


class _Capped(io.RawIOBase):
    """Passes bytes on until there are too many of them."""

    def __init__(self, inner: Any, cap: int) -> None:
        self._inner = inner
        self._left = cap

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, OSError, ValueError, zlib.error) as error:
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
    """The bytes of a file, unpacked when it is a .gz, .bz2 or .zst.

    Reading raises FileError: unpacked_too_large, broken_archive.
    """
    container = container_of(path)
    if container not in TEXTS or container == "plain":
        return path.open("rb")
    return io.BufferedReader(
        _Capped(_unpacker(path, container), cap_for(path.stat().st_size)), 1 << 18
    )


def _unpacker(path: Path, container: str) -> Any:
    if container == "gzip":
        return gzip.open(path, "rb")
    if container == "bzip2":
        return bz2.open(path, "rb")
    import pyarrow  # 30 MB: only for files that need it

    return pyarrow.input_stream(str(path), compression="zstd")
