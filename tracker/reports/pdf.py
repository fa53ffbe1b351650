"""PDF files: a title, paragraphs, key figures, tables and charts on A4, in both languages.

    write_pdf(
        Document(
            title="结算单 3", locale="zh_CN", note="林小满 · 2026-11",
            blocks=(
                Heading("明细"),
                Paragraph("按归因净额计算。"),
                Facts((("应付", "¥1,234.00"),)),
                table_block(SPEC, rows, state, "zh_CN"),
                Picture(png_bytes),            # or Drawn(chart): `tracker.reports.chart.Chart`
            ),
        )
    )

Text is text: it can be searched and copied; of the fonts only the characters used are embedded
(docs/adr/0070). Equal documents give equal bytes: no clock is read. Long tables go over pages and
repeat their heading. A character that no font has becomes "?", never a box.

ReportLab takes a fifth of a second to import and a font half a second to read: call it in a job or
in the drawing process (`ChartPool.pdf`), not in a view.
"""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tracker.reports.chart import Chart, chart_from

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the document; level 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. is_quiet: smaller and grey, for notes and formulas."""

    text: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A few figures or facts side by side: (name, value)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its heading, side, and width in parts of the page (None: by what is in it)."""

    text: str
    align: Align = "left"
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of whole texts; `total` stands below them in the same columns."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG over the width of the page, with what it shows for those who hear it."""

    png: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart, drawn by matplotlib with the same font."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins a page."""


Block = Heading | Paragraph | Facts | Table | Picture | Drawn | NewPage


@dataclass(frozen=True, slots=True)
class Document:
    """What is written.

    note: under the title, for whom and when. foot: at the bottom of every page, beside its number.
    is_wide: landscape, for tables of many columns.
    """

    title: str
    locale: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    note: str = ""
    foot: str = ""
    is_wide: bool = False


def to_json(document: Document) -> str:
    """A document as JSON, for the drawing process; `document_from` gives it back."""
    blocks = []
    for block in document.blocks:
        said: dict[str, Any] = {"is": type(block).__name__}
        if isinstance(block, Picture):
            said |= {"png": b64encode(block.png).decode(), "text": block.text}
        else:
            said |= asdict(block)
        blocks.append(said)
    return json.dumps({**_plain(document), "blocks": blocks}, ensure_ascii=False)


def document_from(said: dict[str, Any]) -> Document:
    """A document from the object that `to_json` wrote."""
    blocks = [_block(**block) for block in said["blocks"]]
    return Document(**{**said, "blocks": tuple(blocks)})


def _plain(document: Document) -> dict[str, Any]:
    names = ("title", "locale", "note", "foot", "is_wide")
    return {name: getattr(document, name) for name in names}


def _block(**said: Any) -> Block:
    kind = said.pop("is")
    match kind:
        case "Table":
            return Table(
                heads=tuple(Head(**head) for head in said["heads"]),
                rows=tuple(tuple(row) for row in said["rows"]),
                total=tuple(said["total"]),
            )
        case "Facts":
            return Facts(tuple((name, value) for name, value in said["pairs"]))
        case "Picture":
            return Picture(b64decode(said["png"]), said["text"])
        case "Drawn":
            return Drawn(chart_from(said["chart"]))
        case "Heading":
            return Heading(**said)
        case "Paragraph":
            return Paragraph(**said)
        case _:
            return NewPage()


def write_pdf(document: Document) -> bytes:
    """The document as a PDF file.

    Raises:
        tracker.reports.fonts.MissingFontError: it has Chinese, and no font on this machine does.
    """
    from tracker.reports.pdf_layout import lay_out  # ReportLab: a fifth of a second

    out = io.BytesIO()
    lay_out(document, out)
    return out.getvalue()
