"""The walk: several hosts at a time, each host's targets one after the other.

A walker decides nothing that lasts. It gets batches, fetches what their sources ask for, and sends
what came of each target; the job that started it writes that down.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError

from spiders.fetch import REDIRECTS, Downloads, FetchError, Traffic, failure_of, fetch
from spiders.robots import MAX_BYTES, MAX_REDIRECTS, Rules, read_robots
from spiders.sources import find_source
from spiders.sources.base import Page, PageRequest, Reading, Source
from tracker.crawl_messages import Asked, Batch, Began, Done, Fetched, PostTarget, Start, Target
from tracker.observed import MAX_POSTS, REFUSALS, FetchStatus, PostItem

MAX_REQUESTS: Final = 20
"""Requests of one target."""

READING_SECONDS: Final = 20.0
"""A page that takes longer to read is held for hostile."""

LONG_DELAY_S: Final = 30.0
"""With a longer delay only one target is fetched a batch: the host comes back when its time is."""

MAX_DELAY_S: Final = 60.0
"""A slow host is asked as seldom as it is slow, up to this."""

GIVE_UP_AFTER: Final = 3
"""Targets in a row that got no answer, after which the rest of the batch waits."""

_NO_HOST: Final = (CannotResolveHostError, DownloadConnectionRefusedError)
"""There is nobody who could be asked for anything: that says more than "no robots.txt"."""

_SILENT: Final = frozenset({FetchStatus.TIMEOUT, FetchStatus.UNREACHABLE})
_READ: Final = frozenset({FetchStatus.OK, FetchStatus.AMBIGUOUS})

Send = Callable[[BaseModel], None]


class ReadingTooSlowError(BaseException):
    """A page could not be read in READING_SECONDS. No Exception: no reader shall keep it."""


class Walker:
    """Fetches batches. One object a process."""

    def __init__(self, start: Start, downloader: Any, downloads: Downloads, send: Send) -> None:
        """`downloader`: Scrapy's, whose delays by host are set here."""
        self.start = start
        self.send = send
        self.downloads = downloads
        self._downloader = downloader
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    async def walk(self, batch: Batch) -> None:
        """Fetch the targets of one host in turn, until it refuses, or no longer answers."""
        if batch.robots is not None:
            known: asyncio.Future[Rules] = asyncio.get_running_loop().create_future()
            known.set_result(Rules(batch.robots, self.start.robots_token))
            self._rules[batch.host] = known
        silent, began = 0, time.monotonic()
        for target in batch.targets:
            self.send(Began(run_id=batch.run_id, target_id=target.id))
            result = await self._target(batch, target)
            self.send(result)
            silent = silent + 1 if result.status in _SILENT else 0
            if result.status in REFUSALS or silent >= GIVE_UP_AFTER:
                break
            if self._delay_of(batch.host) > LONG_DELAY_S:
                break
            if time.monotonic() - began >= self.start.batch_s:
                break
        self._rules.pop(batch.host, None)
        self.send(Done(run_id=batch.run_id))

    # --- one target -------------------------------------------------------------------------------

    async def _target(self, batch: Batch, target: Target) -> Fetched:
        began, traffic, found = time.monotonic(), Traffic(), Reading(status=FetchStatus.UNCHANGED)
        source = find_source(target.source)
        retry_after_s = None
        try:
            if source is None:
                raise FetchError(FetchStatus.EMPTY, f"no source {target.source}")
            await self._follow(batch, source, target, traffic, found)
        except FetchError as error:
            retry_after_s = error.retry_after_s
            traffic.http_status = error.http_status or traffic.http_status
            found = Reading(status=error.status, detail=error.detail)
        return Fetched(
            run_id=batch.run_id,
            target_id=target.id,
            at=datetime.now(UTC),
            status=found.status,
            http_status=traffic.http_status,
            url=traffic.url,
            detail=found.detail[:300],
            n_requests=traffic.n_requests,
            n_bytes=traffic.n_bytes,
            took_ms=int((time.monotonic() - began) * 1_000),
            items=found.items[:MAX_POSTS],
            is_complete=found.is_complete and len(found.items) <= MAX_POSTS,
            covers_since=found.covers_since,
            ref=found.ref[:300],
            post_targets=_post_targets(source, found),
            validators=dict(list(traffic.validators.items())[:20]),
            parser_version=source.parser_version if source else 0,
            retry_after_s=retry_after_s,
        )

    async def _follow(
        self, batch: Batch, source: Source, target: Target, traffic: Traffic, found: Reading
    ) -> None:
        """Fetch and read page after page; `found` grows. Raises FetchError: nothing came of it."""
        _check_usable(source, target)
        robots = _RobotsOfBatch(self, batch.run_id, batch.host)
        waiting = _first_requests(source, target)
        while waiting and traffic.n_requests < MAX_REQUESTS:
            wanted = waiting.pop(0)
            try:
                page = await fetch(wanted, target, traffic, self.downloads, robots,
                                   parser_version=source.parser_version)  # fmt: skip
                if page is None:
                    continue
                reading = read_within_limits(source, target, page)
                if reading.status not in _READ:
                    raise FetchError(reading.status, reading.detail, http_status=page.status,
                                     retry_after_s=reading.retry_after_s)  # fmt: skip
            except FetchError as error:
                if not found.items or error.status in REFUSALS:
                    raise
                found.detail = f"in part only: {error.status.value} {error.detail}"
                found.is_complete = False
                return
            self._pace(wanted.url)
            _add(found, reading)
            waiting += reading.requests
        if waiting:
            found.is_complete = False
            found.detail = f"more than {MAX_REQUESTS} requests"

    # --- politeness -------------------------------------------------------------------------------

    def _delay_of(self, host: str) -> float:
        return float(self._downloader.per_slot_settings.get(host, {}).get("asked", 0.0))

    def set_delay(self, host: str, asked_s: float) -> None:
        """What robots.txt asks for between two requests to a host; ours if that is longer."""
        delay = max(self.start.delay_s, asked_s)
        self._downloader.per_slot_settings[host] = {
            "concurrency": 1,
            "delay": delay * 1.25,
            "jitter": 0.2,
            "asked": asked_s,
        }
        slot = self._downloader.slots.get(host)
        if slot is not None:
            slot.delay = delay * 1.25

    def _pace(self, url: str) -> None:
        """A host that answers slowly is asked as slowly: it works half of the time at most."""
        if self.start.delay_s <= 0:
            return
        host = urlsplit(url).hostname or ""
        slot = self._downloader.slots.get(host)
        if slot is None:
            return
        least = max(self.start.delay_s, self._delay_of(host))
        latency = time.monotonic() - slot.lastseen
        slot.delay = max(least, min(latency, MAX_DELAY_S)) * 1.25

    async def rules_of(self, run_id: int, batch_host: str, url: str) -> Rules:
        """The rules of an address's host; asked for once a process, however many wait for them."""
        host = urlsplit(url).hostname or ""
        if host not in self._rules:
            asked: asyncio.Future[Rules] = asyncio.get_running_loop().create_future()
            self._rules[host] = asked
            try:
                rules = Rules(await self._ask(url), self.start.robots_token)
            except FetchError as error:
                del self._rules[host]
                asked.set_exception(error)  # for whoever waits for the same host
                asked.exception()  # nobody may, and that is no mistake
                raise
            asked.set_result(rules)
            if host == batch_host:
                self.send(Asked(run_id=run_id, robots=rules.robots))
        rules = await self._rules[host]
        if "asked" not in self._downloader.per_slot_settings.get(host, {}):
            self.set_delay(host, rules.delay_s)
        return rules

    async def _ask(self, url: str) -> Any:
        """Fetch robots.txt: redirects are followed, whatever fails counts as "no answer"."""
        where = urljoin(url, "/robots.txt")
        for _hop in range(MAX_REDIRECTS + 1):
            request = Request(where, meta={"download_maxsize": 8 * MAX_BYTES}, dont_filter=True)
            try:
                response = await self.downloads.download_async(request)
            except Exception as error:  # whatever it was, there is no robots.txt
                failure = failure_of(error, where)
                if failure.status is FetchStatus.PRIVATE_ADDRESS or isinstance(error, _NO_HOST):
                    raise failure from error
                break
            location = response.headers.get("Location")
            if response.status in REDIRECTS and location:
                where = urljoin(where, location.decode("utf-8", "replace"))
                continue
            return read_robots(response.status, response.body, self.start.robots_token)
        return read_robots(None, b"", self.start.robots_token)


