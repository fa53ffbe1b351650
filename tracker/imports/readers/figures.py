"""Reports of platforms about themselves: traffic sources, influencers, posts, live streams, terms.

Nothing here is booked: a row becomes figures that stand beside ours, of its day or range. A preset
says what its rows are about (`subject`) and which columns are which figures (`claims`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import Reason
from tracker.imports.errors import RowError
from tracker.imports.readers import claims as claims_of
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.readers.claims import Claims, read_claims
from tracker.imports.readers.days import Days, days_said
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

LEVELS = ("level1", "level2", "level3", "level4")
"""Levels of a tree of sources, from the stem."""

ALL = frozenset({"汇总", "合计", "总计", "全部", "整体", "全店", "所有终端", "all", "total"})
"""What platforms write where a level is summed."""

KINDS = ("kol", "paid", "natural")
"""In the order in which their words are looked for: 达人 in a paid source is an influencer's."""

_WHOLE_SHOP = "全店"
"""In the name of the sheet that is not split by carrier."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about."""

    ref: str
    name: str
    kind: str
    account: str = ""


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    if any(name in options.get("levels", ()) for name in LEVELS):
        yield from _of_tree(list(rows), options)
        return
    for row in rows:
        yield _unit(row, options, _subject(row, options))


def _of_tree(rows: Sequence[Row], options: Options) -> Iterator[Unit | Out]:
    """The leaves of a tree; a row that sums others of the file is left out, as it would count them
    again. One of which the file has no parts is kept."""
    paths = [_path(row, options) for row in rows]
    stems = {path[:length] for path in paths for length in range(_STEM, len(path))}
    for row, path in zip(rows, paths, strict=True):
        if path in stems:
            yield Out(row.line, "ignored", Reason.TOTAL_ROW)
            continue
        _day, carrier, *parts = path
        ref = " / ".join(parts)
        kind = _kind_of(" ".join(parts), options)
        yield _unit(row, options, Subject(ref, ref, kind, carrier))


_STEM = 2
"""Day and carrier: what is summed is summed within them."""


def _path(row: Row, options: Options) -> Path:
    """Day, carrier and levels of a row, up to the one that is summed."""
    carrier = row.text("carrier")
    is_whole = carrier.casefold() in ALL or _WHOLE_SHOP in row.sheet.table
    found = [row.text("day"), "" if is_whole else carrier]
    for name in options["levels"]:
        text = row.text(name)
        if not text or text.casefold() in ALL:
            break
        found.append(text)
    return tuple(found)


def _subject(row: Row, options: Options) -> Subject:
    if options.get("subject") == "live":  # a room is its streamer and when it began
        who = row.ident("influencer") or row.text("influencer_name")
        began = row.text("day")
        return Subject(f"{who} {began}", f"{row.text('influencer_name') or who} {began}", "")
    name, part = row.text("name"), row.text("part")
    ref = row.ident("ref") or name
    if part:
        ref, name = f"{ref} / {part}", f"{name or ref} / {part}"
    kind = _kind_of(row.text("traffic"), options)
    return Subject(ref, name or ref, kind, row.ident("account"))


def _kind_of(text: str, options: Options) -> str:
    """The kind of traffic that a platform's own word means; "": none that the preset knows."""
    words: Mapping[str, Sequence[str]] = options.get("kinds", {})
    told = text.casefold()
    return next(
        (kind for kind in KINDS if any(word.casefold() in told for word in words.get(kind, ()))),
        "",
    )


def _unit(row: Row, options: Options, subject: Subject) -> Unit | Out:
    try:
        currency, days = row.currency(), days_said(row, options)
        said = read_claims(row, options, currency)
    except RowError as error:
        return Out(row.line, "rejected", error.reason, error.detail)
    if days is None:
        return Out(row.line, "rejected", Reason.PERIOD_UNKNOWN)
    if not said:
        return Out(row.line, "ignored", Reason.EMPTY_ROW)
    return figures_unit(row, options, subject, days, said, currency)


def figures_unit(
    row: Row, options: Options, subject: Subject, days: Days, said: Claims, currency: str
) -> Unit:
    """The unit of a row's figures: a record for each scope, basis and kind."""
    about = str(options.get("subject", "segment")) if subject.ref else "account"
    records = [
        PlatformFigureRecord(
            platform=str(options.get("platform", row.sheet.report)),
            report=row.sheet.report,
            subject=about,
            subject_ref=subject.ref[:200],
            subject_name=subject.name[:200],
            account=subject.account,
            starts_on=days.first,
            ends_on=days.last,
            scope=scope,
            basis=basis,
            kind=kind or subject.kind,
            influencer=row.ident("influencer") or row.text("influencer_name"),
            influencer_name=row.text("influencer_name"),
            handle_platform=str(options.get("handle_platform", "")),
            currency=currency,
            **claims_of.fields_of(figures),
        )
        for (scope, basis, kind), figures in said.by_basis.items()
    ]
    key = (about, subject.account, subject.ref, subject.kind, *claims_of.said_basis(row, options))
    first = records[0]
    counts = {
        "platform_orders": first.orders,
        "visitors": first.visitors,
        "impressions": first.impressions,
        "clicks": first.clicks,
    }
    is_part = bool(subject.account) and "levels" in options  # a carrier's: in the whole shop's too
    has_gmv = first.gmv_minor is not None and not is_part
    return Unit(
        lines=(row.line,),
        records=tuple(records),
        key="\x1f".join((*key, str(days))),
        content="\x1e".join(row.cells),
        day=days.first,
        until=days.last,
        currency=currency,
        amounts={"platform_gmv": first.gmv_minor or 0} if has_gmv else {},
        counts={name: count for name, count in counts.items() if count is not None and not is_part},
    )


READERS = (
    Reader(
        name="figures",
        feeds=("platform_figures",),
        scope="workspace",
        columns=columns(
            "account day day_end ref name part influencer influencer_name window basis model "
            "traffic carrier currency"
        )
        | claims_of.COLUMNS
        | {*LEVELS},
        needed=(tuple(sorted(claims_of.COLUMNS)),),
        days=("day", "day_end"),
        numbers=tuple(sorted(claims_of.COLUMNS)),
        has_totals=True,
        units=_units,
    ),
)
