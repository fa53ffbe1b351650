"""What the collector knows: shops by site key and tracked links by slug.

Requests read a snapshot in memory and nothing else. A thread of each process replaces it every few
seconds from the database and keeps a copy in the home folder; while the database is locked, down
or slow, the last snapshot goes on, and after a restart the copy does.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from tracker.collect.targets import UTM, Target, build_target
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.models import Influencer, Shop, TrackedLink, WebhookSecret
from tracker.models.base import to_micros

log = logging.getLogger(__name__)

REFRESH_SECONDS = 2.0
"""How often the snapshot is replaced; longer when reading takes long (see SHARE)."""

SHARE = 20
"""The pause is at least so many times as long as the reading took: 5 % of a core at most."""

SOONEST_SECONDS = 0.5
"""An unknown key or slug asks for a fresh snapshot at once, but not more often than this."""

FIRST_SECONDS = 3.0
"""How long the very first requests wait when there is neither a snapshot nor a copy."""

FORMAT = 2


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """A secret that a shop signs its webhooks with."""

    sealed: str
    """Encrypted, as in the database (services/sealing.py)."""
    until_micros: int | None
    """The first instant at which it proves nothing any more; None: the current one."""


@dataclass(frozen=True, slots=True)
class KnownShop:
    """What the collector needs to know of a shop."""

    id: int
    site_key: str
    hostnames: tuple[str, ...]
    """Lower case; empty: any."""
    platform: str = "own"
    currency: str = ""
    secrets: tuple[KnownSecret, ...] = ()
    """The newest first."""

    def has_host(self, host: str) -> bool:
        """Whether a page of this host (lower case) is the shop's: one of its hosts, or below."""
        if not self.hostnames or host in self.hostnames:
            return True
        return any(host.endswith("." + own) for own in self.hostnames)


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A tracked link that is active."""

    id: int
    shop_id: int
    slug: str
    target_url: str
    utm: dict[str, str]
    kol: str
    """The influencer's slug; "": none."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Shops and links of one moment."""

    shops: dict[str, KnownShop] = field(default_factory=dict)
    links: dict[str, tuple[KnownLink, Target]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The copy that is kept in the home folder."""
        shops = [asdict(shop) for shop in self.shops.values()]
        links = [asdict(link) for link, _ in self.links.values()]
        return json.dumps({"format": FORMAT, "shops": shops, "links": links}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        """Raises ValueError, KeyError or TypeError for anything that `to_json` did not write."""
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise ValueError("another format")
        shops = [_shop_of(**shop) for shop in values["shops"]]
        return make_snapshot(shops, [KnownLink(**link) for link in values["links"]])


def _shop_of(*, hostnames: list[str], secrets: list[dict[str, Any]], **rest: Any) -> KnownShop:
    known = tuple(KnownSecret(**secret) for secret in secrets)
    return KnownShop(hostnames=tuple(hostnames), secrets=known, **rest)


def make_snapshot(
    shops: list[KnownShop], links: list[KnownLink], before: Snapshot | None = None
) -> Snapshot:
    """A snapshot; a link whose target may not be redirected to is left out.

    Args:
        before: the last snapshot, whose targets are taken over where the link is the same.
    """
    known = before.links if before else {}
    targets = {}
    for link in links:
        same = known.get(link.slug)
        if same is not None and same[0] == link:
            targets[link.slug] = same
            continue
        try:
            targets[link.slug] = (link, build_target(link.target_url, link.utm, link.kol))
        except ValueError as error:
            log.warning("tracked link %d leads nowhere: %s", link.id, error)
    return Snapshot({shop.site_key: shop for shop in shops}, targets)


def read_snapshot(database: Database, before: Snapshot | None = None) -> Snapshot:
    """Shops and active links from the database.

    Raises:
        SQLAlchemyError: it is not there, or has no tables yet.
    """
    with database.read() as session:
        secrets: dict[int, list[KnownSecret]] = defaultdict(list)
        for row in session.execute(_SECRETS):
            until = None if row.valid_until is None else to_micros(row.valid_until)
            secrets[row.shop_id].append(KnownSecret(row.sealed, until))
        shops = [
            KnownShop(
                row.id,
                row.site_key,
                tuple(map(_host, row.hostnames.lower().split())),
                row.platform,
                row.currency,
                tuple(secrets[row.id]),
            )
            for row in session.execute(_SHOPS)
        ]
        links = [
            KnownLink(
                row.id,
                row.shop_id,
                row.slug,
                row.target_url,
                {name: getattr(row, name) for name in UTM},
                row.kol or "",
            )
            for row in session.execute(_LINKS)
        ]
    return make_snapshot(shops, links, before)


def _host(text: str) -> str:
    """A host as somebody typed it: perhaps as an address, perhaps with a port."""
    return text.rpartition("://")[2].partition("/")[0].partition(":")[0].removesuffix(".")


_SHOPS = select(Shop.id, Shop.site_key, Shop.hostnames, Shop.platform, Shop.currency)
_SECRETS = select(WebhookSecret.shop_id, WebhookSecret.sealed, WebhookSecret.valid_until).order_by(
    WebhookSecret.id.desc()
)
_LINKS = (
    select(
        TrackedLink.id,
        TrackedLink.shop_id,
        TrackedLink.slug,
        TrackedLink.target_url,
        *(getattr(TrackedLink, name) for name in UTM),
        Influencer.slug.label("kol"),
    )
    .outerjoin(Influencer, Influencer.id == TrackedLink.influencer_id)
    .where(TrackedLink.is_active)
)


class Directory:
    """The snapshot of a process, kept fresh by a thread that starts with the first request.

    Args:
        database_url: SQLAlchemy address.
        copy: where the last snapshot is kept between processes.
    """

    def __init__(
        self, database_url: str, copy: Path, *, refresh_seconds: float = REFRESH_SECONDS
    ) -> None:
        self._database_url = database_url
        self._copy = copy
        self._refresh_seconds = refresh_seconds
        self._snapshot: Snapshot | None = None
        self._start = Lock()
        self._pid = 0
        self._first = Event()
        self._wanted = Event()
        self._closed = False

    @classmethod
    def of(cls, settings: Settings) -> Directory:
        """The directory of an installation."""
        return cls(settings.database, settings.home_dir / "collector.json")

    def snapshot(self) -> Snapshot | None:
        """What is known now; None: nothing yet (the database was never reached from this home)."""
        if self._pid != os.getpid():
            self._begin()
        if self._snapshot is None:
            self._first.wait(FIRST_SECONDS)
        return self._snapshot

    def ask(self) -> None:
        """Something is unknown: read the database soon. Returns at once."""
        self._wanted.set()

    def close(self) -> None:
        """Stop the thread."""
        self._closed = True
        self._wanted.set()

    def _begin(self) -> None:
        with self._start:
            if self._pid == os.getpid():
                return
            with suppress(OSError, ValueError, KeyError, TypeError):
                self._snapshot = Snapshot.from_json(self._copy.read_text())
            self._thread = Thread(target=self._keep_fresh, name="collector directory", daemon=True)
            self._thread.start()
            self._pid = os.getpid()

    def _keep_fresh(self) -> None:
        database = connect(self._database_url, pool_size=1)
        was_down = False
        while not self._closed:
            self._wanted.clear()
            began = time.monotonic()
            try:
                fresh = read_snapshot(database, self._snapshot)
            except (SQLAlchemyError, OSError) as error:
                if not was_down:
                    log.warning("the collector goes on with what it knows: %s", error)
                was_down = True
            else:
                was_down = False
                self._take(fresh)
            self._first.set()
            self._pause(time.monotonic() - began)
        database.dispose()

    def _pause(self, took: float) -> None:
        """Wait for the next turn, or for somebody who asks."""
        longest = max(self._refresh_seconds, SHARE * took)
        soonest = min(longest, max(SOONEST_SECONDS, SHARE * took))
        began = time.monotonic()
        self._wanted.wait(longest)
        rest = soonest - (time.monotonic() - began)
        if rest > 0 and not self._closed:
            time.sleep(rest)

    def _take(self, fresh: Snapshot) -> None:
        if fresh == self._snapshot:
            return
        self._snapshot = fresh
        draft = self._copy.with_name(f".{self._copy.name}.{secrets.token_hex(4)}")
        try:
            draft.write_text(fresh.to_json())
            draft.replace(self._copy)
        except OSError as error:
            log.warning("what the collector knows could not be kept for a restart: %s", error)
            draft.unlink(missing_ok=True)
