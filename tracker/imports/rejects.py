"""Rejected rows as a file: as they stand in the original, with the reason in front, to be mended
and loaded again.

The two columns in front have names that no report has. They are taken off again when the file comes
back, so that it is recognised as what the original was. They stand in front and not behind, because
a row of the wrong width must not become one of the right width by them.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.records import Reason
from tracker.i18n import gettext
from tracker.imports.reasons import TEXTS
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import REASON_COLUMNS, Sniffed
from tracker.imports.source import Source
from tracker.imports.tables import AnyRow
from tracker.models import ImportNote

Rejected = dict[int, str]
"""Line of a row -> why it was rejected, as a sentence."""


def rejected_of(
    session: Session, batch_id: int, sources: Sequence[Source], locale: str
) -> list[tuple[Sniffed, Rejected]]:
    """The rejected rows of a batch by table, with reasons in a language; logs are left out: nobody
    mends their lines."""
    notes = session.execute(
        select(ImportNote.line, ImportNote.reason, ImportNote.detail).where(
            ImportNote.batch_id == batch_id, ImportNote.outcome == "rejected"
        )
    ).all()
    found = []
    for source in sources:
        name = source.sniffed.table.name
        prefix = f"[{name}] " if name else ""
        lines: Rejected = {}
        for line, reason, detail in notes:
            if detail.startswith(prefix):
                text = gettext(locale, TEXTS[Reason(reason)])
                told = detail.removeprefix(prefix)
                lines[line] = f"{text} ({told})" if told else text
        if lines and source.sniffed.table.log is None:
            found.append((source.sniffed, lines))
    return found


def write_rejects(path: Path, found: Sequence[tuple[Sniffed, Rejected]]) -> bool:
    """Write rejected rows: a CSV, or a zip of one for each table that has some.

    Args:
        path: of the file to be written.

    Returns:
        whether there was anything to write.
    """
    if len(found) == 1:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            _write(file, *found[0])
    elif found:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, (sniffed, reasons) in enumerate(found, 1):
                text = io.StringIO()
                _write(text, sniffed, reasons)
                name = f"{number}-{Path(sniffed.table.name).stem or sniffed.preset.name}.csv"
                archive.writestr(name, text.getvalue().encode("utf-8-sig"))
    return bool(found)


def _write(file: TextIO, sniffed: Sniffed, reasons: Rejected) -> None:
    delimiter = sniffed.delimiter or ","
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    for cells in _above(sniffed):
        writer.writerow(cells)
    writer.writerow([*REASON_COLUMNS, *sniffed.header])
    for row in _rows(sniffed, reasons):
        if isinstance(row, BrokenRow):
            writer.writerow([row.line, reasons[row.line], *_broken(sniffed, row.line)])
        else:
            writer.writerow([row[0], reasons[row[0]], *row[1]])


def _above(sniffed: Sniffed) -> list[list[str]]:
    """What stands above the header: by it some reports are told, and their days."""
    found = []
    for row in sniffed.table.rows(sniffed.delimiter):
        if isinstance(row, BrokenRow):
            continue
        if row[0] >= sniffed.header_line:
            break
        found.append(row[1])
    return found


def _rows(sniffed: Sniffed, lines: Collection[int]) -> Iterable[AnyRow]:
    for row in sniffed.table.rows(sniffed.delimiter, sniffed.after_header):
        if (row.line if isinstance(row, BrokenRow) else row[0]) in lines:
            yield row


def _broken(sniffed: Sniffed, line: int) -> list[str]:
    """A line that is no row, whole in one cell: taken apart it could be one, and load unseen."""
    with sniffed.table.text() as file:
        for number, text in enumerate(file, 1):
            if number == line:
                return [text.rstrip("\r\n")]
    return []
