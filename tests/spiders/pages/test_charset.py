# ruff: noqa: E501 -- tables are read by rows
import gzip

import pytest

from spiders.pages.charset import decode_page

CHINESE = "陶瓷马克杯大容量办公室水杯，限时特价十九元九角包邮到家"
JAPANESE = "こんにちは世界、送料無料キャンペーン実施中です。商品の詳細"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["utf-8", "gbk", "gb2312", "nonsense", ""])
def test_chinese_is_read_whatever_is_declared(encoding, declared):
    body = f'<meta charset="{declared}"><p>{CHINESE}</p>'.encode(encoding)
    page = decode_page(body)
    assert CHINESE in page.text
    assert page.bad_characters == 0


def test_the_header_is_believed_before_the_page():
    body = f'<meta charset="gbk"><p>{JAPANESE}</p>'.encode("shift_jis")
    assert JAPANESE in decode_page(body, "text/html; charset=Shift_JIS").text


def test_bytes_that_are_utf_8_are_utf_8_against_every_declaration():
    page = decode_page(f'<meta charset="gbk">{CHINESE}'.encode(), "text/html; charset=gbk")
    assert (page.encoding, page.bad_characters) == ("utf-8", 0)


def test_what_cannot_be_decoded_is_counted():
    body = b'<meta charset="utf-8">' + CHINESE.encode() * 20 + b"\xff\xfe" + CHINESE.encode() * 20
    page = decode_page(body)
    assert page.encoding == "utf-8"
    assert page.bad_characters >= 2


def test_a_page_cut_off_inside_a_character_keeps_its_encoding():
    page = decode_page(("x" * 200 + CHINESE).encode()[:-1])
    assert page.encoding == "utf-8"
    assert page.bad_characters == 1


def test_gzip_is_unpacked_and_broken_gzip_is_nothing():
    assert decode_page(gzip.compress(b"<p>x</p>")).text == "<p>x</p>"
    assert decode_page(b"\x1f\x8bnonsense").text == ""


@pytest.mark.parametrize("name", ["base64", "rot13", "zip", "hex", "idna", "punycode", "unicode_escape"])  # fmt: skip
def test_codecs_that_are_no_encodings_of_pages_do_no_harm(name):
    assert isinstance(decode_page(f'<meta charset="{name}">'.encode() + b"\xff\xd6\xd0").text, str)
