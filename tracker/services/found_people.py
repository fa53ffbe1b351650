"""Influencers whom a platform's file names and nobody has written down: they become influencers.

A marketer who imports the orders of an affiliate programme expects the people in it to appear. Each
is marked as found in a file until somebody edits them, and is known again by their account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.records import AccountRecord, InfluencerRecord, Notice
from tracker.models import Influencer, SocialAccount, Workspace
from tracker.services import influencers, marks
from tracker.services.bulk import among
from tracker.services.people import People, canonical_platform, fold_handle, slug_of

MAX_NAME = 100
"""Characters of a name from a file that are kept."""


@dataclass(frozen=True, slots=True)
class Named:
    """How a file names somebody."""

    handle: str
    """The platform's id or handle, else the name itself."""
    platform: str
    """Of the account; "": a name in a file of the user's own, where it may be a slip of the pen."""
    name: str = ""
    """As the platform shows them; "": only the handle is known."""


class Finder:
    """The influencers of a workspace, and those whom a batch of a platform's rows names.

    Args:
        named: everybody whom the batch names. Who is unknown is made here, with an account on the
            platform; a new name of somebody who was found the same way is taken over.

    Attributes:
        notices: `influencer_found` with the name of each who is new.
    """

    def __init__(self, session: Session, workspace: Workspace, named: Iterable[Named]) -> None:
        self._session, self._workspace = session, workspace
        self._people = People(session, workspace.id)
        self.notices: list[Notice] = []
        of_platforms = sorted({one for one in named if one.platform and one.handle}, key=_order)
        accounts = {(one.platform, fold_handle(one.handle)): one for one in of_platforms}
        self._attach(accounts.values())
        new = [one for one in accounts.values() if self._is_unknown(one)]
        if new:
            self._make(new)
        self._rename(of_platforms)

    def find(self, one: Named) -> int | None:
        """The influencer; None: nobody, or several."""
        found = self._people.find(one.handle, one.platform)
        if found is None and one.name:
            found = self._by_name(one)
        return found

    def _by_name(self, one: Named) -> int | None:
        """By an unambiguous name, unless that person has another account on this platform."""
        found = self._people.find(one.name)
        platform = canonical_platform(one.platform)
        if found is None or (platform, found) in self._owners():
            return None
        return found

    def _owners(self) -> set[tuple[str, int]]:
        return {(platform, owner) for (platform, _), owner in self._people.by_account.items()}

    def _is_unknown(self, one: Named) -> bool:
        """Whether nobody is meant: a name that several have is no new person."""
        if self.find(one) is not None:
            return False
        return not self._people.is_shared(one.handle)

    def _attach(self, named: Iterable[Named]) -> None:
        """Give the account to who was found by name, so that another name is still the same."""
        for one in named:
            if self._people.find(one.handle, one.platform) is not None or not one.name:
                continue
            found = self._by_name(one)
            if found is not None:
                person = self._session.get_one(Influencer, found)
                account = AccountRecord(one.platform, one.handle)
                influencers.add_account(self._session, person, account)
                self._people = People(self._session, self._workspace.id)

    def _make(self, new: Sequence[Named]) -> None:
        taken = set(self._people.by_slug)
        records = []
        for one in new:
            slug = _free_slug(one, taken)
            taken.add(slug)
            name = (one.name or one.handle)[:MAX_NAME]
            account = AccountRecord(one.platform, one.handle)
            records.append(InfluencerRecord(slug, name, accounts=(account,)))
            self.notices.append(("influencer_found", name))
        influencers.load_influencers(
            self._session, self._workspace, records, secret=b"", are_discovered=True
        )
        self._people = People(self._session, self._workspace.id)

    def _rename(self, named: Sequence[Named]) -> None:
        names = {
            (canonical_platform(one.platform), fold_handle(one.handle)): one.name[:MAX_NAME]
            for one in named
            if one.name
        }
        rows = self._session.execute(
            select(SocialAccount.platform, SocialAccount.handle, Influencer)
            .join(Influencer, Influencer.id == SocialAccount.influencer_id)
            .where(
                Influencer.workspace_id == self._workspace.id,
                Influencer.is_discovered.is_(True),
                among(self._session, SocialAccount.handle, sorted({key[1] for key in names})),
            )
        ).all()
        renamed = False
        for platform, handle, influencer in rows:
            name = names.get((platform, handle), "")
            if name and name != influencer.name:
                influencer.name = name
                renamed = True
        if renamed:
            self._session.flush()
            marks.names_changed(self._session, self._workspace)


def _order(one: Named) -> tuple[str, str, str]:
    return one.platform, one.handle, one.name


def _free_slug(one: Named, taken: set[str]) -> str:
    base = slug_of((one.name or one.handle)[:MAX_NAME]) or slug_of(one.platform)
    platform = f"{base}-{slug_of(one.platform)}"
    numbered = (f"{platform}-{n}" for n in range(2, len(taken) + 3))
    return next(slug for slug in (base, platform, *numbered) if slug not in taken)
