"""Channels by what people call them, and the raw mark that stands for one.

A file that names a channel states a conclusion, where our own script keeps evidence. It becomes a
mark all the same, with the channel's name as `utm_medium`, so that the workspace's aliases and
channel rules apply to it like to any other.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tracker.domain.channels import Channel
from tracker.domain.marks import RawMark, classify
from tracker.domain.referrers import source_of_name
from tracker.domain.rules import Rules
from tracker.domain.text import normalise

_FILE = Path(__file__).with_name("channel_names.toml")


def _fold(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold().replace("_", " ").replace("-", " ")
    return " ".join(folded.split())


@cache
def _tables() -> tuple[dict[str, Channel], dict[str, Channel]]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    channels = {_fold(channel.value): channel for channel in Channel}
    del channels[_fold(Channel.INTERNAL.value)]  # no touchpoint: nobody would put it in a file
    for value, names in data["channels"].items():
        channels |= {_fold(name): Channel(value) for name in names}
    platforms = {
        _fold(name): Channel(value) for value, names in data["platforms"].items() for name in names
    }
    return channels, platforms


def channel_called(name: str) -> Channel | None:
    """The channel of a name ("Online Display", "付费搜索", "paid_search"); None: no such name."""
    return _tables()[0].get(_fold(name))


def network_called(name: str) -> str:
    """The canonical source of a network's name ("Facebook", "小红书"); "": it is none."""
    source = source_of_name(normalise(name))
    return source.name if source.type is not None else ""


def mark_of(
    channel: Channel | None, network: str, utm: Mapping[str, str], *, networks_are_ads: bool
) -> RawMark:
    """The mark that stands for a channel, else for a network.

    Args:
        utm: further UTM values (campaign, content, term) that are kept beside.
        networks_are_ads: whether the file lists bought contacts, so that "Facebook" alone is
            advertising there; else it is what a visit from there would be.
    """
    if channel is Channel.DIRECT:
        return RawMark()
    medium = "paid" if networks_are_ads else ""
    return RawMark(
        utm_source="" if channel else network,
        utm_medium=channel.value.replace("_", "-") if channel else medium,
        utm_campaign=utm.get("utm_campaign", ""),
        utm_content=utm.get("utm_content", ""),
        utm_term=utm.get("utm_term", ""),
    )


def advertising_channel(platform: str) -> Channel:
    """Where an advertisement on a platform counts: as a click that it sold (`utm_medium=cpc`)."""
    known = _tables()[1].get(_fold(platform))
    if known is not None:
        return known
    mark = RawMark(utm_source=platform, utm_medium="cpc")
    return classify(mark, Rules.default()).channel
