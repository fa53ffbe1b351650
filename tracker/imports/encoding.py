"""Bytes to text, strictly: a wrong guess shows as an error and never as mojibake."""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import TextIO

from tracker.imports.container import open_bytes
from tracker.imports.errors import FileError

_BOMS = (
    (codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF32_BE, ""),  # before UTF-16, which begins alike
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_BLOCK = 1 << 20


def encoding_of(path: Path) -> str:
    """The encoding of a file: by its byte order mark, else UTF-8, else GB18030, each strictly.

    Latin-1 is never tried: it takes any bytes and gives nonsense. One pass over the file each.

    Raises FileError: unknown_encoding; binary_file (NUL characters).
    """
    with open_bytes(path) as file:
        start = file.read(4)
    for mark, name in _BOMS:
        if start.startswith(mark):
            if not name or not _decodes(path, name):
                raise FileError("unknown_encoding", name or "utf-32")
            return name
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name
    raise FileError("unknown_encoding")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with open_bytes(path) as file:
        try:
            while block := file.read(_BLOCK):
                if "\x00" in decoder.decode(block):
                    raise FileError("binary_file", "NUL")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def open_text(path: Path, encoding: str) -> TextIO:
    """The text of a file, line ends as they are (a quoted cell keeps its own)."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="strict", newline="")
