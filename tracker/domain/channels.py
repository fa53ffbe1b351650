"""Channels and kinds: the groups by which every report counts (SEMANTICS 1.3)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray


class _Coded(StrEnum):
    """Stored by a small integer: its position in the class, from 1; 0 means none. Append only."""

    code: int

    def __new__(cls, value: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.code = len(cls.__members__) + 1
        return member

    @classmethod
    def from_code(cls, code: int) -> Self:
        """The member of a code. Raises ValueError for 0 and for codes not given out."""
        members = list(cls)
        if not 1 <= code <= len(members):
            raise ValueError(f"{cls.__name__} has no code {code}")
        return members[code - 1]


class Channel(_Coded):
    """Where a visit came from, as GA4's default channel group plus KOL, AI assistants, internal."""

    DIRECT = "direct"
    ORGANIC_SEARCH = "organic_search"
    PAID_SEARCH = "paid_search"
    ORGANIC_SOCIAL = "organic_social"
    PAID_SOCIAL = "paid_social"
    ORGANIC_VIDEO = "organic_video"
    PAID_VIDEO = "paid_video"
    ORGANIC_SHOPPING = "organic_shopping"
    PAID_SHOPPING = "paid_shopping"
    DISPLAY = "display"
    PAID_OTHER = "paid_other"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    AFFILIATE = "affiliate"
    AUDIO = "audio"
    AI_ASSISTANT = "ai_assistant"
    REFERRAL = "referral"
    CROSS_NETWORK = "cross_network"
    INTERNAL = "internal"
    KOL = "kol"
    UNASSIGNED = "unassigned"


class Kind(_Coded):
    """Natural (自然), paid (付费) or KOL traffic (达人)."""

    NATURAL = "natural"
    PAID = "paid"
    KOL = "kol"


PAID_CHANNELS = frozenset(
    {
        Channel.PAID_SEARCH,
        Channel.PAID_SOCIAL,
        Channel.PAID_VIDEO,
        Channel.PAID_SHOPPING,
        Channel.PAID_OTHER,
        Channel.DISPLAY,
        Channel.CROSS_NETWORK,
    }
)


def kind_of(channel: Channel, *, has_influencer: bool, has_paid_medium: bool) -> Kind | None:
    """The kind of traffic of a channel; None: internal, which is no touchpoint.

    Args:
        has_influencer: the influencer behind it is known; decides for `affiliate`.
        has_paid_medium: the mark carries paid evidence; decides for `audio`.

    Source: SEMANTICS 1.3, own table.
    """
    if channel is Channel.INTERNAL:
        return None
    if channel is Channel.KOL or (channel is Channel.AFFILIATE and has_influencer):
        return Kind.KOL
    if channel in PAID_CHANNELS or channel is Channel.AFFILIATE:
        return Kind.PAID
    if channel is Channel.AUDIO and has_paid_medium:
        return Kind.PAID
    return Kind.NATURAL


def _kind_table() -> NDArray[np.int8]:
    """Code of the kind by [channel code, has influencer, has paid medium]; 0 for none."""
    table = np.zeros((len(Channel) + 1, 2, 2), np.int8)
    for channel in Channel:
        for influencer in (0, 1):
            for paid in (0, 1):
                kind = kind_of(channel, has_influencer=bool(influencer), has_paid_medium=bool(paid))
                table[channel.code, influencer, paid] = kind.code if kind else 0
    return table


KIND_TABLE = _kind_table()


def kind_codes(
    channel_codes: NDArray[np.integer],
    influencer_ids: NDArray[np.integer],
    has_paid_medium: NDArray[np.bool_] | bool = False,
) -> NDArray[np.int8]:
    """`kind_of` over arrays of equal length.

    Args:
        channel_codes: `Channel.code`; 0 (none) gives kind 0.
        influencer_ids: 0: none known.
        has_paid_medium: as for `kind_of`; one value for all, or one a row.

    Returns:
        `Kind.code` a row; 0: no kind (internal, none).

    Raises:
        IndexError: a channel code that was never given out.
    """
    paid = np.asarray(has_paid_medium, np.int8)
    codes: NDArray[np.int8] = KIND_TABLE[channel_codes, (influencer_ids != 0).astype(np.int8), paid]
    return codes
