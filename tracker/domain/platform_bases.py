"""What a platform's figure counts: which orders (scope), and by which rule it claims them (basis).

A platform's GMV means nothing without both: 直接成交金额 on the day of the click and 总成交金额
within 15 days of it are different numbers of the same spend. Neither is made of the other.

Source: column names of the platforms' reports; SEMANTICS 4.2 (platform ROAS stands beside ours).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SCOPES = (
    "total",
    "direct",
    "indirect",
    "net",
    "ordered",
    "settled",
    "focus",
)
"""total: all that the platform claims (总成交). direct, indirect: of the advertised item, of others
of the shop. net: after refunds (净成交, 剔除退款). ordered: placed and perhaps not paid (下单).
settled: paid out to affiliates (结算). focus: of the item that was to be sold (主推商品)."""

SUBJECTS = (
    "account",
    "campaign",
    "item",
    "influencer",
    "post",
    "live",
    "source",
    "term",
    "page",
    "segment",
)
"""What a figure is about."""

KINDS = ("", "natural", "paid", "kol")
"""Traffic as the platform itself splits it; "": not split."""

MAX_BASIS = 60
"""Characters of a basis that is kept as the platform writes it."""

_DAYS = re.compile(r"(\d{1,3})\s*(?:日|天|days?\b|-day\b|d\b)", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,3})\s*(?:小时|hours?\b|h\b)", re.IGNORECASE)
_CALIBERS = (
    ("touch", ("触点", "touch")),
    ("view", ("曝光", "展现", "展示", "浏览", "impression", "view")),
    ("read", ("阅读", "播放", "read", "play")),
    ("click", ("点击", "click")),
    ("order", ("下单", "order")),
)
"""Rule by which orders are claimed -> words for it; the first that stands in the text."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis in its parts.

    Attributes:
        caliber: click, order (on the order's day), view, read, touch; "": the file does not say.
        days: length of the platform's window; None: the file does not say.
        text: what the platform wrote, where neither could be read from it; else "".
    """

    caliber: str = ""
    days: int | None = None
    text: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the file says anything about how orders were claimed."""
        return bool(self.caliber or self.days or self.text)


def window_in(header: str) -> str:
    """The window that a header names ("7日总成交金额", "14 Day Total Sales"), as "7d"; "": none."""
    days = _DAYS.search(_plain(header))
    return f"{int(days[1])}d" if days else ""


def basis_of(*texts: str) -> str:
    """What cells and headers say of a basis, as it is stored: "click-15d", "7d", "view", or the
    text itself where it says neither a window nor a rule. "": nothing is said."""
    told = " ".join(text for text in map(_plain, texts) if text)
    if not told:
        return ""
    days, hours = _DAYS.search(told), _HOURS.search(told)
    length = int(days[1]) if days else -(-int(hours[1]) // 24) if hours else 0
    lowered = told.casefold()
    caliber = next((name for name, words in _CALIBERS if any(w in lowered for w in words)), "")
    parts = [caliber] if caliber else []
    parts += [f"{length}d"] if length else []
    return "-".join(parts) or told[:MAX_BASIS]


_STORED = re.compile(r"(?:(touch|view|read|click|order)(?:-(\d{1,3})d)?|(\d{1,3})d)")


def read_basis(stored: str) -> Basis:
    """The parts of a stored basis."""
    match = _STORED.fullmatch(stored)
    if match is None:
        return Basis(text=stored)
    days = match[2] or match[3]
    return Basis(match[1] or "", int(days) if days else None)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
