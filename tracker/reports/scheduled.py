"""What a schedule makes: its title, its text, and its files, for one slot and one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker import i18n
from tracker.domain.slots import period_before
from tracker.i18n import mark
from tracker.models import ReportSchedule, Share, Workspace
from tracker.reports import shared
from tracker.reports.columns import TableSpec
from tracker.reports.csv_files import csv_stream
from tracker.reports.digest import (
    TABLES as REPORT_TABLES,
)
from tracker.reports.digest import (
    Digest,
    days_text,
    digest_document,
    digest_lines,
    read_digest,
    read_tables,
)
from tracker.reports.pdf import Document, Paragraph, write_pdf
from tracker.reports.pdf_tables import table_block
from tracker.reports.state import ReportState
from tracker.reports.tables import TABLES, file_name
from tracker.services import shares
from tracker.services.schedules import rhythm_of

MAX_PDF_ROWS = 2_000
"""Rows of a table in a PDF; a longer one is a file's work, which the PDF says."""

WIDE_COLUMNS = 7
_PERIOD = {"period", "from", "to"}


class NotMadeError(Exception):
    """A report cannot be made; `code` of `labels_alerts`, group run_error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of a report."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """One table with its rows, read once for all files. is_cut: there are more of them."""

    spec: TableSpec
    rows: Sequence[Any]
    is_cut: bool = False

    @property
    def n_rows(self) -> str:
        """How many rows there are, as far as is known."""
        return f"{len(self.rows)}{'+' if self.is_cut else ''}"


@dataclass(frozen=True, slots=True)
class Content:
    """What one slot of a schedule is about, read from the database; files are made from it."""

    title: str
    brand: str
    state: ReportState
    parts: tuple[_Part, ...]
    digest: Digest | None

    @property
    def note(self) -> str:
        """Whose it is (an agency reads no brand but in its share's title), and of which days."""
        return " · ".join(part for part in (self.brand, days_text(self.state)) if part)

    def text(self, locale: str) -> str:
        """What a mail or a chat says."""
        if self.digest is not None:
            return "\n".join(digest_lines(self.digest, locale))
        (part,) = self.parts
        lines = [
            self.note,
            i18n.gettext(locale, mark("Rows: %(n)s"), n=part.n_rows),
        ]
        return "\n".join(lines)

    def subject(self) -> str:
        """The title of a message."""
        name = f"{self.brand}: {self.title}" if self.brand else self.title
        return f"{name} · {days_text(self.state)}"

    def files(self, formats: Iterable[str], locale: str) -> list[MadeFile]:
        """The files, in a language. Raises NotMadeError: too_many_rows (of a workbook)."""
        made: list[MadeFile] = []
        for form in formats:
            if form == "pdf":
                name = f"{plain_name(self.title)}_{self.state.start}_{self.state.end}.pdf"
                made.append(MadeFile(name, write_pdf(self.document(locale))))
            else:
                made += [self._file(part, form, locale) for part in self.parts]
        return made

    def document(self, locale: str) -> Document:
        """The PDF before it is laid out."""
        if self.digest is not None:
            return digest_document(self.digest, locale)
        (part,) = self.parts
        shown = part.rows[:MAX_PDF_ROWS]
        blocks: list[Any] = [table_block(part.spec, shown, self.state, locale)]
        if len(part.rows) > len(shown):
            blocks.append(
                Paragraph(
                    i18n.gettext(
                        locale, mark("The first %(shown)s of %(all)s; the files have all of them."),
                        shown=str(len(shown)), all=str(len(part.rows)),
                    ),
                    is_quiet=True,
                )
            )  # fmt: skip
        return Document(
            title=self.title, locale=locale, blocks=tuple(blocks), note=self.note, foot=self.brand,
            is_wide=len(part.spec.columns) > WIDE_COLUMNS,
        )  # fmt: skip

    def _file(self, part: _Part, form: str, locale: str) -> MadeFile:
        name = file_name(part.spec, self.state, form)
        if form == "csv":
            return MadeFile(name, b"".join(csv_stream(part.spec, part.rows, self.state, locale)))
        from tracker.reports.xlsx_files import TooManyRowsError, write_xlsx  # pandas: a second

        out = BytesIO()
        try:
            write_xlsx(part.spec, part.rows, self.state, out, locale)
        except TooManyRowsError as error:
            raise NotMadeError("too_many_rows") from error
        return MadeFile(name, out.getvalue())


def read_content(
    session: Session,
    workspace: Workspace,
    schedule: ReportSchedule,
    slot_at: datetime,
    only: str | None = None,
    most: int | None = None,
) -> Content:
    """Read what a schedule makes for a slot.

    Args:
        only: of a whole report this table alone, for a page that shows one at a time; "": its text
            alone; None: everything.
        most: rows of a table or share to read, for a page that shows the first ones; None: all.

    Raises NotMadeError: share_ended, table_gone.
    """
    if schedule.content == "share":
        return _share(session, workspace, schedule, slot_at, most)
    state = state_for(workspace, schedule, slot_at)
    if schedule.content == "report":
        names = REPORT_TABLES.keys() if only is None else {only}
        rows = read_tables(session, state, names)
        digest = None
        if not only:
            digest = read_digest(session, workspace, schedule.title, state, rows)
        parts = tuple(_Part(REPORT_TABLES[name], some) for name, some in rows.items())
        return Content(schedule.title, workspace.name, state, parts, digest)
    spec = TABLES.get(schedule.table_name)
    if spec is None:
        raise NotMadeError("table_gone")
    part = _read_part(session, spec, state, most)
    return Content(schedule.title, workspace.name, state, (part,), None)


def _read_part(session: Session, spec: TableSpec, state: ReportState, most: int | None) -> _Part:
    rows = iter(spec.rows(session, state))
    if most is None:
        return _Part(spec, list(rows))
    found = list(islice(rows, most + 1))
    return _Part(spec, found[:most], len(found) > most)


def state_for(workspace: Workspace, schedule: ReportSchedule, slot_at: datetime) -> ReportState:
    """The state of a slot: the schedule's filters, and its period unless they name one."""
    args = dict(schedule.args)
    today = slot_at.astimezone(ZoneInfo(workspace.time_zone)).date()
    if not _PERIOD & args.keys():
        args |= _days(workspace, schedule, slot_at)
    return ReportState.from_args(args, workspace, today)


def _days(workspace: Workspace, schedule: ReportSchedule, slot_at: datetime) -> dict[str, str]:
    period = period_before(rhythm_of(schedule, workspace), slot_at)
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _share(
    session: Session,
    workspace: Workspace,
    schedule: ReportSchedule,
    slot_at: datetime,
    most: int | None,
) -> Content:
    """What an agency may see: the share's people, columns and days, as its link would show them."""
    share = session.get(Share, schedule.share_id)
    if (
        share is None
        or share.workspace_id != workspace.id
        or share.ended_at is not None
        or (share.expires_at is not None and share.expires_at <= slot_at)
    ):
        raise NotMadeError("share_ended")
    today: date = slot_at.astimezone(ZoneInfo(workspace.time_zone)).date()
    people = shares.people_of(session, share)
    days = _days(workspace, schedule, slot_at)
    state = shared.state_of(share, workspace, people, days, today)
    spec = shared.table_of(share)
    part = _read_part(session, spec, state, most)
    return Content(share.title, "", state, (part,), None)


def plain_name(text: str) -> str:
    """A title as part of a path: letters of any script, digits and hyphens."""
    return re.sub(r"[^\w-]+", "-", text).strip("-_")[:60] or "report"