class _RobotsOfBatch:
    """The walker's robots.txt, as one batch asks for it."""

    def __init__(self, walker: Walker, run_id: int, host: str) -> None:
        self._walker, self._run_id, self._host = walker, run_id, host

    async def rules_for(self, url: str) -> Rules:
        return await self._walker.rules_of(self._run_id, self._host, url)


# --- reading --------------------------------------------------------------------------------------


def read_within_limits(source: Source, target: Target, page: Page) -> Reading:
    """A source's reading of a page; a reader that fails or takes too long fails this page only.

    Raises FetchError (bad_content).
    """
    try:
        with _at_most(READING_SECONDS):
            return source.read(target, page)
    except ReadingTooSlowError as error:
        raise FetchError(FetchStatus.BAD_CONTENT, "took too long to read") from error
    except MemoryError:
        raise
    except Exception as error:
        # a stranger's page found a hole in a reader: that page is lost, not the batch
        detail = f"the reader failed: {type(error).__name__}"
        raise FetchError(FetchStatus.BAD_CONTENT, detail) from error


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise ReadingTooSlowError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _check_usable(source: Source, target: Target) -> None:
    if source.off_because:
        raise FetchError(FetchStatus.NOT_PUBLIC, f"switched off: {source.off_because}")
    missing = [name for name in source.needs if not target.secrets.get(name)]
    if missing:
        raise FetchError(FetchStatus.NO_KEY, f"needs {', '.join(missing)}")


def _first_requests(source: Source, target: Target) -> list[PageRequest]:
    waiting = list(source.requests(target))
    if not waiting:
        raise FetchError(FetchStatus.EMPTY, "the source cannot read this address")
    return waiting


def _add(found: Reading, reading: Reading) -> None:
    """Join a page's reading with what other pages of the target gave."""
    is_first = found.status is FetchStatus.UNCHANGED
    found.items += reading.items
    found.status = (
        FetchStatus.AMBIGUOUS
        if FetchStatus.AMBIGUOUS in (found.status, reading.status)
        else FetchStatus.OK
    )
    found.detail = found.detail or reading.detail
    found.ref = found.ref or reading.ref
    found.is_complete = reading.is_complete and (is_first or found.is_complete)
    found.covers_since = reading.covers_since or found.covers_since


def _post_targets(source: Source | None, found: Reading) -> list[PostTarget]:
    if source is None:
        return []
    posts = [item for item in found.items if isinstance(item, PostItem)]
    return [one for item in posts[:MAX_POSTS] if (one := source.post_target(item)) is not None]
