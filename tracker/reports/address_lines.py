"""Addresses made from a list: each with how our own reader reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.domain.addresses import Finding, build_address, findings
from tracker.domain.channels import Channel, Kind
from tracker.domain.marks import Reading, classify, read_mark
from tracker.domain.rules import Rules
from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class AddressLine:
    """An address as it would be used. slug: of the tracked link that leads to it; empty: none.
    link_id 0: none was made."""

    address: str
    utm: Mapping[str, str]
    reading: Reading
    findings: tuple[Finding, ...]
    slug: str = ""
    short_url: str = ""
    link_id: int = field(default=0)

    @property
    def channel(self) -> Channel:
        """The channel of a visit by this address."""
        return self.reading.channel

    @property
    def kind(self) -> Kind | None:
        """Its kind."""
        return self.reading.kind

    @property
    def is_refused(self) -> bool:
        """Whether the lists of allowed values forbid it."""
        return any(finding.is_refused for finding in self.findings)


def address_line(
    target: str,
    utm: Mapping[str, str],
    allowed: Mapping[str, Sequence[str]],
    rules: Rules,
    slug: str = "",
) -> AddressLine:
    """An address built, read and looked through. target: a whole address that was checked."""
    address = build_address(target, utm)
    return AddressLine(
        address=address,
        utm=dict(utm),
        reading=classify(read_mark(address, "", ""), rules),
        findings=findings(utm, allowed, rules),
        slug=slug,
    )


def read_lines(text: str) -> list[tuple[str, str]]:
    """(value, short name) of each line of a list; blank lines and repetitions are left out.

    A second column stands behind a tab or a comma.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        value, _, slug = line.replace("，", ",").replace("\t", ",").partition(",")
        if value.strip():
            found.setdefault(value.strip(), slug.strip())
    return list(found.items())


def _no_rows(*_: object) -> Iterable[AddressLine]:
    return ()


ADDRESSES = TableSpec(
    "addresses",
    (
        Column("address", mark("Address"), "text", at("address")),
        Column("short_url", mark("Short link"), "text", at("short_url")),
        Column("source", mark("Source"), "text", at("reading.source")),
        Column("medium", mark("Medium"), "text", at("reading.medium")),
        Column("campaign", mark("Campaign"), "text", at("reading.campaign")),
        Column("content", mark("Content"), "text", at("reading.content")),
        Column("channel", mark("Channel"), "code", at("channel"), "channel"),
        Column("kind", mark("Kind"), "code", lambda row: row.kind or "", "kind"),
    ),
    _no_rows,
)
"""Columns of a file of addresses; its rows are what a form sent."""
