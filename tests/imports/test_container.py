import gzip

import pytest

from tests.imports.files import write
from tracker.imports import container
from tracker.imports.container import container_of, open_bytes
from tracker.imports.errors import FileError


def test_content_decides_and_not_the_name(tmp_path):
    assert container_of(write(tmp_path, "a,b\n", "x.gz.csv")) == "plain"
    packed = write(tmp_path, gzip.compress(b"a,b\n"), "x.csv")
    assert container_of(packed) == "gzip"
    with open_bytes(packed) as file:
        assert file.read() == b"a,b\n"


def test_what_is_no_text_is_named(tmp_path):
    for data, detail in ((b"\x89PNG x", "PNG"), (b"%PDF-1.7 x", "PDF")):
        with pytest.raises(FileError, match=detail):
            container_of(write(tmp_path, data))
    with pytest.raises(FileError, match="empty_file"):
        container_of(write(tmp_path, b""))


def test_bomb_stops_at_the_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "FREE_BYTES", 1_000_000)
    bomb = write(tmp_path, gzip.compress(b"\0" * 20_000_000), "x.gz.bin")
    with open_bytes(bomb) as file:
        for _ in range(2):  # a megabyte may come out, and the rest may not
            file.read(400_000)
        with pytest.raises(FileError, match="unpacked_too_large"):
            file.read()


def test_damaged_archive_is_an_error_and_not_a_short_file(tmp_path):
    whole = gzip.compress(b"order_id,placed_at,paid\n" * 10_000)
    cut = write(tmp_path, whole[: len(whole) // 2], "x.bin")
    with open_bytes(cut) as file, pytest.raises(FileError, match="broken_archive"):
        file.read()
