"""W3C extended log format: a line "#Fields:" says what the lines below it hold.

IIS separates fields by blanks and writes `+` for a blank inside one. CloudFront separates them by
tabs and percent-encodes them, some twice. Times are UTC in both.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from tracker.imports.logs.fields import (
    NO_AGENT,
    Fields,
    clean_address,
    clean_host,
    own_id,
    split_target,
)

_NAMES = {
    "date": ("date",),
    "time": ("time",),
    "address": ("x-forwarded-for", "cs(x-forwarded-for)", "c-ip"),
    "method": ("cs-method",),
    "stem": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "status": ("sc-status",),
    "referrer": ("cs(referer)", "cs(referrer)"),
    "user_agent": ("cs(user-agent)",),
    "host": ("x-host-header", "cs-host", "cs(host)"),
    "cookie": ("cs(cookie)",),
}
_WORD = re.compile(r'"(?:[^"]|"")*+"|\S+')
_NEEDED = frozenset({"time", "stem", "status"})


class W3CParser:
    """Reads the lines of one file, in their order."""

    def __init__(self) -> None:
        self._places: dict[str, list[int]] = {}
        self._width = 0
        self._day = ""
        self._has_tabs = False

    def direct(self, line: str) -> None:
        """Take a line that begins with "#"."""
        name, _, value = line[1:].partition(":")
        if name.strip().lower() == "date":
            self._day = value.strip()[:10]
        elif name.strip().lower() == "fields":
            names = value.lower().split()
            self._width, self._has_tabs = len(names), "x-edge-location" in names
            self._places = {}
            for field, spellings in _NAMES.items():
                places = [names.index(one) for one in spellings if one in names]
                if places:
                    self._places[field] = places

    @property
    def is_ready(self) -> bool:
        """Whether the fields that a page view needs are known."""
        return self._places.keys() >= _NEEDED

    def parse(self, line: str) -> Fields | None:
        """The fields of a line; None: it does not fit the last "#Fields:"."""
        if not self.is_ready:
            return None
        cells = self._cells(line)
        if len(cells) != self._width:
            return None
        day, stem = self._get(cells, "date") or self._day, self._text(cells, "stem")
        if not day or not stem:
            return None
        url, host = split_target(stem)
        query = self._get(cells, "query")
        if query:
            url += "?" + (query.replace("%25", "%") if self._has_tabs else query)
        agent = self._text(cells, "user_agent") if "user_agent" in self._places else NO_AGENT
        return Fields(
            time=f"{day}T{self._get(cells, 'time')}+00:00",
            address=clean_address(self._get(cells, "address")),
            method=self._get(cells, "method").upper() or "GET",
            url=url,
            status=self._get(cells, "status"),
            referrer=self._text(cells, "referrer"),
            user_agent=agent,
            host=clean_host(self._get(cells, "host")) or host,
            visitor=own_id(self._get(cells, "cookie")),
        )

    def _cells(self, line: str) -> list[str]:
        if self._has_tabs or "\t" in line:
            return line.split("\t")
        return _WORD.findall(line) if '"' in line else line.split(" ")

    def _get(self, cells: list[str], field: str) -> str:
        for place in self._places.get(field, ()):
            text = cells[place]
            if text != "-" and text:
                return text.strip('"')
        return ""

    def _text(self, cells: list[str], field: str) -> str:
        """A field in which blanks or other characters are encoded."""
        text = self._get(cells, field)
        if self._has_tabs:
            return unquote(unquote(text)) if "%" in text else text
        if field != "user_agent":
            return text
        text = text.replace("+", " ")
        return unquote(text) if "%20" in text else text
