"""Marks: what a landing says about where the visitor came from, raw and as read.

`read_mark` takes the landing apart once, when the hit is stored; `classify` reads the raw mark
under rules, again and again as the rules change (SEMANTICS 1.1 to 1.3).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass

from tracker.domain.apps import app_of
from tracker.domain.cascade import Evidence, channel_of
from tracker.domain.channels import Channel, Kind, kind_of
from tracker.domain.click_ids import click_parameters, find_click_id, is_proof
from tracker.domain.hosts import host_of, site_of
from tracker.domain.referrers import source_of_host, source_of_name
from tracker.domain.rules import Rules
from tracker.domain.text import normalise
from tracker.domain.utm import CLICK_PARAMETER, UTM_NAMES, parameters

OWN_SITE = "(own site)"
"""Value of `RawMark.referrer_host` for a referrer of the landing page's own site."""

_PLAIN_NAMES = ("kol", "ref", "source")


@dataclass(frozen=True, slots=True)
class RawMark:
    """The marks of one landing as they came, decoded and cleaned but not normalised; "": absent."""

    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    utm_id: str = ""
    kol: str = ""
    ref: str = ""
    """Value of `ref=`, else of `source=`."""
    referrer_host: str = ""
    """Host, app package, or OWN_SITE."""
    click_id: str = ""
    """Key in data/click_ids.toml: the parameter's name, with `@platform` where it is shared."""
    app: str = ""
    """In-app browser (source name); looked for only when there is no referrer."""
    link_id: int = 0
    """The tracked link that carried the visitor; 0: none."""

    def key(self) -> str:
        """Hash of all values: the natural key of the `mark` table. Stable for ever."""
        return _hash(astuple(self))

    def tag_key(self) -> int:
        """Which campaign this is, whatever the referrer: 0 for an untagged mark, else a positive
        63-bit number. A hit with another one than its visit starts a new visit."""
        if not self.is_tagged:
            return 0
        values = (
            self.utm_source, self.utm_medium, self.utm_campaign, self.utm_content, self.utm_term,
            self.utm_id, self.kol, self.click_id, self.link_id,
        )  # fmt: skip
        return int(_hash(values)[:16], 16) >> 1 or 1

    @property
    def is_tagged(self) -> bool:
        """Whether it is a tagged campaign: UTM, `kol=`, a tracked link, or a click id that proves
        an ad or a partner. `ref=` and `source=` alone are none (shops use them inside their own
        pages), nor is a click id that only names the network (people pass `fbclid` on)."""
        return bool(
            self.utm_source or self.utm_medium or self.utm_campaign or self.utm_id
            or self.kol or self.link_id or is_proof(self.click_id)
        )  # fmt: skip


def _hash(values: tuple[object, ...]) -> str:
    text = json.dumps(values, separators=(",", ":"))  # unambiguous, and ASCII whatever comes
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """A mark as read under rules; None: absent."""

    source: str | None
    """None: direct, internal, or a tag that names no source."""
    medium: str | None
    """utm_medium as normalised; never made up for an untagged visit."""
    campaign: str | None
    content: str | None
    term: str | None
    channel: Channel
    kind: Kind | None
    """None: internal, which is no touchpoint."""
    paid_evidence: str | None
    """Name of the parameter that proves an advertisement."""
    kol: str | None
    """The `kol=` value, normalised like a UTM value (compare with an influencer's slug)."""
    also_paid: bool
    """A KOL mark that carries paid evidence too: a boosted post."""


def read_mark(landing_url: str, referrer: str, user_agent: str) -> RawMark:
    """Take a landing apart. No input raises; nonsense is absent.

    Args:
        landing_url: the address that was opened, with query and fragment.
        referrer: the Referer header or document.referrer; "": none.
        user_agent: tells the in-app browser when there is no referrer.
    """
    found = parameters(landing_url, {*UTM_NAMES, *_PLAIN_NAMES} | click_parameters())
    first = {name: values[0] for name, values in found.items()}
    referrer_host = host_of(referrer)
    if referrer_host:
        landing_host = host_of(landing_url)
        if landing_host and site_of(referrer_host) == site_of(landing_host):
            referrer_host = OWN_SITE
    app = "" if referrer_host else app_of(user_agent)
    return RawMark(
        utm_source=first.get("utm_source", ""),
        utm_medium=first.get("utm_medium", ""),
        utm_campaign=first.get("utm_campaign", ""),
        utm_content=first.get("utm_content", ""),
        utm_term=first.get("utm_term", ""),
        utm_id=first.get("utm_id", ""),
        kol=first.get("kol", ""),
        ref=first.get("ref") or first.get("source", ""),
        referrer_host=referrer_host,
        click_id=find_click_id(found, _nearby(first.get("utm_source", ""), referrer_host, app)),
        app=app,
    )


def _nearby(utm_source: str, referrer_host: str, app: str) -> set[str]:
    names = {app}
    if utm_source:
        names.add(source_of_name(normalise(utm_source)).name)
    if referrer_host:
        names.add(source_of_host(referrer_host).name)
    return names - {""}


def read_click_param(landing_url: str) -> str | None:
    """The event id of the tracked-link click that led here (`tk=`), None: there is none."""
    values = parameters(landing_url, {CLICK_PARAMETER}).get(CLICK_PARAMETER)
    return values[0][:64] if values else None


def classify(mark: RawMark, rules: Rules) -> Reading:
    """Read a mark under rules: the aliases first, then the channel cascade."""
    evidence = _evidence(mark, rules)
    verdict = channel_of(evidence, rules)
    channel = verdict.channel
    has_influencer = evidence.is_kol
    return Reading(
        source=verdict.source or None,
        medium=evidence.medium or None,
        campaign=evidence.campaign or None,
        content=evidence.content or None,
        term=evidence.term or None,
        channel=channel,
        kind=kind_of(
            channel,
            has_influencer=has_influencer,
            has_paid_medium=verdict.paid_evidence is not None,
        ),
        paid_evidence=verdict.paid_evidence,
        kol=evidence.kol or None,
        also_paid=channel is Channel.KOL and verdict.paid_evidence is not None,
    )


def _evidence(mark: RawMark, rules: Rules) -> Evidence:
    source = _read_source(mark.utm_source, rules)
    medium = normalise(mark.utm_medium)
    medium = rules.medium_aliases.get(medium, medium)
    campaign = normalise(mark.utm_campaign)
    if campaign and rules.campaign_aliases:
        name = source_of_name(source).name if source else ""
        mapped = rules.campaign_aliases
        campaign = mapped.get((name, campaign)) or mapped.get((source, campaign)) or campaign
    return Evidence(
        utm_source=source,
        medium=medium,
        campaign=campaign,
        content=normalise(mark.utm_content),
        term=normalise(mark.utm_term),
        kol=normalise(mark.kol),
        ref=_read_source(mark.ref, rules),
        click_id=mark.click_id,
        referrer_host=mark.referrer_host,
        is_own_site=_is_own(mark.referrer_host, rules),
        app=mark.app,
        is_kol=bool(mark.kol) or rules.link_owners.get(mark.link_id, False),
        has_link=mark.link_id != 0,
        is_campaign=mark.is_tagged,
    )


def _read_source(raw: str, rules: Rules) -> str:
    name = normalise(raw)
    return rules.source_aliases.get(name, name)


def _is_own(host: str, rules: Rules) -> bool:
    if not host or host == OWN_SITE:
        return host == OWN_SITE
    if not rules.own_hosts:
        return False
    return host in rules.own_hosts or site_of(host) in {site_of(own) for own in rules.own_hosts}
