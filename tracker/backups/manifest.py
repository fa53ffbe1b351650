"""The manifest of a backup: what it holds, so that a whole one can be told from a torn one."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "manifest.json"

FORMAT = 1
"""Raised when the folder is laid out differently."""


class BackupError(Exception):
    """A backup cannot be made, or is not fit to be restored."""


class KeptFile(BaseModel):
    """A file of the backup."""

    model_config = ConfigDict(frozen=True)

    path: str
    """Relative to the backup's folder, with forward slashes."""
    size: int
    """Bytes."""
    sha256: str


class Manifest(BaseModel):
    """What a backup says about itself."""

    model_config = ConfigDict(frozen=True)

    format: int
    created_at: datetime
    database: str
    """sqlite or postgresql: a backup is restored into the same kind."""
    revision: str
    """Revision of the schema: a program that does not know it refuses to restore."""
    files: list[KeptFile]


def describe(folder: Path, database: str, revision: str, created_at: datetime) -> Manifest:
    """The manifest of a finished folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    files = [
        KeptFile(
            path=path.relative_to(folder).as_posix(),
            size=path.stat().st_size,
            sha256=_sha256(path),
        )
        for path in paths
    ]
    return Manifest(
        format=FORMAT, created_at=created_at, database=database, revision=revision, files=files
    )


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the backup's folder."""
    (folder / NAME).write_text(manifest.model_dump_json(indent=2) + "\n")


def read_verified(folder: Path) -> Manifest:
    """The manifest of a backup whose files are all there and unchanged.

    Raises:
        BackupError: there is none, it is of a later format, or a file is missing or differs.
    """
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no backup: it has no {NAME}") from error
    except ValidationError as error:
        raise BackupError(f"{folder / NAME} is damaged") from error
    if manifest.format > FORMAT:
        raise BackupError(f"{folder} was made by a later program (format {manifest.format})")
    for file in manifest.files:
        _verify(folder, file)
    return manifest


def _verify(folder: Path, file: KeptFile) -> None:
    path = folder / file.path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BackupError(f"{NAME} names a file outside the backup: {file.path}")
    if not path.is_file():
        raise BackupError(f"{file.path} is missing from the backup")
    if path.stat().st_size != file.size or _sha256(path) != file.sha256:
        raise BackupError(f"{file.path} is not what was backed up")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
