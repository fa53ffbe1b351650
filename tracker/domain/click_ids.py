"""Click ids: parameters that a platform adds to the landing address (data/click_ids.toml).

A mark keeps the *name* of one click id, never its value. Where one parameter belongs to several
platforms (`clickid`), the name carries which: `clickid@oceanengine`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tracker.domain.referrers import SourceType, read_data


class Proof(StrEnum):
    """What a click id proves."""

    AD = "ad"
    """Only advertisements carry it."""
    PARTNER = "partner"
    """A paid partner link."""
    NETWORK = "network"
    """Only which network the visitor came from, paid or not."""


@dataclass(frozen=True, slots=True)
class ClickId:
    """One entry of the table."""

    key: str
    """As marks store it."""
    param: str
    source: str
    """Empty: the entry does not say."""
    type: SourceType
    proof: Proof
    near: frozenset[str]
    """It counts only next to one of these sources; empty: everywhere."""
    shape: re.Pattern[str] | None
    values: frozenset[str]
    """It counts only with one of these values; empty: with any."""

    def counts(self, value: str, nearby: Collection[str]) -> bool:
        """Whether a value of the parameter, seen next to these sources, is this click id."""
        if self.near and self.near.isdisjoint(nearby):
            return False
        if self.shape is not None and self.shape.fullmatch(value) is None:
            return False
        return not self.values or value.lower() in self.values


@cache
def click_ids() -> Mapping[str, ClickId]:
    """All entries by key, in the order in which they are tried."""
    return {
        key: ClickId(
            key=key,
            param=entry.get("param", key),
            source=entry["source"],
            type=SourceType(entry["type"]),
            proof=Proof(entry["proof"]),
            near=frozenset(entry.get("near", ())),
            shape=re.compile(entry["shape"]) if "shape" in entry else None,
            values=frozenset(entry.get("values", ())),
        )
        for key, entry in read_data("click_ids").items()
    }


@cache
def click_parameters() -> frozenset[str]:
    """Names of all parameters that may be a click id."""
    return frozenset(entry.param for entry in click_ids().values())


def find_click_id(parameters: Mapping[str, list[str]], nearby: Collection[str]) -> str:
    """The key of the click id that an address carries; "" for none. Proofs of ads come first.

    Args:
        parameters: name -> values, as `tracker.domain.utm.parameters` gives them.
        nearby: sources that the same landing names: utm_source, referrer, in-app browser.
    """
    for entry in click_ids().values():
        for value in parameters.get(entry.param, ()):
            if entry.counts(value, nearby):
                return entry.key
    return ""


def is_proof(key: str) -> bool:
    """Whether a click id (by key) proves an ad or a paid partner link; "" and unknown: no."""
    entry = click_ids().get(key)
    return entry is not None and entry.proof is not Proof.NETWORK
