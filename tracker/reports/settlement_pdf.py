"""A statement as a document: who is paid what for which orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker import i18n
from tracker.i18n import mark
from tracker.models import Statement
from tracker.reports import format as formats
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.pdf import Block, Document, Facts, Heading, Paragraph
from tracker.reports.pdf_tables import table_block
from tracker.reports.settlement import COMMISSIONS, Line, PersonTotal
from tracker.reports.state import ReportState

MOST_LINES = 2_000
"""Lines of a PDF, about fifty pages; the rest is in the CSV and the workbook, and the page says so.
The totals are always of all."""

_KEYS = ("order", "influencer", "ordered_on", "booked_on", "part", "credited_net_revenue",
         "commission")  # fmt: skip

_PEOPLE = TableSpec(
    "statement",
    (
        Column("influencer", mark("Influencer"), "text", at("influencer")),
        Column("rows", mark("Rows"), "count", at("n_rows")),
        Column("net", mark("Credited net revenue"), "money", at("net_minor")),
        Column("commission", mark("Commission"), "money", at("amount_minor")),
    ),
    lambda _session, _state: (),
)


@dataclass(frozen=True, slots=True)
class _Sum:
    n_rows: int
    net_minor: int
    amount_minor: int


def statement_document(
    statement: Statement,
    people: Sequence[PersonTotal],
    lines: Sequence[Line],
    state: ReportState,
    *,
    seller: str,
    locale: str,
) -> Document:
    """A statement as PDF document in a language.

    lines: in the order shown; at most MOST_LINES of them are printed. seller: who pays.
    """

    def said(message: str, **values: object) -> str:
        return i18n.gettext(locale, message, **values)

    total = _Sum(
        statement.n_rows, sum(person.net_minor for person in people), statement.total_minor
    )
    blocks: list[Block] = [
        Facts(tuple(_facts(statement, locale))),
        Paragraph(said(FORMULA), is_quiet=True),
        Heading(said(mark("By influencer"))),
        table_block(_PEOPLE, people, state, locale, total=total),
        Heading(said(mark("Orders"))),
        table_block(
            COMMISSIONS, lines[:MOST_LINES], state, locale, keys=_KEYS, total=total
        ),
    ]  # fmt: skip
    if len(lines) > MOST_LINES:
        text = said(
            mark("The first %(most)s of %(all)s lines; all are in the CSV and the workbook."),
            most=f"{MOST_LINES:,}", all=f"{len(lines):,}",
        )  # fmt: skip
        blocks.append(Paragraph(text, is_quiet=True))
    return Document(
        title=said(mark("Statement %(number)s"), number=statement.number),
        locale=locale,
        note=f"{statement.payee} · {period_text(statement, locale)}",
        foot=seller,
        blocks=tuple(blocks),
    )


FORMULA = mark(
    "Commission follows the credited net revenue of each order (paid − freight − tax − refunds). "
    "A refund after the payment is taken back in a later statement."
)


def period_text(statement: Statement, locale: str) -> str:
    """The days of a statement."""
    if statement.starts_on is None:
        until = statement.ends_on.isoformat()
        return i18n.gettext(locale, mark("up to %(day)s"), day=until)
    return f"{statement.starts_on.isoformat()} – {statement.ends_on.isoformat()}"


def _facts(statement: Statement, locale: str) -> list[tuple[str, str]]:
    def word(message: str) -> str:
        return i18n.gettext(locale, message)

    total = formats.money(statement.total_minor, statement.currency, locale, compact=False)
    facts = [
        (word(mark("To be paid")) if statement.status != "paid" else word(mark("Paid out")), total),
        (word(mark("Payee")), statement.payee),
        (word(mark("Status")), i18n.label(locale, "statement_status", statement.status)),
    ]
    if statement.paid_on is not None:
        facts.append((word(mark("Paid on")), statement.paid_on.isoformat()))
        facts.append((word(mark("Reference")), statement.reference))
    return facts
