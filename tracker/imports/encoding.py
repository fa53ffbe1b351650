"""Bytes to text, strictly: a wrong guess shows as an error and never as mojibake."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
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
_LOOKED_AT = 1 << 16

_USUAL = frozenset(
    "的一是不了在有人我他中大来來上个個国國到说說时時要就出会會可年月日期花费費展现現点點击擊订訂"
    "单單编編号號间間金额額商品名称稱数數量计計划劃账帳户戶店铺鋪状狀态態付款支优優惠退运運客達达"
    "平台总總下成交实實收货貨地址电電话話手机機备備注註类類型规規格价價率渠道来源広告曝光消耗"
)
"""Characters that tables are full of; wrongly decoded Chinese has hardly any of them."""
_ENOUGH = 0.1


ENCODINGS = ("utf-8", "gb18030", "cp950", "utf-16", "cp1252", "shift_jis")
"""What a user may say a text is written in."""

_COMMON = {"gb18030": ("gb2312", 0xB0, 0xD7), "cp950": ("big5", 0xA4, 0xC6)}
"""Where the older standard within an encoding has its frequent characters: lead bytes."""
_SIGNS_UNTIL = 0xA9
"""Lead bytes from 0xA1 to here are punctuation, digits and letters."""


def encoding_of(path: Path, told: str = "") -> str:
    """The encoding of a file: by its byte order mark, else UTF-8, UTF-16 where that is clear, and
    GB18030 or Big5, each strictly.

    Latin-1 is never tried: it takes any bytes and gives nonsense. One pass over the file each.

    Args:
        told: one of ENCODINGS, as the user says; "": find out.

    Raises FileError: unknown_encoding (also when it is not what the user says); ambiguous_encoding:
    its bytes can be read as Chinese, but what comes out is none; binary_file (NUL characters).
    """
    if told:
        if not _decodes(path, told):
            raise FileError("unknown_encoding", told)
        return told
    return _first(_start_of(path), lambda name: _decodes(path, name))


def likely_encoding(path: Path, told: str = "") -> str:
    """What `encoding_of` will say unless the rest of the file is another text than its beginning;
    takes no longer for a longer file.

    Raises FileError: as `encoding_of`.
    """
    start = _start_of(path)
    if told:
        if not _begins(start, told):
            raise FileError("unknown_encoding", told)
        return told
    return _first(start, lambda name: _begins(start, name))


def _start_of(path: Path) -> bytes:
    with open_bytes(path) as file:
        return file.read(_LOOKED_AT)


def _first(start: bytes, decodes: Callable[[str], bool]) -> str:
    """The first encoding that a file with this beginning may have and under which it decodes."""
    for mark, name in _BOMS:
        if start.startswith(mark):
            if not name or not decodes(name):
                raise FileError("unknown_encoding", name or "utf-32")
            return name
    if b"\x00" in start and (name := _wide(start)) and decodes(name):
        return name
    found = next((name for name in ("utf-8", *_chinese(start)) if decodes(name)), "")
    if not found:
        raise FileError("unknown_encoding")
    if found != "utf-8" and not _is_likely(start, found):
        raise FileError("ambiguous_encoding")
    return found


def _is_likely(start: bytes, encoding: str) -> bool:
    """Whether half of the characters beyond ASCII are frequent ones, as in any Chinese text; in
    accented Latin letters that are read as Chinese hardly any is."""
    text = codecs.getincrementaldecoder(encoding)("strict").decode(start)
    wide = [char for char in text if ord(char) > 127]
    older, first, last = _COMMON[encoding]
    common = 0
    for char in wide:
        lead = char.encode(older, "replace")[0]
        common += char in _USUAL or first <= lead <= last or 0xA1 <= lead <= _SIGNS_UNTIL
    return 2 * common >= len(wide)


def _begins(start: bytes, encoding: str) -> bool:
    """Whether bytes can be the beginning of a text; a character may be cut at their end."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(start)
    except UnicodeDecodeError:
        return False
    if "\x00" in text:
        raise FileError("binary_file", "NUL")
    return True


def _wide(start: bytes) -> str:
    """UTF-16 without its mark, when ASCII stands at every second byte of line ends and commas."""
    for name, newline, high in (("utf-16-le", b"\n\x00", 1), ("utf-16-be", b"\x00\n", 0)):
        ends = start.count(newline)
        zeros = start[high::2].count(0)
        if ends and zeros >= 4 and not start[1 - high :: 2].count(0):
            return name
    return ""


def _chinese(start: bytes) -> list[str]:
    """GB18030 and Big5, the likelier first; Big5 only where its characters make sense, because it
    takes many a text of Europe too."""
    simple, traditional = _usual_share(start, "gb18030"), _usual_share(start, "cp950")
    if traditional < _ENOUGH:
        return ["gb18030"]
    return ["cp950", "gb18030"] if traditional > simple else ["gb18030", "cp950"]


def _usual_share(start: bytes, encoding: str) -> float:
    """The share of usual characters among those that are not ASCII; 0: it does not decode."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(start)
    except UnicodeDecodeError:
        return 0.0
    wide = [char for char in text if ord(char) > 127]
    return sum(char in _USUAL for char in wide) / len(wide) if wide else 0.0


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
