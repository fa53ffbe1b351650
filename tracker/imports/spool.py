"""Rows on the disk: taken apart once, gone through several times, never all in memory."""

from __future__ import annotations

import marshal
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Any

from tracker.imports.rows import BrokenRow

ROWS_AT_ONCE = 500

Row = tuple[int, list[str]]


class SpooledGrid:
    """Rows in a file without a name, which is gone with the process; all are equally wide.

    Args:
        rows: number from 1 and cells; short rows are padded to the widest.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        # open as long as the grid is in use
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="tracker-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._width = 0
        self._ends: list[int] = []
        block: list[Row] = []
        for row in rows:
            if len(row[1]) > self._width:
                self._width = len(row[1])
            block.append(row)
            if len(block) == ROWS_AT_ONCE:
                self._write(block)
                block = []
        if block:
            self._write(block)

    def _write(self, block: list[Row]) -> None:
        # version 2 writes every text in full: shared ones would be kept in a table per block
        self._file.write(marshal.dumps(block, 2))
        self._ends.append(self._file.tell())

    def rows(self) -> Iterator[Row | BrokenRow]:
        """The rows, in their order. Several walks may go on at a time."""
        begin, width = 0, self._width
        for end in self._ends:
            self._file.seek(begin)
            block: Any = marshal.loads(self._file.read(end - begin))
            begin = end
            for number, cells in block:
                if len(cells) < width:
                    cells.extend([""] * (width - len(cells)))
                yield number, cells
