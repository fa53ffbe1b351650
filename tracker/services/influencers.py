"""Influencers and their accounts: from files, and from the site's forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.records import (
    AccountRecord,
    Buyer,
    InfluencerRecord,
    LoadResult,
    Outcome,
    Reason,
    Refused,
)
from tracker.models import Influencer, SocialAccount, Workspace
from tracker.services import marks, own_buyers
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.customers import MARKETPLACES, customer_key
from tracker.services.errors import RefusedError
from tracker.services.people import canonical_platform, fold_handle, slug_of

Account = tuple[str, str]
"""Canonical platform, folded handle."""


@dataclass(slots=True)
class _Person:
    """An influencer as known or as it shall be."""

    slug: str
    name: str
    agency: str = ""
    notes: str = ""
    customer_key: str | None = None
    id: int = 0
    """0: not in the database yet."""


@dataclass(slots=True)
class _Book:
    """The influencers whom a batch speaks of, and the accounts of anybody that it names."""

    people: dict[str, _Person]
    owners: dict[Account, str]
    """Slug of the owner."""
    details: dict[Account, tuple[str, int | None]]
    """Address and followers."""
    changed_people: set[str] = field(default_factory=set)
    changed_accounts: set[Account] = field(default_factory=set)
    keys_before: set[str] = field(default_factory=set)
    """Own customer keys and agencies of changed people, as they were."""
    agencies_before: set[str] = field(default_factory=set)
    renamed: bool = False
    """Whether a slug, handle or name is new: marks may now mean somebody (else)."""


def load_influencers(
    session: Session,
    workspace: Workspace,
    records: Sequence[InfluencerRecord],
    *,
    secret: bytes,
    are_discovered: bool = False,
) -> LoadResult:
    """Load influencers by slug; a further row of the same slug adds an account.

    are_discovered: whether who is new was only named in a platform's file.

    What a record leaves empty stays as it is. Refused: `name_required` (neither slug nor name),
    `handle_taken` (the account is another influencer's).
    """
    one_loader_at_a_time(session, "influencers", workspace.id)
    book = _read(session, workspace.id, records)
    outcomes = [_put(book, record, secret) for record in records]
    _write(session, workspace, book, are_discovered)
    if book.renamed:
        marks.names_changed(session, workspace)
    return LoadResult(tuple(outcomes))


def _read(session: Session, workspace_id: int, records: Sequence[InfluencerRecord]) -> _Book:
    slugs = {slug_of(record.slug or record.name) for record in records}
    handles = {fold_handle(one.handle) for record in records for one in record.accounts}
    people = {
        row.slug: _Person(row.slug, row.name, row.agency, row.notes, row.customer_key, row.id)
        for row in session.scalars(
            select(Influencer).where(
                Influencer.workspace_id == workspace_id, among(session, Influencer.slug, slugs)
            )
        )
    }
    accounts = session.execute(
        select(
            SocialAccount.platform, SocialAccount.handle, SocialAccount.url,
            SocialAccount.followers, Influencer.slug,
        )
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .where(
            SocialAccount.workspace_id == workspace_id,
            among(session, SocialAccount.handle, handles),
        )
    ).all()  # fmt: skip
    return _Book(
        people,
        {(platform, handle): slug for platform, handle, _, _, slug in accounts},
        {(platform, handle): (url, followers) for platform, handle, url, followers, _ in accounts},
    )


def _put(book: _Book, record: InfluencerRecord, secret: bytes) -> Outcome | Refused:
    slug = slug_of(record.slug or record.name)
    if not slug:
        return Refused(Reason.NAME_REQUIRED)
    for account in record.accounts:
        key = _account_key(account)
        if book.owners.get(key, slug) != slug:
            return Refused(Reason.HANDLE_TAKEN, f"{key[0]} {key[1]}"[:100])
    is_new = slug not in book.people
    changed = _put_person(book, slug, record, own_key(secret, record.buyer))
    for account in record.accounts:
        changed = _put_account(book, slug, account) or changed
    if is_new:
        return Outcome.LOADED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def own_key(secret: bytes, buyer: Buyer) -> str | None:
    """The key under which an influencer's own orders come, to hold them as self-purchases.

    A platform's buyer id is written with its marketplace, as `taobao:12345`.
    """
    scope, colon, platform_id = buyer.platform_id.partition(":")
    if not colon:
        buyer = Buyer("", buyer.phone, buyer.email)
        return customer_key(secret, buyer, "")
    platform = canonical_platform(scope)
    return customer_key(secret, Buyer(platform_id), MARKETPLACES.get(platform, platform))


def _put_person(book: _Book, slug: str, record: InfluencerRecord, key: str | None) -> bool:
    person = book.people.get(slug)
    if person is None:
        book.people[slug] = _Person(
            slug, record.name.strip() or record.slug.strip(), record.agency, record.notes, key
        )
        book.renamed = True
        book.changed_people.add(slug)
        return True
    wanted = _Person(
        slug, record.name.strip() or person.name, record.agency or person.agency,
        record.notes or person.notes, key or person.customer_key, person.id,
    )  # fmt: skip
    if wanted == person:
        return False
    book.renamed = book.renamed or wanted.name != person.name
    book.keys_before |= {person.customer_key} if person.customer_key else set()
    book.agencies_before.add(person.agency)
    book.people[slug] = wanted
    book.changed_people.add(slug)
    return True


def _put_account(book: _Book, slug: str, account: AccountRecord) -> bool:
    key = _account_key(account)
    if key not in book.owners:
        book.renamed = True
    before = book.details.get(key)
    url, followers = before or ("", None)
    wanted = (
        account.url or url,
        account.followers if account.followers is not None else followers,
    )
    if before == wanted:
        return False
    book.owners[key] = slug
    book.details[key] = wanted
    book.changed_accounts.add(key)
    return True


def _account_key(account: AccountRecord) -> Account:
    return canonical_platform(account.platform), fold_handle(account.handle)


def _write(session: Session, workspace: Workspace, book: _Book, are_discovered: bool) -> None:
    now = datetime.now(UTC)
    people = [
        {"workspace_id": workspace.id, "slug": one.slug, "name": one.name, "agency": one.agency,
         "notes": one.notes, "customer_key": one.customer_key,
         "is_discovered": are_discovered, "created_at": now}
        for one in (book.people[slug] for slug in sorted(book.changed_people))
    ]  # fmt: skip
    said = ("name", "agency", "notes", "customer_key")
    upsert(session, table_of(Influencer), people, ["workspace_id", "slug"], said)
    changed = [book.people[slug] for slug in book.changed_people]
    own_buyers.changed(
        session, workspace,
        {one.customer_key for one in changed if one.customer_key} | book.keys_before,
        {one.agency for one in changed} | book.agencies_before,
    )  # fmt: skip
    slugs = {book.owners[key] for key in book.changed_accounts}
    ids: dict[str, int] = dict(
        session.execute(
            select(Influencer.slug, Influencer.id).where(
                Influencer.workspace_id == workspace.id, among(session, Influencer.slug, slugs)
            )
        ).all()
    )
    accounts = [
        {"workspace_id": workspace.id, "influencer_id": ids[book.owners[key]],
         "platform": key[0], "handle": key[1], "url": book.details[key][0],
         "followers": book.details[key][1]}
        for key in sorted(book.changed_accounts)
    ]  # fmt: skip
    upsert(session, table_of(SocialAccount), accounts, ["workspace_id", "platform", "handle"])


def create_influencer(
    session: Session, workspace: Workspace, *, name: str, slug: str = "", agency: str = ""
) -> Influencer:
    """Create an influencer; the slug is made from the name unless given.

    Raises RefusedError: value_missing (name), slug_taken (slug).
    """
    if not name.strip():
        raise RefusedError("value_missing", "name")
    wanted = _free_slug(session, workspace.id, slug or name, is_chosen=bool(slug))
    row = Influencer(
        workspace_id=workspace.id, slug=wanted, name=name.strip(), agency=agency.strip(),
        created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(row)
    session.flush()
    marks.names_changed(session, workspace)
    return row


def update_influencer(
    session: Session,
    influencer: Influencer,
    *,
    name: str | None = None,
    slug: str | None = None,
    agency: str | None = None,
    notes: str | None = None,
) -> None:
    """Change an influencer; None leaves a field as it is.

    A new slug or name makes marks be read again.

    Raises RefusedError: value_missing (name), slug_taken (slug).
    """
    before, agency_before = (influencer.slug, influencer.name), influencer.agency
    influencer.is_discovered = False  # somebody has looked at them
    if name is not None:
        if not name.strip():
            raise RefusedError("value_missing", "name")
        influencer.name = name.strip()
    if agency is not None:
        influencer.agency = agency.strip()
    if notes is not None:
        influencer.notes = notes
    if slug is not None and slug_of(slug) != influencer.slug:
        influencer.slug = _free_slug(session, influencer.workspace_id, slug, is_chosen=True)
    session.flush()
    if agency_before != influencer.agency:
        workspace = session.get_one(Workspace, influencer.workspace_id)
        own_buyers.changed(session, workspace, (), {agency_before, influencer.agency})
    if before != (influencer.slug, influencer.name):
        marks.names_changed(session, session.get_one(Workspace, influencer.workspace_id))


def add_account(session: Session, influencer: Influencer, account: AccountRecord) -> SocialAccount:
    """Add an account, or change the one with that platform and handle.

    Raises RefusedError: value_missing (platform, handle), handle_taken (handle).
    """
    platform, handle = _account_key(account)
    if not platform:
        raise RefusedError("value_missing", "platform")
    if not handle:
        raise RefusedError("value_missing", "handle")
    row = session.scalar(
        select(SocialAccount).where(
            SocialAccount.workspace_id == influencer.workspace_id,
            SocialAccount.platform == platform,
            SocialAccount.handle == handle,
        )
    )
    if row is not None and row.influencer_id != influencer.id:
        raise RefusedError("handle_taken", "handle", handle=handle)
    if row is None:
        row = SocialAccount(
            workspace_id=influencer.workspace_id, influencer_id=influencer.id,
            platform=platform, handle=handle,
        )  # fmt: skip
        session.add(row)
    row.url = account.url
    row.followers = account.followers
    session.flush()
    marks.names_changed(session, session.get_one(Workspace, influencer.workspace_id))
    return row


def _free_slug(session: Session, workspace_id: int, text: str, *, is_chosen: bool) -> str:
    wanted = slug_of(text)
    if not wanted:
        raise RefusedError("value_missing", "slug")
    taken = set(
        session.scalars(
            select(Influencer.slug).where(
                Influencer.workspace_id == workspace_id,
                Influencer.slug.startswith(wanted, autoescape=True),
            )
        )
    )
    if wanted not in taken:
        return wanted
    if is_chosen:
        raise RefusedError("slug_taken", "slug", slug=wanted)
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{wanted}-{n}") not in taken)
