"""Tables of one archive that tell of the same days: one may name them for the others.

Search Console packs a chart by day beside its queries and pages, and only the chart says which days
they are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.imports.errors import RowError
from tracker.imports.periods import Span
from tracker.imports.readers.days import days_said
from tracker.imports.row import Row
from tracker.imports.rows import BrokenRow
from tracker.imports.source import Source, rows_of


def with_days_of_siblings(sources: Sequence[Source]) -> list[Source]:
    """The tables, those of figures without days with the days of their platform's other tables."""
    if not any(map(_lacks_days, sources)):
        return list(sources)
    spans: dict[str, Span] = {}
    for source in sources:
        found = _span(source)
        if found is not None:
            before = spans.get(_platform(source), found)
            spans[_platform(source)] = (min(before[0], found[0]), max(before[1], found[1]))
    return [
        replace(source, sheet=replace(source.sheet, period=spans.get(_platform(source))))
        if _lacks_days(source)
        else source
        for source in sources
    ]


def _platform(source: Source) -> str:
    return str(source.sniffed.preset.options.get("platform", source.sniffed.preset.name))


def _lacks_days(source: Source) -> bool:
    return (
        source.sniffed.preset.reader.name == "figures"
        and source.sheet.period is None
        and "day" not in source.sheet.columns
    )


def _span(source: Source) -> Span | None:
    """First and last day that the rows of a table of figures name."""
    if source.sniffed.preset.reader.name != "figures" or "day" not in source.sheet.columns:
        return None
    found: Span | None = None
    for row in rows_of(source.sniffed):
        if isinstance(row, BrokenRow) or len(row[1]) != len(source.sniffed.header):
            continue
        try:
            days = days_said(Row(source.sheet, *row), source.sniffed.preset.options)
        except RowError:
            continue  # the import will say what is wrong with it
        if days is not None:
            first, last = found or (days.first, days.last)
            found = min(first, days.first), max(last, days.last)
    return found
