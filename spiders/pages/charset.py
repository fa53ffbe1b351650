"""From bytes to text, whatever the page says of its own encoding."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from typing import Final, NamedTuple

MAX_BYTES: Final = 32 * 2**20
"""Bytes of a page, unpacked, that are read."""

_BOMS: Final = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "windows-874": "cp874",
    "tis-620": "cp874",
}
"""Names that browsers read as a larger set (WHATWG Encoding)."""

_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]{2,30})|encoding=["']([A-Za-z0-9_.\-]{2,30})["']"""
)
_GUESSES: Final = ("gb18030", "big5hkscs", "cp932", "cp949", "cp1251", "cp1252")


class Page(NamedTuple):
    """A decoded page."""

    text: str
    encoding: str
    bad_characters: int
    """How many could not be decoded."""


def decode_page(body: bytes, content_type: str = "") -> Page:
    """Decode a page: byte order mark; else UTF-8 if it is UTF-8; else what header or page declare;
    else what fits best.

    A declaration is not believed against bytes that are UTF-8: text in GBK practically never is.
    Nothing is raised; what cannot be decoded becomes U+FFFD and is counted.
    """
    body = _unpacked(body)[:MAX_BYTES]
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding)
    try:
        return Page(body.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError as error:
        if error.end >= len(body) - 3 and error.start > 100:  # cut off inside a character
            return _decoded(body, "utf-8")
    declared = _declared(body, content_type)
    tried = [_decoded(body, name) for name in declared]
    for page in tried:
        if page.bad_characters == 0:
            return page
    if tried and tried[0].bad_characters * 200 < len(tried[0].text):
        return tried[0]
    guesses = [*tried, _decoded(body, "utf-8"), *(_decoded(body, name) for name in _GUESSES)]
    return min(guesses, key=lambda page: page.bad_characters)


def _unpacked(body: bytes) -> bytes:
    """Without gzip, which saved pages may still have; broken gzip gives what came before."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(body, MAX_BYTES)
    except (zlib.error, gzip.BadGzipFile):
        return b""


def _declared(body: bytes, content_type: str) -> list[str]:
    """Encodings that the header and the page name and Python knows, the header's first."""
    names = re.findall(r"charset\s*=\s*[\"']?([\w:.\-]+)", content_type, re.IGNORECASE)
    names += [(m[1] or m[2]).decode("ascii") for m in _DECLARED.finditer(body[:8_192])]
    known = []
    for name in names:
        wider = _WIDER.get(name.lower(), name)
        try:
            info = codecs.lookup(wider)
        except (LookupError, ValueError):
            continue
        if info._is_text_encoding:
            known.append(info.name)
    return list(dict.fromkeys(known))


def _decoded(body: bytes, encoding: str) -> Page:
    try:
        text = body.decode(encoding, "replace")
    except (UnicodeError, LookupError):  # some codecs raise in spite of "replace"
        text = body.decode("utf-8", "replace")
    return Page(text, encoding, text.count("\ufffd"))
