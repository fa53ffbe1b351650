"""The truth file appears whole or not at all."""

from pathlib import Path

import pytest

from tracker.demo.truth import Truth, TruthWriter, read_truth, truth_file

ROWS = [
    Truth("own", "SY1", "kol", "linxiaoman", "prospect"),
    Truth("own", "SY2", "", "", "leaked_code"),
]


def test_what_is_written_can_be_read(tmp_path: Path):
    path = truth_file(tmp_path)
    with TruthWriter(path) as truth:
        truth.write(ROWS[:1])
        truth.write(ROWS[1:])
    assert list(read_truth(path)) == ROWS


def test_an_interrupted_writing_leaves_no_file(tmp_path: Path):
    path = truth_file(tmp_path)

    def write_and_stop() -> None:
        with TruthWriter(path) as truth:
            truth.write(ROWS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert list(path.parent.iterdir()) == []


def test_no_demo_has_no_truth(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        list(read_truth(truth_file(tmp_path)))
