"""One file from the disk into the database: for the command line, the job and the preview."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tracker.db import Database
from tracker.imports.errors import FileError
from tracker.imports.load import Progress, Target, load_source
from tracker.imports.rejects import rejected_of, write_rejects
from tracker.imports.request import Request, open_all, recognise_for, request_of
from tracker.imports.result import Result
from tracker.imports.resume import Resume
from tracker.imports.sniff import Recognised
from tracker.imports.source import Source
from tracker.models import ImportBatch, Shop, Workspace
from tracker.services import batches


def collect_less_often() -> None:
    """For a process that imports: rows make many objects and no cycles, and looking for cycles as
    often as Python does takes a sixth of the time."""
    gc.set_threshold(50_000, 20, 100)


def prepare(
    database: Database, path: Path, request: Request, known: Recognised | None = None
) -> tuple[list[Source], Result]:
    """Recognise a file and find out how its tables are written.

    Args:
        known: what `recognise` said of it; None: it was not asked yet.

    Returns:
        The tables that can be read, and a result that names the others.

    Raises FileError.
    """
    known = known or recognise_for(database, path, request)
    sources = list(open_all(database, path, request, known))
    is_archive = any(one.table.member for one in known.known)
    result = Result(container="zip" if is_archive else "", sniffed=known.known[0])
    result.unknown = [(name, str(error)) for name, error in known.unknown]
    return sources, result


def try_file(
    database: Database,
    path: Path,
    request: Request,
    *,
    progress: Progress | None = None,
    max_chunks: int | None = None,
    known: Recognised | None = None,
) -> Result:
    """What importing a file would do; every transaction is rolled back. Raises FileError."""
    sources, result = prepare(database, path, request, known)
    return try_sources(database, sources, result, request, progress=progress, max_chunks=max_chunks)


def try_sources(
    database: Database,
    sources: list[Source],
    result: Result,
    request: Request,
    *,
    progress: Progress | None = None,
    max_chunks: int | None = None,
) -> Result:
    """The same for tables that are open: fills their result. At most so many chunks of each."""
    target = Target(request.workspace_id, request.shop_id, request.secret, datetime.now(UTC))
    result.is_dry = True
    for source in sources:
        load_source(
            database, source, target, progress=progress, max_chunks=max_chunks, whole=result
        )
    result.conclude()
    return result


def import_file(
    database: Database,
    path: Path,
    request: Request,
    *,
    progress: Progress | None = None,
    known: Recognised | None = None,
    rejects: Path | None = None,
) -> Result:
    """Import a file from where it lies, with a batch of its own. Ctrl-C cancels it.

    Args:
        rejects: where to write rejected rows, if there are any.

    Raises FileError before anything is written, batches.LostBatchError when somebody cancelled it.
    """
    sources, result = prepare(database, path, request, known)
    with database.write() as session:
        workspace = session.get_one(Workspace, request.workspace_id)
        shop = session.get(Shop, request.shop_id) if request.shop_id else None
        batch_id = batches.create_batch(
            session, workspace, shop, file_name=path.name, preset=sources[0].sniffed.preset.name,
            sha256=file_hash(path),
        ).id  # fmt: skip
    try:
        done = _run(database, sources, result, request, batch_id, progress)
    except KeyboardInterrupt:
        with database.write() as session:
            batches.cancel_batch(session, session.get_one(ImportBatch, batch_id))
        raise
    if rejects is not None:
        write_rejects_of(database, batch_id, sources, rejects)
    return done


def write_rejects_of(
    database: Database, batch_id: int, sources: Sequence[Source], path: Path
) -> bool:
    """Write the rejected rows of a batch to a file, if there are any."""
    with database.read() as session:
        batch = session.get_one(ImportBatch, batch_id)
        locale = session.get_one(Workspace, batch.workspace_id).locale
        found = rejected_of(session, batch_id, sources, locale)
    return write_rejects(path, found)


def import_batch(database: Database, batch_id: int, folder: Path, secret: bytes) -> Result | None:
    """Import the uploaded file of a batch; None: it is another worker's, or over.

    A file that cannot be read ends the batch as failed, with the reason for its user. A batch of
    the command line whose process died cannot be taken up here: its file may be on another disk.

    Args:
        folder: of uploaded files (`Settings.uploads_dir`).
    """
    with database.read() as session:
        batch = session.get(ImportBatch, batch_id)
        if batch is None:
            return None
        request = request_of(batch, secret)
        stored_name = batch.stored_name
    if not stored_name:
        _fail(database, batch_id, "interrupted")
        return None
    try:
        sources, result = prepare(database, folder / Path(stored_name).name, request)
    except (FileError, OSError) as error:
        _fail(database, batch_id, str(error) if isinstance(error, FileError) else "file_gone")
        return None
    rejects = folder / f"{Path(stored_name).name}.rejects"
    return _run(database, sources, result, request, batch_id, None, rejects)


def _run(
    database: Database,
    sources: list[Source],
    result: Result,
    request: Request,
    batch_id: int,
    progress: Progress | None,
    rejects: Path | None = None,
) -> Result:
    with database.write() as session:
        fence = batches.claim_batch(session, batch_id, datetime.now(UTC))
        if fence is None:
            raise batches.LostBatchError(f"import {batch_id} is another worker's")
        batch = session.get_one(ImportBatch, batch_id)
        read_at, resume = batch.created_at, Resume(batch.resume or {"told": request.preset})
        if resume.kept is None:
            batches.start_over(session, batch_id)
        batches.begin(
            session, batch_id, fence,
            size_rows=sum(source.n_rows for source in sources),
            preset=sources[0].sniffed.preset.name,
            mapping_id=sources[0].sniffed.preset.own_id,
            is_undoable=not any("hits" in one.sniffed.preset.reader.feeds for one in sources),
            resume=resume.kept or {"told": request.preset},
        )  # fmt: skip
    target = Target(request.workspace_id, request.shop_id, request.secret, read_at, batch_id, fence)
    for source in sources:
        load_source(database, source, target, progress=progress, whole=result, resume=resume)
    result.conclude()
    if not result.error and result.rows and not result.n_good and not result.counts["ignored"]:
        result.error = "nothing_loaded"
    has_rejects = rejects is not None and write_rejects_of(database, batch_id, sources, rejects)
    with database.write() as session:
        batches.finish_batch(
            session, batch_id, fence, result.error,
            rejects_name=rejects.name if rejects is not None and has_rejects else "",
        )  # fmt: skip
    return result


def _fail(database: Database, batch_id: int, error: str) -> None:
    with database.write() as session:
        fence = batches.claim_batch(session, batch_id, datetime.now(UTC))
        if fence is not None:
            batches.finish_batch(session, batch_id, fence, error)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
