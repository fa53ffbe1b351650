"""The workspace's own reading of marks: aliases and channel rules, which come before ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.channels import Channel

FIELDS = (
    "source", "medium", "campaign", "content", "term", "referrer_host", "kol", "ref", "click_id",
)  # fmt: skip
"""What a condition may test."""


class Operator(StrEnum):
    """How a condition compares; there are no user-written regular expressions (ReDoS)."""

    IS = "is"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a channel rule. The value is compared in normalised form (lower case).

    Raises:
        ValueError: an unknown field or operator.
    """

    field: str
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise ValueError(f"a channel rule cannot test {self.field!r}")
        object.__setattr__(self, "operator", Operator(self.operator))

    def matches(self, values: Mapping[str, str]) -> bool:
        """Whether the field's value passes; an absent value is "" and may be asked for by `is`."""
        actual = values.get(self.field, "")
        match self.operator:
            case Operator.IS:
                return actual == self.value
            case Operator.CONTAINS:
                return bool(self.value) and self.value in actual
            case Operator.STARTS:
                return bool(self.value) and actual.startswith(self.value)
            case Operator.ENDS:
                return bool(self.value) and actual.endswith(self.value)


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """When all conditions match, the channel is this one. Without conditions it never matches."""

    conditions: tuple[Condition, ...]
    channel: Channel

    def matches(self, values: Mapping[str, str]) -> bool:
        """Whether all conditions pass on a mark's values by field name."""
        return bool(self.conditions) and all(test.matches(values) for test in self.conditions)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything beside the mark itself that decides how it is read.

    `source_aliases`, `medium_aliases`: normalised value -> what it is read as. `campaign_aliases`:
    (source, value) -> campaign; a mapping counts only together with its source (after aliases,
    "" for none). `own_hosts`: the workspace's hosts and sites; a referrer among them is internal.
    `link_owners`: tracked link -> whether it belongs to an influencer. `version` is stored with
    every mark that was read under these rules.
    """

    source_aliases: Mapping[str, str] = field(default_factory=dict)
    medium_aliases: Mapping[str, str] = field(default_factory=dict)
    campaign_aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    channel_rules: tuple[ChannelRule, ...] = ()
    own_hosts: frozenset[str] = frozenset()
    link_owners: Mapping[int, bool] = field(default_factory=dict)
    version: int = 1

    @classmethod
    def default(cls) -> Rules:
        """No rules of the workspace's own."""
        return cls()
