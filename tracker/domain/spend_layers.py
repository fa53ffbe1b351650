"""Reports of several levels about the same money: which of them counts (docs/adr/0040).

A plan report and an item report of one account and day tell of the same spend. Both are kept; one
counts. The choice depends on what is stored and not on the order in which files came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

LEVELS = ("campaign", "campaign_name", "item", "account", "")
"""What the rows of a report are keyed by, the most useful first; "": whoever wrote them did not
say."""

MORE_THAN = 101, 100
"""A coarser report counts when it tells of more than 101 / 100 of a finer one: then the finer one
lacks something (plans that a filter left out, 全店托管 without spend by item). Rounding row by row
stays far below."""

_ACCOUNT, _SPREAD = "@", "~"

Group = tuple[str, str]
"""Layer and account: rows of them together are one report's money of one account and day."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A level of report.

    Attributes:
        level: of LEVELS.
        has_account: whether the report names accounts. One that does not may be of any of them.
        is_spread: a sum over several days that was spread over them.
        family: products of a platform whose money is apart (标准推广, 全域推广); "": all of it.
    """

    level: str = ""
    has_account: bool = False
    is_spread: bool = False
    family: str = ""

    def __str__(self) -> str:
        marks = (_ACCOUNT if self.has_account else "") + (_SPREAD if self.is_spread else "")
        return f"{self.family}:{self.level}{marks}" if self.family else f"{self.level}{marks}"

    @classmethod
    def read(cls, text: str) -> Layer:
        """The layer that `str` wrote."""
        family, colon, rest = text.rpartition(":")
        level = rest.rstrip(_ACCOUNT + _SPREAD)
        return cls(level, _ACCOUNT in rest, _SPREAD in rest, family if colon else "")


def layer_of(columns: Collection[str], family: str = "") -> Layer:
    """The layer of a report that has these canonical columns of spend."""
    if "campaign_id" in columns:
        level = "campaign"
    elif "campaign_name" in columns:
        level = "campaign_name"
    elif {"item", "ad", "ad_group", "keyword"} & set(columns):
        level = "item"
    else:
        level = "account"
    return Layer(level, bool({"account", "account_name"} & set(columns)), False, family)


def counted(amounts: Mapping[Group, int]) -> set[Group]:
    """The groups that count, of one platform, shop and day.

    For each account one layer counts: the finest, unless a coarser one has more than 1 % more. What
    names no account competes with all accounts together. A spread sum counts only where nothing
    tells of the day itself.

    Args:
        amounts: spend of each group, in any one unit, not negative.
    """
    families: dict[str, dict[Group, int]] = defaultdict(dict)
    for group, amount in amounts.items():
        families[Layer.read(group[0]).family][group] = amount
    return {group for one in families.values() for group in _of_family(one)}


def _of_family(amounts: Mapping[Group, int]) -> set[Group]:
    by_day = {group for group in amounts if not Layer.read(group[0]).is_spread}
    spread = amounts.keys() - by_day
    days, spreads = _best(by_day, amounts), _best(spread, amounts)
    if not days:
        return spreads
    # An account of which only a spread sum is known keeps it beside the days of the others.
    if any(not Layer.read(layer).has_account for layer, _ in days):
        return days
    told = {account for _, account in days}
    return days | {
        group for group in spreads if Layer.read(group[0]).has_account and group[1] not in told
    }


def _best(groups: Collection[Group], amounts: Mapping[Group, int]) -> set[Group]:
    named: dict[str, list[Group]] = defaultdict(list)
    blank: list[Group] = []
    for group in groups:
        if Layer.read(group[0]).has_account:
            named[group[1]].append(group)
        else:
            blank.append(group)
    best_named = {_finest([[one] for one in of], amounts)[0] for of in named.values()}
    # Rows of one report that names no accounts belong together, whatever stands in the column.
    by_layer: dict[str, list[Group]] = defaultdict(list)
    for group in blank:
        by_layer[group[0]].append(group)
    best_blank = set(_finest(list(by_layer.values()), amounts)) if by_layer else set()
    if not best_named or not best_blank:
        return best_named | best_blank
    more, than = MORE_THAN
    if than * _sum(best_blank, amounts) > more * _sum(best_named, amounts):
        return best_blank
    return best_named


def _finest(candidates: list[list[Group]], amounts: Mapping[Group, int]) -> list[Group]:
    """The finest candidate that no other exceeds by more than 1 %."""
    more, than = MORE_THAN
    most = max(_sum(one, amounts) for one in candidates)
    whole = [one for one in candidates if than * most <= more * _sum(one, amounts)]
    return min(whole, key=lambda one: (LEVELS.index(Layer.read(one[0][0]).level), one[0][0]))


def _sum(groups: Iterable[Group], amounts: Mapping[Group, int]) -> int:
    return sum(amounts[group] for group in groups)
