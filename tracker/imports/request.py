"""What is asked of an import, and how a file is opened for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.imports.dates import DateOrder
from tracker.imports.errors import FileError
from tracker.imports.mappings import Mapping
from tracker.imports.presets import Preset
from tracker.imports.siblings import with_days_of_siblings
from tracker.imports.sniff import Recognised, Sniffed, recognise, with_host
from tracker.imports.source import Source, check_scope, open_source
from tracker.models import ImportBatch, SavedMapping, Shop, Workspace
from tracker.services.mappings import list_mappings


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for."""

    workspace_id: int
    shop_id: int
    """0: no shop was named."""
    secret: bytes
    """`Settings.customer_key_secret`."""
    preset: str = ""
    """A preset or a mapping of the workspace; "": find out."""
    dates: DateOrder | None = None
    """What the user says about dates with the year last; None: find out."""
    is_spread: bool = False
    """Whether spend over several days is spread over them; else it is refused."""
    file_name: str = ""
    """As its user calls it; "": as it lies on the disk."""
    host: str = ""
    """Of an access log whose lines name none; "": the shop's, else found out."""
    encoding: str = ""
    """Of its text, as the user says; "": find out."""
    currency: str = ""
    """Of amounts for which the file names none, as the user says; "": the shop's."""


def request_of(batch: ImportBatch, secret: bytes) -> Request:
    """What was asked of an upload."""
    return Request(
        batch.workspace_id, batch.shop_id, secret,
        (batch.resume or {}).get("told", batch.preset),  # of a try that began it is what was found
        DateOrder(batch.date_order) if batch.date_order else None,
        is_spread=batch.is_spread, file_name=batch.file_name,
        encoding=batch.encoding, currency=batch.currency_told,
    )  # fmt: skip


def mapping_of(row: SavedMapping) -> Mapping:
    """A saved mapping as imports use it."""
    return Mapping(row.name, row.reader, tuple(row.header), row.columns, row.options, row.id)


def own_mappings(session: Session, workspace_id: int) -> list[Mapping]:
    """The mappings of a workspace, the one changed last first."""
    return [mapping_of(row) for row in list_mappings(session, workspace_id)]


def own_presets(database: Database, workspace_id: int) -> list[Preset]:
    """What recognises the files for which the workspace has mappings."""
    with database.read() as session:
        return [one.preset() for one in own_mappings(session, workspace_id)]


def recognise_for(database: Database, path: Path, request: Request) -> Recognised:
    """Recognise a file as the workspace does. Raises FileError as `recognise` does."""
    own = own_presets(database, request.workspace_id)
    return recognise(path, request.preset, own, encoding=request.encoding)


def open_all(
    database: Database, path: Path, request: Request, known: Recognised
) -> Sequence[Source]:
    """Find out how the tables of a file are written.

    Raises FileError: shop_needed, currency_needed, and what `open_source` raises.
    """
    request = replace(request, file_name=request.file_name or path.name)
    return with_days_of_siblings([_open(database, sniffed, request) for sniffed in known.known])


def _open(database: Database, sniffed: Sniffed, request: Request) -> Source:
    check_scope(sniffed, request.shop_id != 0)
    with database.read() as session:
        workspace = session.get_one(Workspace, request.workspace_id)
        shop = session.get(Shop, request.shop_id) if request.shop_id else None
        currency, zone = workspace.base_currency, workspace.time_zone
        if shop is not None and sniffed.preset.reader.scope == "shop":
            currency, zone = shop.currency, shop.time_zone
        shop_host = shop.hostnames.partition(" ")[0] if shop else ""
    _check_currency(sniffed, request.currency, currency)
    sniffed = with_host(sniffed, request.host or shop_host)
    return open_source(
        sniffed, request.currency or currency, ZoneInfo(zone), request.dates,
        file_name=request.file_name, is_spread=request.is_spread,
    )  # fmt: skip


def _check_currency(sniffed: Sniffed, told: str, ours: str) -> None:
    """A platform that bills in another currency than ours, and a file that names none: ask."""
    usual = str(sniffed.preset.options.get("home_currency", ""))
    if usual and usual != ours and not told and not currency_source(sniffed):
        raise FileError("currency_needed", f"{ours}, {usual}")


def currency_source(sniffed: Sniffed) -> str:
    """Where a table names its currency: "column", "header", "preset"; "": nowhere."""
    if "currency" in sniffed.columns:
        return "column"
    if sniffed.header_currency:
        return "header"
    return "preset" if sniffed.preset.options.get("currency") else ""
