"""Addresses with UTM values: built, and looked through for what the reports could not read.

Codes of findings, which pages translate: `missing_source`, `missing_medium` (a tag without it ends
up as unassigned), `not_allowed` (the list of the field has no such value), `read_as` (an alias or a
shorthand: it is reported under another word), `unknown_medium`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from tracker.domain.mediums import Medium, read_medium
from tracker.domain.referrers import source_of_name
from tracker.domain.rules import Rules
from tracker.domain.spelling import nearest
from tracker.domain.text import is_absent, normalise

FIELDS = ("source", "medium", "campaign", "content", "term")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a field of an address. other: what it is read as, or the value of the list
    that was probably meant; empty: none."""

    code: str
    field: str
    value: str = ""
    other: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the address is not made: only the list of a field is a rule."""
        return self.code == "not_allowed"


def build_address(target: str, utm: Mapping[str, str]) -> str:
    """The target with UTM values put behind its query; those that it has of the same name go.

    Args:
        target: a whole address; its fragment stays at the end.
        utm: utm_source and so on -> value as written; empty ones are left out. Braces stay, since
            ad platforms put values in their place.
    """
    wanted = {name: value.strip() for name, value in utm.items() if value.strip()}
    parts = urlsplit(target.strip())
    kept = [
        piece
        for piece in parts.query.split("&")
        if piece and piece.partition("=")[0].lower() not in wanted
    ]
    kept += [f"{name}={quote(value, safe='{}~')}" for name, value in wanted.items()]
    return urlunsplit(parts._replace(query="&".join(kept)))


def findings(
    utm: Mapping[str, str], allowed: Mapping[str, Sequence[str]], rules: Rules
) -> tuple[Finding, ...]:
    """What is to be said about the values of an address, gravest first.

    Args:
        utm: utm_source and so on -> value as written.
        allowed: lists of values by field; a field without a list takes every value.
    """
    given = {field: _normal(utm.get(f"utm_{field}", "")) for field in FIELDS}
    found = [
        Finding("not_allowed", field, value, nearest(value, allowed[field]) or "")
        for field, value in given.items()
        if value and field in allowed and value not in allowed[field]
    ]
    found += [Finding(f"missing_{field}", field) for field in ("source", "medium")
              if not given[field] and any(given.values())]  # fmt: skip
    found += _readings(given, rules)
    return tuple(found)


def _normal(value: str) -> str:
    # a macro of an ad platform is filled in before anybody comes
    return "" if is_absent(value.strip()) else normalise(value)


def _readings(given: Mapping[str, str], rules: Rules) -> list[Finding]:
    found: list[Finding] = []
    source, medium, campaign = given["source"], given["medium"], given["campaign"]
    named = source_of_name(rules.source_aliases.get(source, source)).name if source else ""
    if named != source:
        found.append(Finding("read_as", "source", source, named))
    read = rules.medium_aliases.get(medium, medium)
    if read != medium:
        found.append(Finding("read_as", "medium", medium, read))
    if read and read_medium(read) == Medium():
        found.append(Finding("unknown_medium", "medium", medium))
    mapped = rules.campaign_aliases
    other = mapped.get((named, campaign)) or mapped.get((source, campaign)) or campaign
    if other != campaign:
        found.append(Finding("read_as", "campaign", campaign, other))
    return found
