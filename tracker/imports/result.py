"""What came of a file: counts, rows that are out, totals; and the same as the JSON of the CLI."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.domain.money import format_minor
from tracker.domain.records import Notice, Outcome, Reason, Refused
from tracker.imports.sniff import Sniffed
from tracker.imports.units import Unit
from tracker.services.batches import Figures, Note
from tracker.services.effects import Effect


def condensed(notices: Iterable[Notice]) -> list[Notice]:
    """Notices in an order, those about the days of one platform as one about its first and last."""
    found: list[Notice] = []
    days: dict[str, list[str]] = defaultdict(list)
    for code, text in sorted(notices):
        if code == "spend_detail":
            platform, _, day = text.rpartition(" ")
            days[platform].append(day)
        else:
            found.append((code, text))
    for platform, told in days.items():
        span = told[0] if len(told) == 1 else f"{told[0]} – {told[-1]}"
        found.append(("spend_detail", f"{platform} {span}"))
    return found


SHOWN_OF_LOG = 20
"""Rejected lines of a log that are kept as notes; all are in `Result.left_out`."""

NOT_WRONG = frozenset({Reason.NEWER_VERSION_KNOWN, Reason.OTHER_HOST, Reason.COUNTED_BY_SCRIPT})
"""Refusals that are no fault of the row: it is counted as ignored."""


_BESIDE = frozenset({Reason.TOTAL_ROW, Reason.NOTE_ROW, Reason.HEADER_ROW, Reason.EMPTY_ROW})
_OF_ALL = frozenset({Reason.NOT_STORED_YET, Reason.PERIOD_NOT_A_DAY})


@dataclass(slots=True)
class Result:
    """Figures of an import, added up chunk by chunk. Counts are rows of the file."""

    sniffed: Sniffed | None = None
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    left_out: dict[tuple[str, Reason], array[int]] = field(default_factory=dict)
    """Of a log: lines by outcome and reason, eight bytes each; they are most of the file."""
    first_day: date | None = None
    last_day: date | None = None
    amounts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Currency -> canonical column -> minor units, of the rows that were not refused."""
    sums: Counter[str] = field(default_factory=Counter)
    """Canonical column -> sum of what is no money, of the same rows."""
    is_dry: bool = False
    error: str = ""
    container: str = ""
    """zip: the tables are members of it; "": the file is its table."""
    notices: set[Notice] = field(default_factory=set)
    """What the user should know beside: new influencers, spend that another report tells of."""
    effect: Effect = field(default_factory=Effect)
    """What was (or would be) done to the sums of each kind of record."""
    parent: Result | None = None
    """The whole file's, which counts along."""
    parts: list[Result] = field(default_factory=list)
    """One for each table of the file; empty: this is one."""
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """Tables that were not read: name and error."""

    def part(self, sniffed: Sniffed) -> Result:
        """The result of one of the file's tables."""
        part = Result(sniffed=sniffed, is_dry=self.is_dry, parent=self)
        self.parts.append(part)
        self.sniffed = self.parts[0].sniffed
        return part

    def add_effect(self, effect: Effect) -> None:
        """Take what was done to sums."""
        self.effect.merge(effect)
        if self.parent is not None:
            self.parent.add_effect(effect)

    def add_notices(self, notices: Iterable[Notice]) -> None:
        """Take what is to be known beside the rows."""
        self.notices.update(notices)
        if self.parent is not None:
            self.parent.add_notices(self.notices)

    @property
    def told(self) -> dict[str, list[str]]:
        """Code of a notice -> its texts."""
        found: dict[str, list[str]] = {}
        for code, text in condensed(self.notices):
            found.setdefault(code, []).append(text)
        return found

    @property
    def is_log(self) -> bool:
        """Whether it is the result of an access log."""
        return self.sniffed is not None and self.sniffed.preset.reader.is_log

    def add_notes(self, notes: Sequence[Note]) -> None:
        """Take rows that are out."""
        if self.parent is not None:
            self.parent.add_notes(notes)
        self.rows += len(notes)
        self.counts.update(note.outcome for note in notes)
        if not self.is_log:
            self.notes.extend(notes)
            return
        for note in notes:
            self.left_out.setdefault((note.outcome, note.reason), array("q")).append(note.line)
            if note.outcome == "rejected" and len(self.notes) < SHOWN_OF_LOG:
                self.notes.append(note)

    def add_unit(self, unit: Unit, outcome: Outcome | Refused) -> list[Note]:
        """Take a unit and what came of it; gives the notes of its rows if it was refused."""
        if not isinstance(outcome, Refused) and self.parent is not None:
            self.parent.add_unit(unit, outcome)
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
        self.sums.update(unit.counts)
        if unit.day is not None:
            self.first_day = min(unit.day, self.first_day or unit.day)
            until = unit.until or unit.day
            self.last_day = max(until, self.last_day or until)
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
            notices=[list(notice) for notice in condensed(self.notices)],
        )

    def conclude(self) -> None:
        """Say why nothing of a file was loaded, when one reason is that of all its rows."""
        found = {note.reason for note in self.notes} | {reason for _, reason in self.left_out}
        reasons = found - _BESIDE
        if self.n_good or self.error or len(reasons) != 1:
            return
        reason = reasons.pop()
        if reason in _OF_ALL:
            self.error = reason.value

    def as_json(self) -> dict[str, Any]:
        """The document of `tracker import --json` (DESIGN section 9); with several tables the sums,
        and a document for each of them under "reports"."""
        document = self._document()
        if len(self.parts) + len(self.unknown) > 1 or self.container == "zip":
            document["container"] = self.container or document["container"]
            parts = [part._document() | part._place() for part in self.parts]
            errors = [{"name": name, "error": error, "rows": 0} for name, error in self.unknown]
            document["reports"] = [*parts, *errors]
            sniffed = [part.sniffed for part in self.parts if part.sniffed]
            document["feeds"] = sorted({f for one in sniffed for f in one.preset.reader.feeds})
            if len({one.preset.name for one in sniffed}) != 1:
                document["preset"] = None
        return document

    def _place(self) -> dict[str, str]:
        assert self.sniffed is not None  # parts have one
        return {"name": self.sniffed.table.name}

    def _document(self) -> dict[str, Any]:
        sniffed = self.sniffed
        counts = {one.value: self.counts[one.value] for one in Outcome}
        period = [day.isoformat() if day else None for day in (self.first_day, self.last_day)]
        return {
            "preset": sniffed.preset.name if sniffed else None,
            "feeds": list(sniffed.preset.reader.feeds) if sniffed else [],
            "container": sniffed.container if sniffed else None,
            "encoding": (sniffed.encoding or None) if sniffed else None,
            "delimiter": (sniffed.delimiter or None) if sniffed else None,
            "header_line": (sniffed.header_line or None) if sniffed else None,
            "rows": self.rows,
            **counts,
            "ignored": self._listed("ignored"),
            "rejected": self._listed("rejected"),
            "period": {"from": period[0], "to": period[1]},
            "currency": self.currency or None,
            "totals": {**self.totals, **{name: str(n) for name, n in self.sums.items()}},
            "notices": [{"code": code, "text": text} for code, text in condensed(self.notices)],
            "columns": _columns(sniffed) if sniffed else None,
            "effect": self.effect.as_json(),
            "would": counts if self.is_dry else None,
            "error": self.error or None,
        }

    def _listed(self, outcome: str) -> list[dict[str, Any]]:
        if self.parts:
            return [one for part in self.parts for one in part._listed(outcome)]
        table = self.sniffed.table if self.sniffed else None
        where = {"sheet": table.sheet} if table and table.sheet else {}
        if table and table.member:
            where["member"] = table.member
        found = [
            (note.line, note.reason)
            for note in self.notes
            if note.outcome == outcome and not self.is_log
        ]
        for (kind, reason), lines in self.left_out.items():
            if kind == outcome:
                found.extend((line, reason) for line in lines)
        if self.left_out:
            found.sort()
        return [{**where, "line": line, "reason": reason.value} for line, reason in found]


def _columns(sniffed: Sniffed) -> dict[str, str]:
    """Canonical column -> header of the file."""
    return {name: sniffed.header[place].strip() for name, place in sniffed.columns.items()}
