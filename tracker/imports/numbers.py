"""Numbers as files of other countries and programs write them, decided over a whole column.

1,234 is one thousand or one and a bit. A column that has 12,50 somewhere writes decimals with a
comma; one that has 12.50 or 1,234.50 with a point. Where a column says nothing the others of the
file do, and else the comma is between thousands, as the platforms write it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from decimal import Decimal

ABSENT = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "–",
        "null",
        "n/a",
        "#n/a",
        "#div/0!",
        "#value!",
        "nan",
        "none",
        "\\n",
    }
)
"""What stands in columns of numbers (and only there) for "not reported", in lower case."""

_SPACED = re.compile(r"(?<=\d)[ '’](?=\d{3}(?:\D|$))")
_GLUED = re.compile(
    r"^(?:rmb|cny|usd|eur|gbp|inr|idr|jpy|hk|us|rs\.?|[a-z]{3}(?=[ \d]))?\s*[$¥€£₹]?\s*"
    r"|\s*(?:元|[$¥€£₹]|rmb|cny|usd|eur|gbp|inr|[a-z]{3})$",
    re.IGNORECASE,
)
_TEN_THOUSANDS = {"万": 4, "亿": 8}


class NumberEvidence:
    """What the cells of one column say about their decimal mark."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def see(self, text: str) -> None:
        """Take one cell."""
        if "," not in text and "." not in text:
            return
        digits = re.sub(r"[^\d,.]", "", text.strip()).strip(",.")
        commas, points = digits.count(","), digits.count(".")
        if commas and points:
            self.counts["comma" if digits.rfind(",") > digits.rfind(".") else "point"] += 1
        elif (commas == 1 and not re.fullmatch(r"\d{1,3},\d{3}", digits)) or points > 1:
            self.counts["comma"] += 1
        elif points == 1 and not re.fullmatch(r"\d{1,3}\.\d{3}", digits):
            self.counts["point"] += 1

    @property
    def says(self) -> str:
        """The mark: "comma" or "point"; "": it says nothing, or both."""
        found = {name for name, count in self.counts.items() if count}
        return found.pop() if len(found) == 1 else ""


def comma_columns(evidence: dict[str, NumberEvidence]) -> frozenset[str]:
    """Columns whose decimals stand behind a comma; what a column does not say the file says."""
    of_file = {one.says for one in evidence.values()} - {""}
    default = of_file.pop() if len(of_file) == 1 else "point"
    return frozenset(
        name
        for name, one in evidence.items()
        if (one.says or ("point" if one.counts else default)) == "comma"
    )


def is_absent(text: str) -> bool:
    """Whether a cell of a column of numbers says that there is none."""
    return text.strip().casefold() in ABSENT


def plain(text: str, *, has_comma: bool) -> str:
    """A number without signs of currency, blanks and marks between thousands: "1.234,56 €" and
    "Rs.1,234.56" are "1234.56", "10.5万" is "105000". What is no number stays as it is."""
    number = unicodedata.normalize("NFKC", text).strip()
    number = _SPACED.sub("", _GLUED.sub("", number))
    power = _TEN_THOUSANDS.get(number[-1:], 0)
    number = number[:-1].strip() if power else number
    if has_comma:
        if not re.fullmatch(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?", number):
            return text
        number = number.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", number):
        number = number.replace(",", "")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]-\d{1,2})?", number):
        return text
    if power or "e" in number.lower():
        return f"{Decimal(number).scaleb(power):f}"
    return number
