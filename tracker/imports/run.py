"""One file from the disk into the database: for the command line, the job and the preview."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker.db import Database
from tracker.imports.dates import DateOrder
from tracker.imports.errors import FileError
from tracker.imports.load import Progress, Target, load_source
from tracker.imports.result import Result
from tracker.imports.resume import Resume
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import Recognised, Sniffed, recognise, with_host
from tracker.imports.source import Source, check_scope, open_source, rows_of
from tracker.models import ImportBatch, Shop, Workspace
from tracker.services import batches

PREVIEW_ROWS = 20
PREVIEW_CHUNKS = 2
"""Chunks that a preview tries out: enough to tell what would happen, done in a second or two."""

PERSONAL = frozenset({"phone", "email", "buyer_id", "notes", "address", "visitor", "line_key"})
"""Canonical columns that a preview does not show."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for."""

    workspace_id: int
    shop_id: int
    """0: no shop was named."""
    secret: bytes
    """`Settings.customer_key_secret`."""
    preset: str = ""
    """"": find out."""
    dates: DateOrder | None = None
    """What the user says about dates with the year last; None: find out."""
    is_spread: bool = False
    """Whether spend over several days is spread over them; else it is refused."""
    file_name: str = ""
    """As its user calls it; "": as it lies on the disk."""
    host: str = ""
    """Of an access log whose lines name none; "": the shop's, else found out."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file is and what importing it would do; nothing was changed."""

    sniffed: Sniffed
    """The first of its tables; `result` counts all of them."""
    mapping: list[tuple[str, str]]
    """Header as the file has it, canonical column ("": not read)."""
    rows: list[tuple[int, dict[str, str]]]
    """The first rows: line, canonical column -> text; personal columns are left out."""
    n_rows: int
    result: Result
    is_complete: bool
    """Whether `result` covers the whole file or only its beginning."""


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
    known = known or recognise(path, request.preset)
    request = replace(request, file_name=request.file_name or path.name)
    sources = [_open(database, sniffed, request) for sniffed in known.known]
    is_archive = any(one.table.member for one in known.known)
    result = Result(container="zip" if is_archive else "", sniffed=known.known[0])
    result.unknown = [(name, str(error)) for name, error in known.unknown]
    return sources, result


def _open(database: Database, sniffed: Sniffed, request: Request) -> Source:
    check_scope(sniffed, request.shop_id != 0)
    with database.read() as session:
        workspace = session.get_one(Workspace, request.workspace_id)
        shop = session.get(Shop, request.shop_id) if request.shop_id else None
        currency, zone = workspace.base_currency, workspace.time_zone
        if shop is not None and sniffed.preset.reader.scope == "shop":
            currency, zone = shop.currency, shop.time_zone
        shop_host = shop.hostnames.partition(" ")[0] if shop else ""
    sniffed = with_host(sniffed, request.host or shop_host)
    return open_source(
        sniffed, currency, ZoneInfo(zone), request.dates,
        file_name=request.file_name, is_spread=request.is_spread,
    )  # fmt: skip


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
    return _try(database, sources, result, request, progress, max_chunks)


def _try(
    database: Database,
    sources: list[Source],
    result: Result,
    request: Request,
    progress: Progress | None,
    max_chunks: int | None,
) -> Result:
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
) -> Result:
    """Import a file from where it lies, with a batch of its own.

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
    return _run(database, sources, result, request, batch_id, progress)


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
        dates = DateOrder(batch.date_order) if batch.date_order else None
        request = Request(
            batch.workspace_id, batch.shop_id, secret, batch.preset, dates,
            is_spread=batch.is_spread, file_name=batch.file_name,
        )  # fmt: skip
        stored_name = batch.stored_name
    if not stored_name:
        _fail(database, batch_id, "interrupted")
        return None
    try:
        sources, result = prepare(database, folder / Path(stored_name).name, request)
    except (FileError, OSError) as error:
        _fail(database, batch_id, str(error) if isinstance(error, FileError) else "file_gone")
        return None
    return _run(database, sources, result, request, batch_id, None)


def _run(
    database: Database,
    sources: list[Source],
    result: Result,
    request: Request,
    batch_id: int,
    progress: Progress | None,
) -> Result:
    with database.write() as session:
        fence = batches.claim_batch(session, batch_id, datetime.now(UTC))
        if fence is None:
            raise batches.LostBatchError(f"import {batch_id} is another worker's")
        batch = session.get_one(ImportBatch, batch_id)
        read_at, resume = batch.created_at, Resume(batch.resume)
        batches.begin(
            session, batch_id, fence,
            size_rows=sum(source.n_rows for source in sources),
            preset=sources[0].sniffed.preset.name,
        )  # fmt: skip
    target = Target(request.workspace_id, request.shop_id, request.secret, read_at, batch_id, fence)
    for source in sources:
        load_source(database, source, target, progress=progress, whole=result, resume=resume)
    result.conclude()
    if not result.error and result.rows and not result.n_good and not result.counts["ignored"]:
        result.error = "nothing_loaded"
    with database.write() as session:
        batches.finish_batch(session, batch_id, fence, result.error)
    return result


def _fail(database: Database, batch_id: int, error: str) -> None:
    with database.write() as session:
        fence = batches.claim_batch(session, batch_id, datetime.now(UTC))
        if fence is not None:
            batches.finish_batch(session, batch_id, fence, error)


def preview(database: Database, path: Path, request: Request) -> Preview:
    """Look at a file before it is imported. Raises FileError."""
    sources, result = prepare(database, path, request)
    sniffed, n_rows = sources[0].sniffed, sum(source.n_rows for source in sources)
    by_position = {position: column for column, position in sniffed.columns.items()}
    mapping = [
        (header.strip(), by_position.get(position, ""))
        for position, header in enumerate(sniffed.header)
    ]
    _try(database, sources, result, request, None, PREVIEW_CHUNKS)
    return Preview(
        sniffed, mapping, list(_first_rows(sniffed)), n_rows, result,
        is_complete=result.rows >= n_rows,
    )  # fmt: skip


def _first_rows(sniffed: Sniffed) -> Iterable[tuple[int, dict[str, str]]]:
    shown = {name: place for name, place in sniffed.columns.items() if name not in PERSONAL}
    for row in islice(rows_of(sniffed), PREVIEW_ROWS):
        if not isinstance(row, BrokenRow) and len(row[1]) == len(sniffed.header):
            yield row[0], {name: row[1][place][:200] for name, place in shown.items()}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
