"""The known truth: what really caused each order of the demo. No report reads it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Truth:
    """The cause of one paid order."""

    shop: str
    order_ref: str
    channel: str
    """The `Channel` value that caused it; "": the buyer would have come anyway."""
    influencer: str
    """Slug of the influencer that caused it; "": none did."""
    reason: str
    """Why, for people: prospect, repeat, leaked_code."""


def truth_file(home: Path) -> Path:
    """Where the truth of an installation's demo is kept."""
    return home / "demo" / "truth.csv"


class TruthWriter:
    """Writes the truth as it is made, so that a large demo needs no memory for it.

    Use it as a context; the file appears under its name when the block ends without an error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_suffix(".part")

    def __enter__(self) -> TruthWriter:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = self._draft.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([field.name for field in fields(Truth)])
        return self

    def write(self, rows: Iterable[Truth]) -> None:
        """Add rows."""
        self._csv.writerows(astuple(row) for row in rows)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


def read_truth(path: Path) -> Iterator[Truth]:
    """The rows of a truth file.

    Raises:
        FileNotFoundError: there is no demo, or it was taken away.
    """
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Truth(**row)
