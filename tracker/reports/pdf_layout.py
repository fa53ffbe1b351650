"""PDF documents laid out by ReportLab: fonts, styles, tables over pages, page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Image,
    LongTable,
    PageBreak,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Flowed
from reportlab.platypus import Table as Grid

from tracker import i18n
from tracker.reports import fonts
from tracker.reports.pdf import (
    Block,
    Document,
    Drawn,
    Facts,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Table,
)
from tracker.reports.theme import COLOURS

rl_config.useA85 = 0  # files are binary anyway, and a fifth smaller without it

MARGIN = 16 * mm
SANS, SYMBOLS = "sans", "symbols"
INK, MUTED, GRID = (HexColor(COLOURS[name]) for name in ("ink", "muted", "grid"))
ACCENT = HexColor(COLOURS["net"])
NARROWEST, WIDEST = 14 * mm, 70 * mm
SEEN_ROWS = 200
"""Rows that are looked at for a column's width."""

MOST = 300
"""Characters of a heading or cell; the rest is cut, as a row must fit a page."""

FOOT = 90
FACTS_A_LINE = 4
ROOM_BELOW = 30 * mm
"""A heading with less room below it begins the next page."""

PADDING = 6
"""Points that ReportLab keeps free around what flows."""


def lay_out(document: Document, out: BinaryIO) -> None:
    """Write a document as PDF. Raises MissingFontError."""
    _register()
    if fonts.find_chinese_font() is None and any(map(fonts.has_chinese, _texts(document))):
        raise fonts.MissingFontError(fonts.NO_FONT)
    size = landscape(A4) if document.is_wide else A4
    template = SimpleDocTemplate(
        out, pagesize=size, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN + 4 * mm, title=plain(document.title), lang=document.locale[:2],
        author="", invariant=1, pageCompression=1,
    )  # fmt: skip
    width = size[0] - 2 * MARGIN - 2 * PADDING
    story = [_flowed(document.title, _style(16, leading=22, after=2))]
    if document.note:
        story.append(_flowed(document.note, _style(9.5, colour=MUTED, after=8)))
    for block in document.blocks:
        story += _flow(block, width)
    pages = _numbered(document)
    template.build(story, canvasmaker=pages)


# --- fonts ----------------------------------------------------------------------------------------


@cache
def _register() -> None:
    """The fonts, once a process; without one with Chinese the Latin one stands for both."""
    main = fonts.find_chinese_font() or fonts.latin_font()
    registerFont(TTFont(SANS, str(main), subfontIndex=0))
    registerFont(TTFont(SYMBOLS, str(fonts.latin_font())))


def plain(text: str) -> str:
    """Text with what the fonts can draw; anything else is "?"."""
    return "".join(piece for piece, _ in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of a text, each with the font that has its characters."""
    main = fonts.characters(fonts.find_chinese_font() or fonts.latin_font())
    other = fonts.characters(fonts.latin_font())
    run, font = "", SANS
    for character in text:
        if character in "\n\t":
            character = " "
        code = ord(character)
        wanted = SANS if code in main or code not in other else SYMBOLS
        if not character.isprintable():
            continue
        if wanted != font and run:
            yield run, font
            run = ""
        font = wanted
        run += character if code in main or code in other else "?"
    if run:
        yield run, font


def markup(text: str) -> str:
    """Text as ReportLab's markup: nothing in it is taken for markup."""
    return "".join(
        escape(piece) if font == SANS else f'<font name="{font}">{escape(piece)}</font>'
        for piece, font in _runs(text)
    )


def _style(
    size: float,
    *,
    colour: Any = INK,
    leading: float = 0.0,
    before: float = 0.0,
    after: float = 0.0,
    is_right: bool = False,
) -> ParagraphStyle:
    return ParagraphStyle(
        "text", fontName=SANS, fontSize=size, leading=leading or size * 1.45, textColor=colour,
        spaceBefore=before, spaceAfter=after, splitLongWords=1,
        **({"alignment": TA_RIGHT} if is_right else {}),
    )  # fmt: skip


def _flowed(text: str, style: ParagraphStyle, most: int = MOST) -> Flowed:
    """Text that may break between any two Chinese characters, cut at `most`."""
    text = _cut(text, most)
    if fonts.has_chinese(text):
        style = ParagraphStyle("cjk", parent=style, wordWrap="CJK")
    return Flowed(markup(text), style)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# --- blocks ---------------------------------------------------------------------------------------


def _flow(block: Block, width: float) -> list[Any]:
    match block:
        case Heading():
            size = 12.5 if block.level == 1 else 10.5
            style = _style(size, before=10, after=4)
            return [CondPageBreak(ROOM_BELOW), _flowed(block.text, style)]
        case Paragraph():
            size, colour = (8, MUTED) if block.is_quiet else (9.5, INK)
            return [_flowed(block.text, _style(size, colour=colour, after=4), len(block.text))]
        case Facts():
            return [_facts(block, width), Spacer(1, 6)]
        case Table():
            return [_table(block, width), Spacer(1, 6)]
        case Picture():
            return [_picture(block.png, width), Spacer(1, 6)]
        case Drawn():
            from tracker.reports.drawing import draw_png

            return [_picture(draw_png(block.chart), width), Spacer(1, 6)]
        case NewPage():
            return [PageBreak()]


def _facts(block: Facts, width: float) -> Grid:
    cells = [
        [_flowed(name, _style(8, colour=MUTED)), _flowed(value, _style(13, leading=18))]
        for name, value in block.pairs
    ]
    cells += [[] for _ in range(-len(cells) % FACTS_A_LINE or (0 if cells else FACTS_A_LINE))]
    lines = [cells[i : i + FACTS_A_LINE] for i in range(0, len(cells), FACTS_A_LINE)]
    grid = Grid(lines, colWidths=[width / FACTS_A_LINE] * FACTS_A_LINE, hAlign="LEFT")
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return grid


def _table(block: Table, width: float) -> LongTable:
    head = [
        _flowed(h.text, _style(7.5, colour=MUTED, is_right=h.align == "right")) for h in block.heads
    ]
    body = [_cells(block, row) for row in block.rows]
    total = [_cells(block, block.total)] if block.total else []
    grid = LongTable(
        [head, *body, *total], colWidths=_widths(block, width), repeatRows=1, hAlign="LEFT",
    )  # fmt: skip
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, GRID),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
    if total:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.75, INK))
    grid.setStyle(style)
    return grid


