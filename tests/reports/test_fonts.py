import pytest

from tests.reports.test_chart import chart_of
from tracker.reports import drawing, fonts


def test_the_font_has_all_characters_of_simplified_chinese_and_our_signs():
    font = fonts.get_chinese_font()
    gb2312 = bytes(
        byte for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF)
        if not (a == 0xD7 and b > 0xF9) for byte in (a, b)
    ).decode("gb2312")  # fmt: skip
    ours = "¥€$—−…×÷·（），。：；！？%→≥≤■“”"
    assert {ord(c) for c in gb2312 + ours} <= fonts.characters(font)


def test_without_a_font_there_is_a_word_and_no_box(monkeypatch):
    monkeypatch.setattr(fonts, "packaged", lambda *_: None)
    monkeypatch.setattr(fonts, "ON_MACHINES", ())
    fonts.find_chinese_font.cache_clear()
    try:
        with pytest.raises(fonts.MissingFontError, match="install"):
            fonts.get_chinese_font()
    finally:
        fonts.find_chinese_font.cache_clear()


def test_a_chinese_chart_without_a_font_is_refused_and_not_drawn_with_boxes(monkeypatch):
    monkeypatch.setattr(drawing, "file_fonts", lambda: [drawing.LATIN_FONT])
    with pytest.raises(fonts.MissingFontError):
        drawing.draw_png(chart_of(title="净成交额"))


def test_charts_write_chinese_with_the_same_font():
    assert drawing.file_fonts()[0] == "WenQuanYi Micro Hei"


@pytest.mark.parametrize(("text", "has"), [("¥1,234 – ROI", False), ("双11", True), ("，", True)])
def test_chinese_is_told_from_other_text(text, has):
    assert fonts.has_chinese(text) is has
