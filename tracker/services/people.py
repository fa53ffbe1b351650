"""Which influencer a text means: slug, handle or name."""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.referrers import source_of_name
from tracker.domain.text import normalise
from tracker.models import Influencer, SocialAccount


def fold_handle(handle: str) -> str:
    """A handle as it is compared: NFKC, trimmed, case-folded, without a leading @."""
    return unicodedata.normalize("NFKC", handle).strip().casefold().removeprefix("@")


def canonical_platform(name: str) -> str:
    """A platform's canonical source name ("小红书", "RED" and "xhs" are "xiaohongshu")."""
    normal = normalise(name)
    return source_of_name(normal).name or normal


def slug_of(text: str) -> str:
    """A slug made from a name: normalised like a UTM value, blanks as hyphens."""
    return "-".join(normalise(text).split())


class People:
    """All influencers of a workspace, read once, to be found by what files call them."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        self.by_slug: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        self.by_account: dict[tuple[str, str], int] = {}
        self._by_handle: dict[str, set[int]] = defaultdict(set)
        rows = session.execute(
            select(Influencer.id, Influencer.slug, Influencer.name).where(
                Influencer.workspace_id == workspace_id
            )
        )
        for row_id, slug, name in rows:
            self.by_slug[slug] = row_id
            self._by_name[fold_handle(name)].add(row_id)
        accounts = session.execute(
            select(SocialAccount.platform, SocialAccount.handle, SocialAccount.influencer_id).where(
                SocialAccount.workspace_id == workspace_id
            )
        )
        for platform, handle, influencer_id in accounts:
            self.by_account[platform, handle] = influencer_id
            self._by_handle[handle].add(influencer_id)

    def is_shared(self, text: str) -> bool:
        """Whether several have this handle or, where nobody has it, this name."""
        handle = fold_handle(text)
        found = self._by_handle.get(handle) or self._by_name.get(handle) or ()
        return len(found) > 1

    def find(self, text: str, platform: str = "") -> int | None:
        """The influencer of that slug, else of that handle (on a platform), else of that name.

        None: nobody, or several; a guess would give one person another one's money.
        """
        if not text.strip():
            return None
        found = self.by_slug.get(slug_of(text))
        handle = fold_handle(text)
        if platform and (canonical_platform(platform), handle) in self.by_account:
            return self.by_account[canonical_platform(platform), handle]
        if found is not None:
            return found
        for candidates in (self._by_handle.get(handle), self._by_name.get(handle)):
            if candidates:
                return next(iter(candidates)) if len(candidates) == 1 else None
        return None
