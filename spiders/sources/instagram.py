"""Instagram: public figures of professional accounts, with the user's own professional account.

Business Discovery of the Graph API. A post has no address of its own there: it is read with its
account, whose newest 25 are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import quote

from spiders.items import FetchStatus
from spiders.pages import instagram
from spiders.pages.item import PARSER_VERSION
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.social_reading import path_of, reading_of

HOST: Final = "graph.facebook.com"
VERSION: Final = "v25.0"
_PATH = re.compile(r"/([A-Za-z0-9._]{1,30})/?")
_NOT_NAMES: Final = frozenset({"p", "reel", "reels", "explore", "stories", "accounts", "about"})


class InstagramSource(Source):
    """An account and its newest posts. Personal and age-restricted accounts are not given."""

    name: ClassVar[str] = instagram.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account"})
    parser_version: ClassVar[int] = PARSER_VERSION
    needs: ClassVar[tuple[str, ...]] = ("token", "account_id")

    def matches(self, url: str) -> bool:
        """instagram.com/<name>"""
        return bool(_name_of(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """One request; the token goes into a header, so that it stands in no address."""
        name = _name_of(target.url)
        own = target.secrets.get("account_id", "0")
        if target.kind != "account" or not name or not own.isdigit():
            return []
        wanted = (
            f"business_discovery.username({name})"
            f"{{{instagram.ACCOUNT_FIELDS},media{{{instagram.MEDIA_FIELDS}}}}}"
        )
        token = target.secrets.get("token", "")
        return [
            PageRequest(
                f"https://{HOST}/{VERSION}/{own}?fields={quote(wanted)}",
                {"Accept": "application/json"},
                secret_headers={"Authorization": f"Bearer {token}"},
                accepts=frozenset({400, 401, 403, 404}),
                is_official=True,
            )
        ]

    def read(self, target: Target, page: Page) -> Reading:
        """The account and its posts."""
        found = instagram.read_discovery(page.body)
        ref = found.accounts[0].ref if found.accounts else ""
        return reading_of(found, self.name, closed=FetchStatus.NO_KEY, ref=ref)


def _name_of(url: str) -> str:
    match = _PATH.fullmatch(path_of(url, "instagram.com") or "")
    return match[1] if match and match[1].lower() not in _NOT_NAMES else ""
