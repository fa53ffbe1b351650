"""What came of a file: counts, rows that are out, totals; and the same as the JSON of the CLI."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.domain.money import format_minor
from tracker.domain.records import Outcome, Reason, Refused
from tracker.imports.sniff import Sniffed
from tracker.imports.units import Unit
from tracker.services.batches import Figures, Note

NOT_WRONG = frozenset({Reason.NEWER_VERSION_KNOWN})
"""Refusals that are no fault of the row: it is counted as ignored."""


@dataclass(slots=True)
class Result:
    """Figures of an import, added up chunk by chunk. Counts are rows of the file."""

    sniffed: Sniffed | None = None
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    amounts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Currency -> canonical column -> minor units, of the rows that were not refused."""
    is_dry: bool = False
    error: str = ""

    def add_notes(self, notes: Sequence[Note]) -> None:
        """Take rows that are out."""
        self.notes.extend(notes)
        self.rows += len(notes)
        self.counts.update(note.outcome for note in notes)

    def add_unit(self, unit: Unit, outcome: Outcome | Refused) -> list[Note]:
        """Take a unit and what came of it; gives the notes of its rows if it was refused."""
        if isinstance(outcome, Refused):
            kind = "ignored" if outcome.reason in NOT_WRONG else "rejected"
            notes = [
                Note(line, "ignored" if kind == "ignored" else "rejected", outcome.reason,
                     outcome.detail)
                for line in unit.lines
            ]  # fmt: skip
            self.add_notes(notes)
            return notes
        self.rows += len(unit.lines)
        self.counts[outcome.value] += len(unit.lines)
        if unit.amounts:
            self.amounts[unit.currency].update(unit.amounts)
        if unit.day is not None:
            self.first_day = min(unit.day, self.first_day or unit.day)
            self.last_day = max(unit.day, self.last_day or unit.day)
        return []

    @property
    def n_good(self) -> int:
        """Rows that are in the database now."""
        return sum(self.counts[one.value] for one in Outcome)

    @property
    def currency(self) -> str:
        """The currency of all amounts; "": there are several, or none."""
        return next(iter(self.amounts)) if len(self.amounts) == 1 else ""

    @property
    def totals(self) -> dict[str, str]:
        """Canonical column -> amount as decimal text; with several currencies `paid (USD)`."""
        single = len(self.amounts) == 1
        return {
            column if single else f"{column} ({currency})": format_minor(minor, currency)
            for currency, amounts in sorted(self.amounts.items())
            for column, minor in amounts.items()
        }

    def figures(self) -> Figures:
        """As the import batch keeps them."""
        return Figures(
            rows_read=self.rows,
            loaded=self.counts["loaded"],
            updated=self.counts["updated"],
            unchanged=self.counts["unchanged"],
            ignored=self.counts["ignored"],
            rejected=self.counts["rejected"],
            period_from=self.first_day,
            period_until=self.last_day,
            currency=self.currency,
            totals=self.totals,
        )

    def as_json(self) -> dict[str, Any]:
        """The document of `tracker import --json` (DESIGN section 9)."""
        sniffed = self.sniffed
        counts = {one.value: self.counts[one.value] for one in Outcome}
        period = [day.isoformat() if day else None for day in (self.first_day, self.last_day)]
        return {
            "preset": sniffed.preset.name if sniffed else None,
            "feeds": list(sniffed.preset.reader.feeds) if sniffed else [],
            "container": sniffed.container if sniffed else None,
            "encoding": sniffed.encoding if sniffed else None,
            "delimiter": sniffed.delimiter if sniffed else None,
            "header_line": sniffed.header_line if sniffed else None,
            "rows": self.rows,
            **counts,
            "ignored": self._listed("ignored"),
            "rejected": self._listed("rejected"),
            "period": {"from": period[0], "to": period[1]},
            "currency": self.currency or None,
            "totals": self.totals,
            "would": counts if self.is_dry else None,
            "error": self.error or None,
        }

    def _listed(self, outcome: str) -> list[dict[str, Any]]:
        return [
            {"line": note.line, "reason": note.reason.value}
            for note in self.notes
            if note.outcome == outcome
        ]
