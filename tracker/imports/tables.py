"""The tables of a file: one of a text file, one a sheet, one or several a member of an archive.

Looking at a table's beginning costs the same whatever its size: the encoding is taken from the
beginning, of a text within an archive no more than that is unpacked, and a sheet is read as far as
it is asked for. `Table.opened` does the rest, once, before all of it is read.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from tracker.imports.container import TEXTS, container_of, list_archive, unpacking
from tracker.imports.encoding import encoding_of, likely_encoding, open_text
from tracker.imports.errors import FileError
from tracker.imports.grids import Grid, open_html, open_workbook
from tracker.imports.logs.grid import LogGrid, log_of
from tracker.imports.rows import BrokenRow, bounded, read_rows
from tracker.imports.spool import SpooledGrid
from tracker.imports.xlsx_rows import XlsxSheet

AnyRow = tuple[int, list[str]] | BrokenRow

HEAD_BYTES = 1 << 20
"""So much of a member of an archive is unpacked to recognise it."""

LOG_ENCODING = "utf-8"
"""Of logs, whose lines are decoded one by one."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A member of an archive."""

    archive: Path
    member: zipfile.ZipInfo

    def unpack(self, target: Path, limit: int | None = None) -> None:
        """Write it to a file; with a limit not more than so many bytes, up to a line end.

        Raises FileError: broken_archive.
        """
        with (
            unpacking(),
            zipfile.ZipFile(self.archive) as archive,
            archive.open(self.member) as source,
            target.open("wb") as file,
        ):
            if limit is None:
                shutil.copyfileobj(source, file, 1 << 20)
                return
            head = source.read(limit)
            if len(head) == limit:
                head = head[: head.rfind(b"\n") + 1] or head
            file.write(head)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells somewhere in a file."""

    path: Path
    """Of the text; a member of an archive lies in a folder of its own, perhaps cut (`packed`)."""
    container: str
    encoding: str
    grid: Grid | None = None
    """None: lines of text."""
    member: str = ""
    """Name in the archive; "": the file is none."""
    sheet: str = ""
    reasons_from: int = 0
    """The line from which on two columns in front are not the table's: why a row was rejected; 0:
    there are none."""
    keeper: Any = None
    """Keeps the folder of unpacked members as long as one of their tables is in use."""
    told: str = ""
    """The encoding that its user says; "": it was found out."""
    packed: Packed | None = None
    """Where the whole text is, when `path` has its beginning only."""

    @property
    def log(self) -> LogGrid | None:
        """The access log that it is; None: another table."""
        return self.grid if isinstance(self.grid, LogGrid) else None

    @property
    def name(self) -> str:
        """What tells it from the file's other tables; "": it is the only one."""
        return " / ".join(part for part in (self.member, self.sheet) if part)

    def rows(self, delimiter: str, first_line: int = 1) -> Iterator[AnyRow]:
        """Its rows from a line on."""
        if self.grid is not None:
            for row in self.grid.rows():
                if isinstance(row, BrokenRow) or row[0] >= first_line:
                    yield row
            return
        with self.text() as file:
            try:
                lines = bounded(file)
                for _ in range(first_line - 1):
                    next(lines, None)
                yield from self._without_reasons(read_rows(lines, delimiter, first_line))
            except UnicodeDecodeError as error:  # the beginning looked like another encoding
                raise FileError("unknown_encoding") from error

    def _without_reasons(self, rows: Iterator[AnyRow]) -> Iterator[AnyRow]:
        if not self.reasons_from:
            yield from rows
            return
        for row in rows:
            if not isinstance(row, BrokenRow) and row[0] >= self.reasons_from:
                del row[1][:2]
            yield row

    def text(self) -> TextIO:
        """Its text, line ends as they are; only of a table that is lines of text."""
        return open_text(self.path, self.encoding)

    def opened(self) -> Table:
        """The same table ready to be read as a whole: unpacked, its encoding sure, the cells of a
        workbook on the disk.

        Raises FileError: unknown_encoding, binary_file, broken_archive, unpacked_too_large.
        """
        if isinstance(self.grid, XlsxSheet):
            return replace(self, grid=SpooledGrid(self.grid.rows()))
        if self.grid is not None and self.packed is None:
            return self
        if self.packed is not None:
            self.packed.unpack(self.path)
        if self.grid is not None:  # a log
            return replace(self, packed=None)
        return replace(self, encoding=encoding_of(self.path, self.told), packed=None)


class _Folder:
    """A folder that is removed when nothing refers to it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tracker-"))
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def tables_of(path: Path, encoding: str = "") -> list[Table | tuple[str, FileError]]:
    """All tables of a file in their order; a member of an archive that cannot be read is its name
    and the error.

    Args:
        encoding: of its text, as its user says; "": find out.

    Raises FileError when nothing of the file can be read.
    """
    container = container_of(path)
    if container != "zip":
        return list(_tables(path, container, encoding))
    folder = _Folder()
    found: list[Table | tuple[str, FileError]] = []
    for name, packed, start in _members(path, folder.path):
        try:
            kind = container_of(start)
            if kind == "zip" or kind in TEXTS - {"plain"}:
                raise FileError("nested_archive", name)
            if kind != "plain":
                packed.unpack(start)
            rest = packed if kind == "plain" and _is_cut(start, packed) else None
            members = [
                replace(one, member=name, packed=rest) for one in _tables(start, kind, encoding)
            ]
            found.extend(replace(one, keeper=folder) for one in members)
        except FileError as error:
            found.append((name, error))
    if not found:
        raise FileError("empty_file")
    return found


def _tables(path: Path, container: str, told: str) -> Iterator[Table]:
    if container in TEXTS:
        log = log_of(path)
        encoding = LOG_ENCODING if log else likely_encoding(path, told)
        yield Table(path, container, encoding, log, told=told)
        return
    grids = open_html(path) if container == "html" else open_workbook(path, container)
    if not grids:
        raise FileError("not_a_table")
    for name, grid in grids:
        yield Table(path, container, "", grid, sheet=name)


def _members(path: Path, folder: Path) -> Iterator[tuple[str, Packed, Path]]:
    """Members of an archive, and their beginnings under names of ours; what programs of a Mac leave
    is passed over."""
    for number, info in enumerate(list_archive(path)):
        name = PurePosixPath(_name_of(info))
        if "__MACOSX" in name.parts or name.name.startswith((".", "~$")):
            continue
        packed, start = Packed(path, info), folder / str(number)
        packed.unpack(start, HEAD_BYTES)
        yield str(name)[:200], packed, start


def _is_cut(start: Path, packed: Packed) -> bool:
    return start.stat().st_size < packed.member.file_size


def _name_of(info: zipfile.ZipInfo) -> str:
    """A member's name; programs in China write it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
