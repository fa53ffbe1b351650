import os
import time

import pytest

from tracker.collect.journal import Journal
from tracker.collect.lines import encode_line
from tracker.collect.segments import Backlog, Segment, backlog, open_segments, remove_drafts
from tracker.domain.events import Event


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path, 0)
    yield made
    made.close()


def only(folder):
    (path,) = folder.glob("*.seg")
    return Segment(path)


def test_whole_lines_are_read_and_a_torn_one_is_left(tmp_path):
    path = tmp_path / "1-2-3.seg"
    path.write_bytes(b"one\ntwo\nthr")
    segment = Segment(path)
    assert segment.read(1_000) == [b"one\n", b"two\n"]
    segment.advance(8)
    assert segment.read(1_000) == []
    with path.open("ab") as file:
        file.write(b"ee\n")
    assert segment.read(1_000) == [b"three\n"]


@pytest.mark.parametrize("limit", [1, 3, 4, 5, 7, 100])
def test_all_lines_come_in_whole_whatever_the_portion(limit, tmp_path):
    path = tmp_path / "1-2-3.seg"
    path.write_bytes(b"a\nbbbbbb\n\nccc\n")
    segment, found = Segment(path), []
    while lines := segment.read(limit):
        found += lines
        segment.advance(sum(map(len, lines)))
    assert found == [b"a\n", b"bbbbbb\n", b"\n", b"ccc\n"]


def test_an_offset_outlives_the_process_and_is_only_a_convenience(tmp_path):
    path = tmp_path / "1-2-3.seg"
    path.write_bytes(b"one\ntwo\n")
    Segment(path).advance(4)
    assert Segment(path).read(100) == [b"two\n"]
    path.with_suffix(".offset").write_text("nonsense")
    assert Segment(path).read(100) == [b"one\n", b"two\n"]


def test_a_segment_stays_while_its_writer_lives(tmp_path, journal):
    journal.append(b"one\n")
    segment = only(tmp_path)
    segment.advance(4)
    assert not segment.drop_if_done()
    journal.close()
    assert segment.drop_if_done()
    assert list(tmp_path.iterdir()) == []


def test_a_segment_stays_until_all_of_it_is_done(tmp_path, journal):
    journal.append(b"one\n")
    segment = only(tmp_path)
    segment.advance(4)
    journal.append(b"two\n")
    journal.close()
    assert not segment.drop_if_done()
    assert segment.read(100) == [b"two\n"]


def test_a_torn_end_of_a_dead_writer_does_not_keep_a_segment(tmp_path):
    path = tmp_path / "1-2-3.seg"
    path.write_bytes(b"one\ntor")
    segment = Segment(path)
    segment.advance(4)
    assert segment.drop_if_done()


def test_a_segment_that_was_cut_shorter_than_was_read_is_dropped(tmp_path):
    path = tmp_path / "1-2-3.seg"
    path.write_bytes(b"one\ntwo\n")
    segment = Segment(path)
    segment.advance(8)
    os.truncate(path, 4)
    assert segment.read(100) == []
    assert segment.drop_if_done()


def test_the_backlog_counts_what_is_not_loaded_and_since_when(tmp_path, journal):
    assert backlog(tmp_path) == Backlog(0, 0, None)
    a_minute_ago = time.time_ns() // 1000 - 60_000_000
    line = encode_line(Event("e", 1, "page_view", "visitor", a_minute_ago))
    journal.append(line)
    journal.append(b"damaged\n")
    waiting = backlog(tmp_path)
    assert (waiting.segments, waiting.bytes) == (1, len(line) + 8)
    assert 60 <= waiting.oldest_seconds < 90
    only(tmp_path).advance(len(line))
    assert backlog(tmp_path).oldest_seconds < 30  # since the last write
    only(tmp_path).advance(8)
    assert backlog(tmp_path) == Backlog(0, 0, None)


def test_segments_are_listed_as_they_were_begun_and_keep_their_offsets(tmp_path):
    for stem in ("1700000000000002-9-a", "1700000000000001-99-b"):
        (tmp_path / f"{stem}.seg").touch()
    (tmp_path / "rejected.jsonl").touch()
    (tmp_path / ".3-1-c.new").touch()
    found = open_segments(tmp_path, {})
    assert [path.stem[-1] for path in found] == ["b", "a"]
    known = next(iter(found.values()))
    assert known in open_segments(tmp_path, {known.path: known}).values()


def test_what_killed_processes_left_is_removed(tmp_path):
    old, fresh = tmp_path / ".1-1-a.new", tmp_path / ".2-2-b.new"
    orphan = tmp_path / "1-1-c.offset"
    for path in (old, fresh, orphan):
        path.touch()
    os.utime(old, (time.time() - 7_200,) * 2)
    remove_drafts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [fresh.name]
