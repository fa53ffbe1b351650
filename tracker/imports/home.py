"""What a workspace for a file would be like: its currency, zone and platform."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from tracker.imports.errors import RowError
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import Sniffed, confirmed
from tracker.imports.source import rows_of
from tracker.imports.values import check_currency

LOOKED_AT = 500
"""Rows in which the most usual currency is looked for."""


@dataclass(frozen=True, slots=True)
class Home:
    """Settings of a workspace and its shop."""

    currency: str
    time_zone: str
    platform: str


def home_of(sniffed: Sniffed) -> Home:
    """The currency that the file names most often, else the one that its preset implies, else CNY;
    the zone of the preset's platform, else that of Shanghai."""
    options = sniffed.preset.options
    implied = str(options.get("currency") or options.get("home_currency") or "CNY")
    return Home(
        sniffed.header_currency or _named(sniffed) or implied,
        str(options.get("zone", "Asia/Shanghai")),
        str(options.get("shop_platform", "own")),
    )


def _named(sniffed: Sniffed) -> str:
    columns = sniffed.columns
    place = columns.get("to_currency", columns.get("currency"))
    if place is None:
        return ""
    seen: Counter[str] = Counter()
    for row in islice(rows_of(confirmed(sniffed)), LOOKED_AT):
        if isinstance(row, BrokenRow) or len(row[1]) <= place or not row[1][place].strip():
            continue
        try:
            seen[check_currency(row[1][place], "currency")] += 1
        except RowError:
            continue  # a cell that the import will reject
    return seen.most_common(1)[0][0] if seen else ""
