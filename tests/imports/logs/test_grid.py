import bz2
import gzip
import zipfile

import pyarrow as pa
import pytest

from tests.imports.files import write
from tracker.imports.errors import FileError
from tracker.imports.logs.grid import LogGrid, format_of, log_of
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import recognise, sniff, with_host

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


def line(path="/", referrer="-", at="08:00:00", address="203.0.113.9", agent=AGENT, status=200):
    return (
        f'{address} - - [11/Nov/2026:{at} +0800] "GET {path} HTTP/1.1" {status} 5 '
        f'"{referrer}" "{agent}"\n'
    )


JSON_LINE = '{"time":"2026-11-11T08:00:00+08:00","uri":"/","status":200,"method":"GET"}\n'
IIS = (
    "#Software: Microsoft Internet Information Services\n#Fields: date time cs-uri-stem sc-status\n"
)
CLOUDFRONT = "#Version: 1.0\n#Fields: date time x-edge-location cs-uri-stem sc-status\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (line(), "combined"),
        ("\ufeff" + line(), "combined"),
        (line().partition(' "-"')[0] + "\n", "common"),
        (JSON_LINE, "json"),
        (IIS + "2026-11-11 00:00:05 / 200\n", "w3c"),
        (CLOUDFRONT, "cloudfront"),
        ("\n" * 9 + line(), "combined"),
        ("nonsense\n" + line() * 3, "combined"),
        ("nonsense\n" * 4 + line(), ""),
        ("order_id,placed_at,paid\n1,2026-11-11,2\n", ""),
        ('{"order": 1}\n', ""),
        ("# ---\n# Report CSV Export\nDay,Users\n", ""),
        ("#Fields: a b\n", ""),
        ("", ""),
    ],
)
def test_format_is_told_by_the_lines(text, expected):
    assert format_of(text.encode()) == expected


def test_other_files_are_no_logs(tmp_path):
    assert log_of(write(tmp_path, "order_id,placed_at,paid\n")) is None


@pytest.mark.parametrize("name", ["a.log", "a.log.gz", "a.csv"])
def test_log_is_recognised_whatever_it_is_called(tmp_path, name):
    found = sniff(write(tmp_path, line(), name))
    assert (found.preset.name, found.header_line) == ("access_log", 0)
    assert found.table.log.format == "combined"


@pytest.mark.parametrize(
    ("container", "pack"),
    [
        ("gzip", gzip.compress),
        ("bzip2", bz2.compress),
        ("zstd", lambda data: pa.compress(data, "zstd", asbytes=True)),
        ("plain", lambda data: data),
    ],
)
def test_log_is_read_out_of_every_container(tmp_path, container, pack):
    path = write(tmp_path, pack((line("/a") + line("/b")).encode()), "a.log.packed")
    path.write_bytes(pack((line("/a") + line("/b")).encode()))
    found = sniff(path)
    assert found.container == container
    assert [row[1][3] for row in found.table.rows("")] == ["/a", "/b"]


def test_log_within_a_zip_is_read(tmp_path):
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("access.log", line())
        archive.writestr("notes.txt", "hello")
    found = recognise(path)
    assert [one.table.member for one in found.known] == ["access.log"]
    assert [name for name, _ in found.unknown] == ["notes.txt"]


def test_damaged_archive_is_an_error_of_the_file(tmp_path):
    path = tmp_path / "a.log.bz2"
    path.write_bytes(bz2.compress(b"".join(line(f"/{n}").encode() for n in range(50_000)))[:-20])
    log = log_of(path)
    with pytest.raises(FileError, match="broken_archive"):
        log.count()


def test_every_line_is_a_row_and_keeps_its_number(tmp_path):
    text = line("/a") + "\n" + "nonsense\n" + line("/b") + "x" * 40_000 + "\n" + line("/c")
    log = log_of(write(tmp_path, text.encode() + b"\xff\xff\x80\n"))
    rows = list(log.rows())
    good = [row for row in rows if not isinstance(row, BrokenRow)]
    broken = [(row.line, row.reason.value) for row in rows if isinstance(row, BrokenRow)]
    assert [(number, cells[3]) for number, cells in good] == [(1, "/a"), (4, "/b"), (6, "/c")]
    assert broken == [(3, "log_line"), (5, "line_too_long"), (7, "bad_character")]
    assert log.count() == len(rows) == 6


def test_directives_are_no_rows(tmp_path):
    text = IIS + "2026-11-11 00:00:05 /a 200\n#Fields: date time sc-status cs-uri-stem\n"
    log = log_of(write(tmp_path, text + "2026-11-11 00:00:06 200 /b\n"))
    assert [row[1][3] for row in log.rows()] == ["/a", "/b"]
    assert log.count() == 2


def test_lines_of_one_second_keep_their_order(tmp_path):
    log = log_of(write(tmp_path, line("/a") + line("/b") + line("/c", at="08:00:01")))
    times = [row[1][0] for row in log.rows()]
    assert times == [
        "2026-11-11T08:00:00+0800", "2026-11-11T08:00:00.000001+0800", "2026-11-11T08:00:01+0800",
    ]  # fmt: skip


def test_line_key_is_of_the_line_and_not_of_its_place(tmp_path):
    first = [row[1][-1] for row in log_of(write(tmp_path, line("/a") + line("/b"))).rows()]
    crlf = (line("/b") + line("/a")).replace("\n", "\r\n")
    assert [row[1][-1] for row in log_of(write(tmp_path, crlf)).rows()] == first[::-1]


def test_own_host_is_where_clients_went_on_from(tmp_path):
    text = (
        line("/a", "https://www.google.com/")
        + line("/a.css", "https://www.shop.example/a")
        + line("/b", "https://www.shop.example/a")
        + line("/b", "https://elsewhere.example/a", address="203.0.113.10")
        + line("/c", "https://www.google.com/search?q=x") * 5
    )
    path = write(tmp_path, text)
    assert log_of(path).guess_host() == "www.shop.example"
    assert with_host(sniff(path), "").table.log.host == "www.shop.example"
    assert with_host(sniff(path), "https://other.example").table.log.host == "other.example"


def test_no_host_is_made_up(tmp_path):
    text = line("/", "https://www.google.com/") + line("/b", "https://www.baidu.com/link?url=x")
    assert log_of(write(tmp_path, text)).guess_host() == ""


def test_forced_presets_and_logs_do_not_mix(tmp_path):
    with pytest.raises(FileError, match="not_recognised"):
        sniff(write(tmp_path, line()), "orders")
    with pytest.raises(FileError, match="access_log"):
        sniff(write(tmp_path, "order_id,placed_at,paid\n", "b.csv"), "access_log")
    assert sniff(write(tmp_path, line()), "access_log").table.log == LogGrid(
        tmp_path / "file.csv", "combined"
    )
