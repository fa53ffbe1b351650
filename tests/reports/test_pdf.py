import re
import zlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.test_chart import chart_of
from tracker.reports import fonts, pdf_layout
from tracker.reports.charts import ChartPool
from tracker.reports.pdf import (
    Document,
    Drawn,
    Facts,
    Head,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Table,
    document_from,
    to_json,
    write_pdf,
)

HEADS = (Head("订单"), Head("金额", "right"))


def streams(pdf: bytes) -> bytes:
    """All that the file's compressed parts hold."""
    bodies = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(body) for body in bodies)


def code_points(pdf: bytes) -> set[str]:
    """Characters that the file's fonts can be searched and copied by."""
    maps = re.findall(rb"beginbfchar\s(.*?)endbfchar", streams(pdf), re.DOTALL)
    return {chr(int(c, 16)) for part in maps for c in re.findall(rb"<[0-9A-F]{2}> <(\w+)>", part)}


def rows(n):
    return tuple((f"TB{i}", f"¥{i}.00") for i in range(n))


def document(**more):
    blocks = (
        Heading("总览"), Facts((("应付", "¥1,234.00"),)), Paragraph("退款当日冲回。"),
        Paragraph("small", is_quiet=True), Table(HEADS, rows(3), ("合计", "¥3.00")),
    )  # fmt: skip
    return Document(**{"title": "结算单 3", "locale": "zh_CN", "blocks": blocks, **more})


def test_chinese_text_can_be_searched_and_only_what_is_used_is_embedded():
    made = write_pdf(document(note="林小满", foot="品牌"))
    assert set("结算单总览应付退款当日冲回合计林小满品牌第页") <= code_points(made)
    assert b"/FontFile2" in made
    assert len(made) < 60_000
    assert b"/Lang (zh)" in made


def test_equal_documents_are_equal_files():
    assert write_pdf(document()) == write_pdf(document())
    assert write_pdf(document()) != write_pdf(document(title="结算单 4"))


def test_long_tables_go_over_pages_that_are_numbered():
    made = write_pdf(document(blocks=(Table(HEADS, rows(150)), NewPage(), Heading("末"))))
    assert len(re.findall(rb"/Type /Page\b", made)) == 5


def test_the_heading_of_a_table_is_repeated_on_every_page():
    made = write_pdf(document(blocks=(Table((Head("Order"), HEADS[1]), rows(150)),)))
    assert streams(made).count(b"(Order)") == len(re.findall(rb"/Type /Page\b", made)) == 4


def test_a_heading_does_not_push_its_table_to_another_page():
    made = write_pdf(document(blocks=(Heading("末"), Table(HEADS, rows(60)))))
    assert len(re.findall(rb"/Type /Page\b", made)) == 2


@pytest.mark.parametrize(
    "text", ["<b>x", "&amp;", "</para>", "a\x00b\n", "\ud800", "", "x" * 5_000]
)
def test_hostile_text_is_text(text):
    blocks = (Heading(text), Paragraph(text), Facts(((text, text),)),
              Table((Head(text), Head("b", "right")), ((text, text),), (text, text)))  # fmt: skip
    assert write_pdf(document(title=text, note=text, foot=text, blocks=blocks))[:5] == b"%PDF-"


@settings(max_examples=60)
@given(st.text())
def test_every_character_has_a_font_or_is_a_question_mark(text):
    drawn = pdf_layout.plain(text)
    for character in drawn:
        code = ord(character)
        assert any(code in fonts.characters(font)
                   for font in (fonts.get_chinese_font(), fonts.latin_font()))  # fmt: skip
    assert len(drawn) <= len(text)


def test_symbols_of_other_scripts_come_from_the_other_font():
    assert '<font name="symbols">' in pdf_layout.markup("عربى 林")
    assert pdf_layout.plain("👍") == "?"


def test_charts_and_pictures_are_drawn(tmp_path):
    pool = ChartPool()
    try:
        png = pool.png(chart_of())
        asked = document(blocks=(Picture(png, "一图"), Drawn(chart_of())))
        made = pool.pdf(asked)
    finally:
        pool.close()
    assert made.count(b"/Subtype /Image") == 2
    assert made == write_pdf(asked)


def test_a_document_comes_back_from_json_as_it_was():
    import json

    blocks = (*document().blocks, NewPage(), Picture(b"\x89PNG", "x"), Drawn(chart_of()))
    whole = document(blocks=blocks, is_wide=True, note="n", foot="f")
    assert document_from(json.loads(to_json(whole))) == whole


def test_without_a_chinese_font_a_chinese_file_fails_and_an_english_one_does_not(monkeypatch):
    monkeypatch.setattr(fonts, "find_chinese_font", lambda: None)
    with pytest.raises(fonts.MissingFontError, match="no font with Chinese"):
        write_pdf(document())
    english = Document("Statement", "en", (Paragraph(f"Paid on {date(2026, 11, 1)}"),))
    assert write_pdf(english)[:5] == b"%PDF-"


def test_wide_documents_are_wide():
    assert b"841.8898 595.2756" in write_pdf(document(is_wide=True))
