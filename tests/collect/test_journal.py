import errno
import fcntl
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.support.processes import ROOT
from tracker.collect import journal as journal_module
from tracker.collect.journal import Journal


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path, 0.002)
    yield made
    made.close()


def lines_in(folder):
    return [
        line for path in sorted(folder.glob("*.seg")) for line in path.read_bytes().splitlines()
    ]


def test_a_line_is_in_the_file_and_synced_before_the_call_returns(tmp_path, journal, monkeypatch):
    synced = []

    def sync(handle):
        os.fdatasync(handle)
        synced.append(os.fstat(handle).st_size)

    monkeypatch.setattr(journal_module, "_sync", sync)
    journal.append(b"one\n")
    assert synced == [4]
    assert lines_in(tmp_path) == [b"one"]


def test_lines_of_many_threads_share_syncs_and_none_is_lost(tmp_path, monkeypatch):
    syncs = []
    monkeypatch.setattr(journal_module, "_sync", lambda handle: syncs.append(os.fsync(handle)))
    journal = Journal(tmp_path, 0.005)
    barrier = Barrier(16)

    def send(number):
        barrier.wait()
        for turn in range(50):
            journal.append(b"%d-%d\n" % (number, turn))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(16)))
    journal.close()
    found = lines_in(tmp_path)
    assert sorted(found) == sorted(b"%d-%d" % (n, t) for n in range(16) for t in range(50))
    assert len(syncs) < 800 / 2


def test_a_lonely_line_waits_for_no_company_once_the_rush_is_over(tmp_path, monkeypatch):
    journal = Journal(tmp_path, 60.0, group=2)  # a window that no test would survive
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(journal.append, [b"a\n", b"b\n"]))
    journal._expected = 1
    journal.append(b"c\n")
    journal.close()
    assert len(lines_in(tmp_path)) == 3


def test_a_segment_is_locked_while_its_writer_lives(tmp_path, journal):
    journal.append(b"one\n")
    (path,) = tmp_path.glob("*.seg")
    with path.open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    journal.close()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_full_segment_is_closed_and_the_next_begun(tmp_path):
    journal = Journal(tmp_path, 0, segment_bytes=10)
    for number in range(5):
        journal.append(b"line%d\n" % number)
    journal.close()
    assert len(list(tmp_path.glob("*.seg"))) == 3
    assert lines_in(tmp_path) == [b"line%d" % n for n in range(5)]


def test_nothing_of_a_line_stays_that_a_full_disk_cut_short(tmp_path, journal, monkeypatch):
    journal.append(b"kept\n")
    write = os.write

    def short_write(handle, data):
        if len(data) > 4:
            return write(handle, data[:4])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", short_write)
    with pytest.raises(OSError, match="could not be kept"):
        journal.append(b"refused\n")
    monkeypatch.setattr(os, "write", write)
    assert lines_in(tmp_path) == [b"kept"]
    journal.append(b"again\n")
    assert lines_in(tmp_path) == [b"kept", b"again"]


def test_a_failed_sync_ends_the_segment_and_everybody_of_the_group_hears_of_it(
    tmp_path, monkeypatch
):
    journal = Journal(tmp_path, 0.2, group=4)

    def fail(handle):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(journal_module, "_sync", fail)

    def send(number):
        with pytest.raises(OSError):
            journal.append(b"%d\n" % number)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(send, range(4)))
    monkeypatch.undo()
    journal.append(b"later\n")
    journal.close()
    # The loader may have read past the cut: new lines never come to lie where old ones were.
    assert lines_in(tmp_path) == [b"later"]


def test_a_disk_that_takes_nothing_leaves_no_heap_of_empty_files(tmp_path, journal, monkeypatch):
    def full(handle, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for _ in range(20):
        with pytest.raises(OSError):
            journal.append(b"x\n")
    assert list(tmp_path.iterdir()) == []


FILL = """
import resource, signal, sys
from pathlib import Path
from tracker.collect.journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
journal, kept = Journal(Path(sys.argv[1]), 0), []
for number in range(60):
    line = b"%04d" % number + b"x" * 35 + b"\\n"
    try:
        journal.append(line)
        kept.append(number)
    except OSError:
        pass
    if number == 40:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
print(*kept)
"""


def test_what_was_kept_under_a_real_limit_is_what_was_answered(tmp_path):
    assert hasattr(resource, "RLIMIT_FSIZE")
    answer = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    kept = [int(number) for number in answer.stdout.split()]
    assert 20 < len(kept) < 60  # the limit was felt, and it passed
    assert [int(line[:4]) for line in lines_in(tmp_path)] == kept
    assert all(len(line) == 39 for line in lines_in(tmp_path))


def test_a_forked_child_begins_a_segment_of_its_own(tmp_path, journal):
    journal.append(b"parent\n")
    child = os.fork()
    if child == 0:
        try:
            journal.append(b"child\n")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    journal.append(b"parent again\n")
    first, second = sorted(tmp_path.glob("*.seg"))
    assert first.read_bytes() == b"parent\nparent again\n"
    assert second.read_bytes() == b"child\n"
