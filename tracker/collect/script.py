"""GET /t.js: the page script, squeezed at start from the readable source beside this file."""

from __future__ import annotations

import gzip
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from tracker.collect.answers import Answer, Environ, Headers

SOURCE = Path(__file__).with_name("t.js")

CACHE = "public, max-age=3600"

_TEXT = re.compile(r'("[^"\n]*")')
_GAP = re.compile(r" *([{}()=+;,:?<>|&!*\[\]]) *")


def squeeze(source: str) -> str:
    """The script without comment lines, indents and blanks around punctuation.

    Understands only what our own source is: comments on lines of their own, texts in double quotes
    without escapes, no blank in a regular expression, every statement ended by a semicolon.
    """
    lines = []
    for line in source.splitlines():
        code = line.strip()
        if code and not code.startswith("//"):
            parts = _TEXT.split(code)
            lines.append("".join(p if i % 2 else _GAP.sub(r"\1", p) for i, p in enumerate(parts)))
    return "".join(lines)


@cache
def _script() -> tuple[bytes, bytes, str]:
    """The script, the same compressed, and its entity tag."""
    body = squeeze(SOURCE.read_text("utf-8")).encode()
    return body, gzip.compress(body, mtime=0), f'"{sha256(body).hexdigest()[:20]}"'


def serve_script(environ: Environ) -> Answer:
    """The script, or 304 when the browser has it."""
    body, packed, tag = _script()
    headers: Headers = [
        ("ETag", tag),
        ("Cache-Control", CACHE),
        ("Vary", "Accept-Encoding"),
        ("Access-Control-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, headers)
    headers.append(("Content-Type", "text/javascript; charset=utf-8"))
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        headers.append(("Content-Encoding", "gzip"))
        body = packed
    return Answer(200, [*headers, ("Content-Length", str(len(body)))], body)