def _cells(block: Table, row: Sequence[str]) -> list[Flowed]:
    return [
        _flowed(text, _style(8, is_right=head.align == "right"))
        for head, text in zip(block.heads, row, strict=True)
    ]


def _widths(block: Table, width: float) -> list[float]:
    """Columns as wide as what is in them, the whole as wide as the page."""
    rows = [*block.rows[:SEEN_ROWS], *([block.total] if block.total else [])]
    wanted = []
    for number, head in enumerate(block.heads):
        if head.width is not None:
            wanted.append(head.width * width)
            continue
        texts = [plain(row[number]) for row in rows]
        widest = max([stringWidth(plain(head.text), SANS, 7.5), *_measured(texts)])
        wanted.append(min(max(widest + 12, NARROWEST), WIDEST))
    spare = width - sum(wanted)
    loose = [n for n, head in enumerate(block.heads) if head.align == "left"] or [0]
    if spare >= 0:
        return [w + spare / len(loose) if n in loose else w for n, w in enumerate(wanted)]
    return [w * width / sum(wanted) for w in wanted]


def _measured(texts: Sequence[str]) -> list[float]:
    return [stringWidth(text, SANS, 8) for text in texts]


def _picture(png: bytes, width: float) -> Image:
    pixels_wide, pixels_high = ImageReader(io.BytesIO(png)).getSize()
    return Image(io.BytesIO(png), width=width, height=width * pixels_high / pixels_wide)


def _texts(document: Document) -> Iterator[str]:
    yield from (document.title, document.note, document.foot)
    for block in document.blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Facts():
                yield from (text for pair in block.pairs for text in pair)
            case Table():
                yield from (head.text for head in block.heads)
                yield from (text for row in (*block.rows, block.total) for text in row)
            case _:
                pass


# --- pages ----------------------------------------------------------------------------------------


def _numbered(document: Document) -> type[Canvas]:
    """A canvas that writes "page / pages" once it knows how many there are."""
    foot = plain(_cut(document.foot, FOOT))

    class Numbered(Canvas):  # type: ignore[misc]  # ReportLab has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{"initialFontName": SANS, **kwargs})
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - ReportLab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self._write_foot(number)
                Canvas.showPage(self)
            Canvas.save(self)

        def _write_foot(self, number: int) -> None:
            self.setFont(SANS, 7.5)
            self.setFillColor(MUTED)
            self.drawString(MARGIN + PADDING, MARGIN - 4 * mm, foot)
            text = i18n.gettext(
                document.locale, i18n.mark("Page %(page)s of %(pages)s"),
                page=number, pages=len(self._pages),
            )  # fmt: skip
            right = self._pagesize[0] - MARGIN - PADDING
            self.drawRightString(right, MARGIN - 4 * mm, text)

    return Numbered
