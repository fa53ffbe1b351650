"""Which source a host, a name or an app is: the product's own tables (data/*.toml).

A host is matched by whole labels, the longest entry first, never by a substring: `t.co` inside
`walmart.com` has made supermarkets social networks elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from tracker.domain.hosts import without_www
from tracker.domain.text import normalise, word_key


class SourceType(StrEnum):
    """What a source is; decides the channel together with the medium."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    AI = "ai"
    AUDIO = "audio"
    EMAIL = "email"
    SMS = "sms"
    AFFILIATE = "affiliate"
    PUSH = "push"
    ADS = "ads"
    DISPLAY = "display"
    RETURN = "return"
    """A payment or sign-in page that sends the visitor back: no referrer."""
    PLAIN = "plain"
    """Nothing special, under a listed parent."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as looked up.

    `type` None: not listed. `is_paid`: the name is an advertising system's (`fb-ads`).
    `is_influencer`: the name is a platform where influencers are booked (`星图`).
    """

    name: str
    type: SourceType | None = None
    is_paid: bool = False
    is_influencer: bool = False


_HOST_FILES = (
    "search", "social", "video", "shopping", "assistants", "audio", "mail", "partners", "ads",
    "returns",
)  # fmt: skip
_FRONT_LABELS = ("www", "m", "wap", "mobile")


def read_data(name: str) -> dict[str, Any]:
    """One of the data files, parsed. Raises FileNotFoundError for a name that is not there."""
    text = (resources.files("tracker.domain") / "data" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass
class _Tables:
    hosts: dict[str, Source] = field(default_factory=dict)
    """With subdomains."""
    exact: dict[str, Source] = field(default_factory=dict)
    names: dict[str, Source] = field(default_factory=dict)
    """By `word_key` of the name or shorthand."""


@cache
def _tables() -> _Tables:
    tables = _Tables()
    for file in _HOST_FILES:
        _add_hosts(tables, read_data(file))
    for host in read_data("plain")["hosts"]:
        tables.hosts[host] = Source(host, SourceType.PLAIN)
    _add_shorthands(tables, read_data("shorthands"))
    return tables


def _add_hosts(tables: _Tables, data: Mapping[str, Any]) -> None:
    kind = SourceType(data["type"])
    is_name = kind is not SourceType.RETURN
    for section in ("hosts", "packages", "also", "exact"):
        for name, hosts in data.get(section, {}).items():
            source = Source(name, kind)
            target = tables.exact if section == "exact" else tables.hosts
            target.update(dict.fromkeys(hosts, source))
            if section == "hosts" and is_name:
                tables.names.setdefault(word_key(name), source)
    for name, suffixes in data.get("countries", {}).items():
        for suffix in suffixes.split():
            tables.hosts[f"{name}.{suffix}"] = Source(name, kind)
    for name in data.get("names", ()):
        tables.names.setdefault(word_key(name), Source(name, kind))


def _add_shorthands(tables: _Tables, data: Mapping[str, Any]) -> None:
    for name, kind in data["types"].items():
        tables.names.setdefault(word_key(name), Source(name, SourceType(kind)))
    for name, shorthand in _flat(data["names"]):
        tables.names[shorthand] = Source(name, tables.names[word_key(name)].type)
    for name, shorthand in _flat(data["paid"]):
        tables.names[shorthand] = Source(name, tables.names[word_key(name)].type, is_paid=True)
    for name, shorthand in _flat(data["influencer"]):
        kind_of_name = tables.names[word_key(name)].type
        tables.names[shorthand] = Source(name, kind_of_name, is_influencer=True)


def _flat(table: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for name, shorthands in table.items():
        for shorthand in shorthands:
            yield name, word_key(normalise(shorthand))


@lru_cache(maxsize=8_192)
def source_of_host(host: str) -> Source:
    """The source behind a referrer's host or app package; an unlisted one is named by its host
    without `www.` and has no type."""
    tables = _tables()
    labels = host.split(".")
    bare = host.partition(".")[2] if labels[0] in _FRONT_LABELS else host
    listed = tables.exact.get(host) or tables.exact.get(bare)
    for start in range(len(labels) - 1):
        found = tables.hosts.get(".".join(labels[start:]))
        if found is not None:
            # An exact entry stands for the host itself, so it beats the entry of a parent.
            return found if start == 0 or listed is None else listed
    if listed is not None:
        return listed
    if len(labels) > 2 and labels[0] in ("mail", "webmail", "email"):
        return Source(without_www(host), SourceType.EMAIL)
    return Source(without_www(host))


@lru_cache(maxsize=8_192)
def source_of_name(name: str) -> Source:
    """The source that a value of utm_source means: a known name, then a shorthand, then a host
    (`m.facebook.com`, `chatgpt.com`), else the value itself without a type.

    Args:
        name: a normalised value.
    """
    found = _tables().names.get(word_key(name))
    if found is not None:
        return found
    if "." in name and " " not in name:
        by_host = source_of_host(name)
        if by_host.type not in (None, SourceType.RETURN, SourceType.PLAIN):
            return by_host
    return Source(name)
