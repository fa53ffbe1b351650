"""A log as a table: recognised by its first lines, its lines as rows of cells."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from tracker.domain.hosts import host_of, site_of
from tracker.domain.records import Reason
from tracker.imports.container import open_bytes
from tracker.imports.logs import combined, json_lines
from tracker.imports.logs.fields import NO_AGENT, Fields
from tracker.imports.logs.lines import decoded, raw_lines
from tracker.imports.logs.w3c import W3CParser
from tracker.imports.rows import BrokenRow

HEAD_BYTES = 1 << 18
"""So much of a file is looked at to recognise it."""

LOOKED_AT = 200
"""Lines that have to look like a log, most of them at least."""

HOST_LINES = 20_000
"""Lines in which the shop's own host is looked for."""

Row = tuple[int, list[str]] | BrokenRow


@dataclass(frozen=True, slots=True)
class LogGrid:
    """The lines of a log."""

    path: Path
    format: str
    """combined, common, json, w3c or cloudfront."""
    host: str = ""
    """Of lines that name none; "": not known."""

    def rows(self) -> Iterator[Row]:
        """Its lines from the first on, as cells in the order of `fields.COLUMNS`.

        Lines of one second that follow each other keep their order by their microseconds.
        """
        parse, last, same = _parser(self.format), "", 0
        with open_bytes(self.path) as file:
            for number, raw in enumerate(raw_lines(file), 1):
                if raw is None:
                    yield BrokenRow(number, Reason.LINE_TOO_LONG)
                    continue
                if not raw or raw.isspace():
                    continue
                line = decoded(raw)
                if line is None:
                    yield BrokenRow(number, Reason.BAD_CHARACTER)
                    continue
                found = parse(line)
                if found is None:
                    if not _is_directive(self.format, raw):
                        yield BrokenRow(number, Reason.LOG_LINE)
                    continue
                same = same + 1 if found.time == last else 0
                last = found.time
                key = hashlib.blake2b(raw, digest_size=16).hexdigest()
                yield number, _cells(found, self.host, same, key)

    def count(self) -> int:
        """How many rows there are, good and bad."""
        with open_bytes(self.path) as file:
            return sum(
                raw is None or not (not raw or raw.isspace() or _is_directive(self.format, raw))
                for raw in raw_lines(file)
            )

    def guess_host(self) -> str:
        """The shop's own host, from the log itself: the site of referrers whose page the same
        client had opened before. "": none stands out."""
        opened: set[tuple[str, str]] = set()
        seen: Counter[str] = Counter()
        for row in islice(self.rows(), HOST_LINES):
            if isinstance(row, BrokenRow):
                continue
            _, address, _, url, _, referrer, _, host, *_ = row[1]
            opened.add((address, url.partition("?")[0]))
            if referrer and not host:
                path = _path_of(referrer)
                if path != "/" and (address, path) in opened:
                    seen[host_of(referrer)] += 1
        seen.pop("", None)
        sites: Counter[str] = Counter()
        for name, times in seen.items():
            sites[site_of(name)] += times
        if not sites:
            return ""
        site = sites.most_common(1)[0][0]
        return max((times, name) for name, times in seen.items() if site_of(name) == site)[1]


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def _cells(found: Fields, host: str, same: int, key: str) -> list[str]:
    time = found.time
    if same and len(time) > 19 and time[19] != ".":
        time = f"{time[:19]}.{min(same, 999_999):06}{time[19:]}"
    return [
        time, found.address, found.method, found.url, found.status, found.referrer,
        found.user_agent, found.host or host, found.visitor, key,
    ]  # fmt: skip


def _is_directive(format_: str, raw: bytes) -> bool:
    return raw.startswith(b"#") and format_ in ("w3c", "cloudfront")


def _parser(format_: str) -> Callable[[str], Fields | None]:
    if format_ == "json":
        return json_lines.parse
    if format_ not in ("w3c", "cloudfront"):
        return combined.parse
    parser = W3CParser()

    def parse(line: str) -> Fields | None:
        if line.startswith("#"):
            parser.direct(line)
            return None
        return parser.parse(line)

    return parse


def log_of(path: Path) -> LogGrid | None:
    """The log in a text file; None: it is another kind of file.

    Raises FileError: as `open_bytes`.
    """
    with open_bytes(path) as file:
        head = file.read(HEAD_BYTES)
    name = format_of(head)
    return LogGrid(path, name) if name else None


def format_of(head: bytes) -> str:
    """The format of a log by its beginning; "": it is no log."""
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(head) == HEAD_BYTES and len(lines) > 1:
        lines.pop()  # cut off
    texts = [text for raw in lines if raw.strip() and (text := decoded(raw[:HEAD_BYTES]))]
    if not texts:
        return ""
    if texts[0].startswith("#") or any(text.startswith("#Fields:") for text in texts):
        return _w3c_format(texts)
    sample = texts[:LOOKED_AT]
    parse = json_lines.parse if sample[0].startswith("{") else combined.parse
    found = [one for one in map(parse, sample) if one is not None]
    if 2 * len(found) < len(sample):
        return ""
    if parse is json_lines.parse:
        return "json"
    return "combined" if any(one.user_agent != NO_AGENT for one in found) else "common"


def _w3c_format(texts: list[str]) -> str:
    fields = next((text for text in texts if text.lower().startswith("#fields:")), "")
    parser = W3CParser()
    parser.direct(fields)
    if not parser.is_ready:
        return ""
    return "cloudfront" if "x-edge-location" in fields else "w3c"
