"""Small files for tests of imports."""

from __future__ import annotations

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker.imports.dates import DateOrder
from tracker.imports.sniff import sniff
from tracker.imports.source import Source, open_source, read_chunks
from tracker.imports.units import Out, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


def write(folder: Path, text: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """A file with this text; a name that ends in .gz is packed."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def source(
    path: Path, preset: str = "", currency: str = "CNY", dates: DateOrder | None = None
) -> Source:
    """The file as a shop in Shanghai would read it."""
    return open_source(sniff(path, preset), currency, SHANGHAI, dates)


def read(path: Path, preset: str = "", **options: object) -> tuple[list[Unit], list[Out]]:
    """All units of a file, and the rows that are out."""
    units: list[Unit] = []
    out: list[Out] = []
    for chunk in read_chunks(source(path, preset, **options)):  # type: ignore[arg-type]
        units += chunk.units
        out += chunk.out
    return units, out


def told(out: list[Out]) -> list[tuple[int, str]]:
    """Line and reason of each row that is out."""
    return [(one.line, one.reason.value) for one in out]
