"""The answer of an OAuth token address."""

from __future__ import annotations

import re
from typing import Final

from spiders.pages.social import dig, read_answer

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=:-]{8,4096}")
"""What may stand in a header: RFC 6750's characters, and a colon."""


def read_token(body: bytes | str) -> str:
    """The access token of an OAuth answer; "": it was refused, or is none."""
    document, _ = read_answer(body)
    token = dig(document, "access_token")
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else ""
