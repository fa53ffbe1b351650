"""The tables of a file: one of a text file, one a sheet, one or several a member of an archive."""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from tracker.imports.container import TEXTS, check_archive, container_of
from tracker.imports.encoding import encoding_of, open_text
from tracker.imports.errors import FileError
from tracker.imports.grids import Grid, open_html, open_workbook
from tracker.imports.logs.grid import LogGrid, log_of
from tracker.imports.rows import BrokenRow, read_rows

AnyRow = tuple[int, list[str]] | BrokenRow

LOG_ENCODING = "utf-8"
"""Of logs, whose lines are decoded one by one."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells somewhere in a file."""

    path: Path
    """Of the text; a member of an archive lies in a folder of its own."""
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
            for _ in range(first_line - 1):
                next(file, None)
            rows = read_rows(file, delimiter, first_line)
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
    for name, unpacked in _unpack(path, folder.path):
        try:
            kind = container_of(unpacked)
            if kind == "zip" or kind in TEXTS - {"plain"}:
                raise FileError("nested_archive", name)
            members = [replace(one, member=name) for one in _tables(unpacked, kind, encoding)]
            found.extend(replace(one, keeper=folder) for one in members)
        except FileError as error:
            found.append((name, error))
    if not found:
        raise FileError("empty_file")
    return found


def _tables(path: Path, container: str, told: str) -> Iterator[Table]:
    if container in TEXTS:
        log = log_of(path)
        encoding = LOG_ENCODING if log else encoding_of(path, told)
        yield Table(path, container, encoding, log)
        return
    grids = open_html(path) if container == "html" else open_workbook(path, container)
    if not grids:
        raise FileError("not_a_table")
    for name, grid in grids:
        yield Table(path, container, "", grid, sheet=name)


def _unpack(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Members of an archive under names of ours; what programs of a Mac leave is passed over."""
    infos = check_archive(path)
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(infos):
            name = PurePosixPath(_name_of(info))
            if "__MACOSX" in name.parts or name.name.startswith((".", "~$")):
                continue
            target = folder / str(number)
            with archive.open(info) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
            yield str(name)[:200], target


def _name_of(info: zipfile.ZipInfo) -> str:
    """A member's name; programs in China write it in GBK without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
