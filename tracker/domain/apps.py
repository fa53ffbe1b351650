"""In-app browsers by their user agent: Chinese apps send no referrer, but they name themselves."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tracker.domain.referrers import read_data

MAX_AGENT = 1_024
"""Characters of a user agent that are looked at."""


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """One alternation of all marks, and the source of each mark."""
    sources = {mark: app["source"] for app in read_data("apps")["app"] for mark in app["marks"]}
    by_length = sorted(sources, key=len, reverse=True)
    alternatives = "|".join(
        (r"(?<![A-Za-z])" if mark[0].isalnum() else "") + re.escape(mark) for mark in by_length
    )
    return re.compile(alternatives), sources


@cache
def _rank() -> dict[str, int]:
    return {app["source"]: rank for rank, app in enumerate(read_data("apps")["app"])}


@lru_cache(maxsize=4_096)
def _app_of(agent: str) -> str:
    pattern, sources = _pattern()
    found = {sources[match] for match in pattern.findall(agent)}
    return min(found, key=_rank().__getitem__) if found else ""


def app_of(user_agent: str) -> str:
    """The source name of the app whose built-in browser this is; "" for a plain browser.

    WeChat's own agent also names QQBrowser, and Weibo's names Safari: the first app of the table
    (data/apps.toml) that is named wins.
    """
    return _app_of(user_agent[:MAX_AGENT])
