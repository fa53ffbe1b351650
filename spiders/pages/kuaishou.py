"""Kuaishou, as a user's own browser saved it: the state that a person's page carries.

Nothing here fetches: it wants a login.
"""

from __future__ import annotations

from typing import Any, Final

from spiders.pages.social import Account, SocialPage, answer, counts_at, dig, judge_html, text_at
from spiders.pages.state import assigned

NETWORK: Final = "kuaishou"
_COUNTS: Final = {"followers": "fan", "following": "follow", "posts": "photo"}


def read_saved(text: str) -> SocialPage:
    """A saved page of a person of kuaishou.com: visionProfile's ownerCount in its state."""
    for state in assigned(text, ["__APOLLO_STATE__", "INIT_STATE"]):
        for profile in _profiles(state):
            account = _account(profile)
            if account is not None and account.counts:
                return answer([account])
    return SocialPage(judge_html(text))


def _profiles(state: Any) -> list[Any]:
    """Objects that have an ownerCount, however deep, the first 20."""
    found: list[Any] = []
    waiting: list[Any] = [state]
    for _ in range(50_000):
        if not waiting or len(found) >= 20:
            break
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("ownerCount"), dict):
                found.append(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def _account(profile: Any) -> Account | None:
    inner = dig(profile, "profile") or profile
    ref = text_at(inner, "user_id") or text_at(inner, "id")
    name = text_at(inner, "user_name") or None
    if not ref:
        return None
    url = f"https://www.kuaishou.com/profile/{ref}"
    counts = counts_at(dig(profile, "ownerCount"), _COUNTS)
    return Account(NETWORK, ref, ref, name, url, counts)
