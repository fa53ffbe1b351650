import pytest

from tests.imports.files import write
from tracker.imports.encoding import encoding_of, open_text
from tracker.imports.errors import FileError

TEXT = "订单编号,达人\n1,李娜\U00020bb7\n" * 5


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_text_comes_back_whole(tmp_path, encoding, found, name):
    path = write(tmp_path, TEXT, name, encoding)
    assert encoding_of(path) == found
    with open_text(path, found) as file:
        assert file.read() == TEXT


def test_utf_16_big_endian_is_told_by_its_mark(tmp_path):
    assert encoding_of(write(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be"))) == "utf-16"


@pytest.mark.parametrize(
    "data",
    [
        "Prénom,Café\n1,Zoë\n".encode("latin-1"),  # never read as latin-1, which takes anything
        b"a,b\n1,\xff\xff\n",
        "a,b\n".encode("utf-32"),
        b"\xff\xfea,\x00",
    ],
)
def test_other_bytes_are_refused_rather_than_guessed(tmp_path, data):
    with pytest.raises(FileError, match=r"unknown_encoding|binary_file"):
        encoding_of(write(tmp_path, data))


def test_nul_characters_are_no_text(tmp_path):
    with pytest.raises(FileError, match="binary_file"):
        encoding_of(write(tmp_path, b"a,b\n1,\x00\n"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read_where_it_is_clear(tmp_path, encoding):
    path = write(tmp_path, "date,cost\n2026-07-01,5\n", encoding=encoding)
    assert encoding_of(path) == encoding


def test_big5_is_told_from_gb18030_by_the_characters_that_come_out(tmp_path):
    text = "訂單編號,下單時間,實付金額,商品名稱\n1,2026-11-01,5,廣告費\n"
    path = write(tmp_path, text, encoding="cp950")
    assert encoding_of(path) == "cp950"
    with open_text(path, "cp950") as file:
        assert file.read() == text
    traditional_in_gbk = write(tmp_path, text, encoding="gb18030")
    assert encoding_of(traditional_in_gbk) == "gb18030"


def test_line_ends_inside_cells_stay(tmp_path):
    path = write(tmp_path, 'a\r\n"x\ny"\r\n')
    with open_text(path, "utf-8") as file:
        assert list(file) == ["a\r\n", '"x\n', 'y"\r\n']


@pytest.mark.parametrize("text", ["nom;prénom;café\nZoé;Béla;thé\n", "Größe;Straße\nMüll;Fuß\n"])
def test_accented_letters_are_not_taken_for_chinese(tmp_path, text):
    path = write(tmp_path, text, encoding="latin-1")
    with pytest.raises(FileError, match=r"ambiguous_encoding|unknown_encoding"):
        encoding_of(path)
    assert encoding_of(path, "cp1252") == "cp1252"


def test_what_the_user_says_must_fit(tmp_path):
    path = write(tmp_path, "订单号\n", encoding="gb18030")
    assert encoding_of(path, "gb18030") == "gb18030"
    with pytest.raises(FileError, match="unknown_encoding: utf-8"):
        encoding_of(path, "utf-8")


def test_rare_letters_of_real_latin_text_that_decode_as_chinese_are_asked(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n" + "éa,éb\nùc,ça\n".encode("latin-1"))
    with pytest.raises(FileError, match="ambiguous_encoding"):
        encoding_of(path)
