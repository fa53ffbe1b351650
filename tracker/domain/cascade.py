"""The channel cascade: which channel a mark belongs to, first match wins (SEMANTICS 1.3).

It follows GA4's default channel group as far as Plausible and PostHog agree with it, and departs
where a seller needs it to:

- KOL comes before the paid and the shopping rules, which would swallow influencer traffic.
- A medium that names a partner deal (`cps`, `affiliate`) wins over the source: it costs money.
- A display medium (`banner`) wins over a click id; bare `cpm` is display only without a known
  source, as in GA4.
- Words of the campaign's name (`618_shopping`) decide only when nothing else does.
- A tag that nobody knows is `unassigned`; with a referrer it is a referral.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.domain.channels import Channel
from tracker.domain.click_ids import ClickId, Proof, click_ids
from tracker.domain.mediums import Medium, is_kol_source, read_medium
from tracker.domain.referrers import Source, SourceType, source_of_host, source_of_name
from tracker.domain.rules import Rules

_DIRECT_NAMES = frozenset({"direct", "(direct)"})
_SHOPPING_WORDS = re.compile(r"(?:^|[^a-df-z])shop|shopping")
"""GA4's campaign test (support.google.com/analytics/answer/9756891)."""

_PAID = {
    SourceType.SEARCH: Channel.PAID_SEARCH,
    SourceType.SOCIAL: Channel.PAID_SOCIAL,
    SourceType.VIDEO: Channel.PAID_VIDEO,
    SourceType.SHOPPING: Channel.PAID_SHOPPING,
    SourceType.DISPLAY: Channel.DISPLAY,
}
_NATURAL = {
    SourceType.SHOPPING: Channel.ORGANIC_SHOPPING,
    SourceType.SOCIAL: Channel.ORGANIC_SOCIAL,
    SourceType.VIDEO: Channel.ORGANIC_VIDEO,
    SourceType.SEARCH: Channel.ORGANIC_SEARCH,
}
_OTHER = {
    SourceType.AI: Channel.AI_ASSISTANT,
    SourceType.AUDIO: Channel.AUDIO,
    SourceType.EMAIL: Channel.EMAIL,
    SourceType.SMS: Channel.SMS,
    SourceType.AFFILIATE: Channel.AFFILIATE,
    SourceType.PUSH: Channel.PUSH,
}
_RELATED = (
    frozenset({"google", "youtube", "doubleclick"}),
    frozenset({"facebook", "instagram", "messenger", "threads", "whatsapp"}),
    frozenset({"oceanengine", "douyin", "toutiao", "ixigua", "tiktok"}),
    frozenset({"tencent_ads", "wechat", "qq", "qzone", "tencent video"}),
    frozenset({"baidu", "tieba", "haokan", "baijiahao"}),
)
"""Sources whose ads are bought, and whose click ids are made, in one place."""

_NOTHING = Source("")


@dataclass(frozen=True)
class Evidence:
    """A mark after aliases: normalised values, "" for absent."""

    utm_source: str
    medium: str
    campaign: str
    content: str
    term: str
    kol: str
    ref: str
    click_id: str
    """Key in the table of click ids."""
    referrer_host: str
    is_own_site: bool
    """The referrer is a page of the seller's own."""
    app: str
    is_kol: bool
    """`kol=` or an influencer's tracked link."""
    has_link: bool
    is_campaign: bool

    @cached_property
    def named(self) -> Source:
        """What utm_source means."""
        return source_of_name(self.utm_source) if self.utm_source else _NOTHING

    @cached_property
    def referred(self) -> Source:
        """What `ref=` means, else the referrer, else the app; own pages and returns are nothing."""
        if self.ref and self.ref not in _DIRECT_NAMES and not self.is_own_site:
            return source_of_name(self.ref)
        if self.referrer_host and not self.is_own_site:
            source = source_of_host(self.referrer_host)
            return _NOTHING if source.type is SourceType.RETURN else source
        return source_of_name(self.app) if self.app else _NOTHING

    @cached_property
    def is_return(self) -> bool:
        """The referrer is a payment or sign-in page."""
        host = self.referrer_host
        return bool(host) and source_of_host(host).type is SourceType.RETURN

    @cached_property
    def click(self) -> ClickId | None:
        """The click id's entry; None without one (or one that the table has dropped)."""
        return click_ids().get(self.click_id)

    @cached_property
    def word(self) -> Medium:
        """What utm_medium means."""
        return read_medium(self.medium)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Channel, source ("": none) and the parameter that proves an ad (None: no proof)."""

    channel: Channel
    source: str
    paid_evidence: str | None


def channel_of(evidence: Evidence, rules: Rules) -> Verdict:
    """Run the cascade: the workspace's rules, then ours."""
    source = _source(evidence)
    proof = _paid_evidence(evidence)
    by_rule = _by_rules(evidence, source.name, rules)
    channel = by_rule or _first_match(evidence, source, is_paid=proof is not None)
    if channel in (Channel.DIRECT, Channel.INTERNAL) and by_rule is None:
        return Verdict(channel, "", None)
    if channel is Channel.CROSS_NETWORK and proof is None and by_rule is None:
        proof = "utm_campaign"
    return Verdict(channel, source.name, proof)


def _by_rules(evidence: Evidence, source: str, rules: Rules) -> Channel | None:
    if not rules.channel_rules:
        return None
    values = {
        "source": source,
        "medium": evidence.medium,
        "campaign": evidence.campaign,
        "content": evidence.content,
        "term": evidence.term,
        "referrer_host": evidence.referrer_host,
        "kol": evidence.kol,
        "ref": evidence.ref,
        "click_id": _parameter(evidence.click_id),
    }
    return next((rule.channel for rule in rules.channel_rules if rule.matches(values)), None)


def _parameter(click_id: str) -> str:
    return click_id.partition("@")[0]


def _source(evidence: Evidence) -> Source:
    """Who sent the visitor: utm_source, else the click id's platform or the referrer.

    A click id of an ad names its platform, and a referrer of the same house refines it (gclid
    from youtube.com is YouTube). A click id that proves nothing yields to a known referrer.
    """
    if evidence.utm_source and evidence.utm_source not in _DIRECT_NAMES:
        return evidence.named
    referred, click = evidence.referred, evidence.click
    if click is None:
        return referred
    if referred.type is not None and referred.type is not SourceType.PLAIN:
        is_refined = any({click.source, referred.name} <= house for house in _RELATED)
        if click.proof is Proof.NETWORK or is_refined or referred.type is click.type:
            return referred
    return Source(click.source or referred.name, click.type)


def _paid_evidence(evidence: Evidence) -> str | None:
    click = evidence.click
    if click is not None and click.proof is not Proof.NETWORK:
        return _parameter(evidence.click_id)
    if evidence.word.is_paid or evidence.word.type is SourceType.DISPLAY:
        return "utm_medium"
    return "utm_source" if evidence.named.is_paid else None


def _first_match(evidence: Evidence, source: Source, *, is_paid: bool) -> Channel:
    if not evidence.is_campaign and (evidence.is_own_site or evidence.is_return):
        return Channel.INTERNAL
    if evidence.is_kol or evidence.word.is_kol or _names_influencers(evidence):
        return Channel.KOL
    if "cross-network" in evidence.campaign or evidence.medium == "cross-network":
        return Channel.CROSS_NETWORK
    if evidence.word.type is SourceType.AFFILIATE:
        return Channel.AFFILIATE
    if is_paid:
        return _paid(evidence, source)
    return _natural(evidence, source)


def _names_influencers(evidence: Evidence) -> bool:
    return evidence.named.is_influencer or is_kol_source(evidence.utm_source)


def _paid(evidence: Evidence, source: Source) -> Channel:
    """Display if the medium says so; else by source, click id, medium, referrer; else other."""
    if evidence.word.type is SourceType.DISPLAY or evidence.word.paid_type is SourceType.DISPLAY:
        return Channel.DISPLAY
    if source.type is SourceType.ADS and not evidence.utm_source and source is evidence.referred:
        return Channel.DISPLAY  # an ad server sent the visitor: gclid from doubleclick.net
    click = evidence.click
    is_click_proof = click is not None and click.proof is not Proof.NETWORK
    for kind in (
        source.type,
        click.type if click is not None and is_click_proof else None,
        evidence.word.paid_type,
        evidence.referred.type,
    ):
        if kind in _PAID:
            return _PAID[kind]
        if kind is SourceType.AFFILIATE and not evidence.word.is_paid:
            return Channel.AFFILIATE
    if evidence.word.is_bare_cpm:
        return Channel.DISPLAY
    if source.type is SourceType.AUDIO:
        return Channel.AUDIO
    return Channel.PAID_SHOPPING if _is_shopping(evidence.campaign) else Channel.PAID_OTHER


def _natural(evidence: Evidence, source: Source) -> Channel:
    """By what the tags name, then by the referrer, then by what little is left."""
    named = source.type or _type_in_name(evidence.utm_source)
    if named is SourceType.ADS and evidence.word.type is SourceType.PLAIN:
        return Channel.REFERRAL
    click_type = evidence.click.type if evidence.click is not None else None
    for kinds in ((evidence.word.type, named), (evidence.referred.type,), (click_type,)):
        found = _by_types(kinds)
        if found is not None:
            return found
    if _is_shopping(evidence.campaign):
        return Channel.ORGANIC_SHOPPING
    if SourceType.PLAIN in (evidence.word.type, source.type) or evidence.referred.name:
        return Channel.REFERRAL
    return _untagged_rest(evidence)


def _type_in_name(utm_source: str) -> SourceType | None:
    """What an unlisted utm_source says in words: `hs_email`, `spring-newsletter`, `affiliates`."""
    kind = read_medium(utm_source).type
    return kind if kind in (SourceType.EMAIL, SourceType.SMS, SourceType.AFFILIATE) else None


def _by_types(kinds: Sequence[SourceType | None]) -> Channel | None:
    """The channel of some types. Shopping, social, video and search go by their order in the
    cascade; of the others the first type given wins, so that a medium beats a source (a mail tool
    that sends an SMS)."""
    for kind, channel in _NATURAL.items():
        if kind in kinds:
            return channel
    for given in kinds:
        if given in _OTHER:
            return _OTHER[given]
    return Channel.DISPLAY if SourceType.ADS in kinds else None


def _untagged_rest(evidence: Evidence) -> Channel:
    is_named = evidence.is_campaign and evidence.utm_source not in _DIRECT_NAMES
    if is_named or evidence.medium:
        return Channel.UNASSIGNED
    return Channel.DIRECT


def _is_shopping(campaign: str) -> bool:
    return _SHOPPING_WORDS.search(campaign) is not None
