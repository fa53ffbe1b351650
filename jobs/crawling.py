"""RQ jobs that crawl: claim hosts that are due, have a child fetch them, write what comes.

The database decides what is due and keeps what came of it (services/crawl_claims, crawl_results),
result by result: child, worker or both may be killed at any moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import DataError, IntegrityError

from jobs.crawl_child import RUNNER, Answer, Child, ChildDiedError
from tracker.config import CRAWL_TOKEN, Settings
from tracker.crawl_messages import Asked, Batch, Began, Done, Fetched, Start
from tracker.db import Database, connect
from tracker.observed import GOOD, REFUSALS, FetchStatus
from tracker.services.connector_keys import key_opener
from tracker.services.crawl_claims import Claim, claim_hosts, close_lost_runs, finish, renew
from tracker.services.crawl_orders import OpenKeys, batch_of
from tracker.services.crawl_results import write_deliveries, write_robots

log = logging.getLogger(__name__)

HOSTS_AT_ONCE = 16
"""Hosts that one child asks at a time, each with one request at a time."""

FEEDING_SECONDS = 240.0
"""So long a job begins with new hosts; then it finishes those it has."""

LONGEST_SECONDS = 1_500.0
"""After this a job stops whatever it has; below the queue's time limit."""

RENEWED_SECONDS = 30.0
"""How often the hosts' leases are renewed."""

LONGEST_REST_SECONDS = 5.0
"""So long a job waits, at most, for the last host to have rested from its last page."""

WRITTEN_SECONDS = 0.2
"""Results of so long are written together."""

CLAIMED_SECONDS = 2.0
"""How often free places are offered to hosts that have become due meanwhile; a place that was just
freed is offered at once."""

UNSTORABLE = (DataError, IntegrityError, OverflowError, ValueError)
"""What a database, or a check before it, says of one row; not that it is down or locked."""


def crawl_due() -> dict[str, int]:
    """Fetch all that is due (every half minute, see jobs/schedule.py; safe beside a twin).

    Returns {"targets", "ok", "failed", "hosts"}: how many were fetched, and with what end.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        return crawl_with(database, settings)
    finally:
        database.dispose()


def crawl_with(
    database: Database,
    settings: Settings,
    *,
    only: Collection[int] | None = None,
    workspace_id: int | None = None,
) -> dict[str, int]:
    """Fetch what is due, as an installation's settings say.

    Args:
        only: ids of targets that are meant; None: all.
        workspace_id: whose targets; None: everybody's.
    """
    crawl = Crawl(
        database,
        start_of(settings),
        only=only,
        workspace_id=workspace_id,
        open_keys=key_opener(settings.signing_key),
    )
    return crawl.run()


def start_of(settings: Settings) -> Start:
    """How this installation's spiders behave."""
    return Start(
        user_agent=settings.crawl_agent, robots_token=CRAWL_TOKEN, delay_s=settings.crawl_delay_s
    )


def no_keys(_session: object, _workspace_id: int, _source: str) -> dict[str, str]:
    """Keys of platforms when there are none."""
    return {}


@dataclass
class _Open:
    """A claim that the child works on."""

    claim: Claim
    began: int = 0
    """The target that it is at; 0: none."""
    waiting: list[Fetched] = field(default_factory=list)
    """Results that are not written yet."""
    has_refused: bool = False
    is_done: bool = False


class Crawl:
    """One job's crawl."""

    def __init__(
        self,
        database: Database,
        start: Start,
        *,
        runner: Sequence[str] = RUNNER,
        only: Collection[int] | None = None,
        workspace_id: int | None = None,
        hosts_at_once: int = HOSTS_AT_ONCE,
        open_keys: OpenKeys = no_keys,
    ) -> None:
        """Make one; `run` does the work.

        Args:
            only: ids of targets that are meant; None: all that are due.
            workspace_id: whose targets; None: everybody's.
            runner: arguments of Python that start the child.
        """
        self.database = database
        self.start = start
        self.runner = runner
        self.only = only
        self.workspace_id = workspace_id
        self.hosts_at_once = hosts_at_once
        self.open_keys = open_keys
        self.figures = {"targets": 0, "ok": 0, "failed": 0, "hosts": 0}
        self._open: dict[int, _Open] = {}
        self._child: Child | None = None
        self._hosts_before_rest = 0
        self._written_at = 0.0
        self._offered_at = 0.0

    def run(self) -> dict[str, int]:
        """Crawl until nothing is due, or the time is over."""
        with self.database.write() as session:
            close_lost_runs(session, datetime.now(UTC))
        try:
            self._work(time.monotonic())
        except ChildDiedError as error:
            log.warning("the crawling process is gone: %s", error)
            self._blame(str(error))
        finally:
            self._end()
        return self.figures

    def _work(self, began: float) -> None:
        """Take hosts while there is time, and listen until all that were taken are done."""
        renewed = began
        while (now := time.monotonic()) - began < LONGEST_SECONDS:
            if now - began < FEEDING_SECONDS and (
                not self._open or now - self._offered_at >= CLAIMED_SECONDS
            ):
                self._offered_at = now
                self._take_places()
            if not self._open:
                return
            self._listen()
            if now - renewed >= RENEWED_SECONDS:
                renewed = now
                with self.database.write() as session:
                    renew(session, [one.claim for one in self._open.values()], _utc())

    def _take_places(self) -> None:
        """Claim hosts for the places that are free, and give them to the child.

        When the last batch was just done, its host rests for a moment: it is waited for once, or
        every host with more targets than a batch would wait for the next tick.
        """
        self._claim_hosts()
        if not self._open and self.figures["hosts"] > self._hosts_before_rest:
            self._hosts_before_rest = self.figures["hosts"]
            time.sleep(min(self.start.delay_s, LONGEST_REST_SECONDS) + 0.01)
            self._claim_hosts()

    def _claim_hosts(self) -> None:
        most = self.hosts_at_once - len(self._open)
        if most <= 0:
            return
        with self.database.write() as session:
            claims = claim_hosts(
                session,
                _utc(),
                most,
                only=self.only,
                workspace_id=self.workspace_id,
                without=[one.claim.host for one in self._open.values()],
            )
            batches = [batch_of(session, claim, self.open_keys) for claim in claims]
        self._open |= {claim.run_id: _Open(claim) for claim in claims}
        self.figures["hosts"] += len(claims)
        for batch in batches:
            self._send(batch)

    def _send(self, batch: Batch) -> None:
        if self._child is None:
            self._child = Child(self.start, self.runner)
        self._child.send(batch)

    def _listen(self) -> None:
        """Take what the child says, and write it: some results at a time, in short transactions."""
        assert self._child is not None
        for answer in self._child.read(0.1):
            self._hear(answer)
        now = time.monotonic()
        if now - self._written_at >= WRITTEN_SECONDS:
            self._written_at = now
            self._write()

    def _hear(self, answer: Answer) -> None:
        run = self._open.get(getattr(answer, "run_id", 0))
        if run is None:
            return
        if isinstance(answer, Began):
            run.began = answer.target_id
        elif isinstance(answer, Fetched):
            run.began = 0
            run.waiting.append(answer)
            run.has_refused |= answer.status in REFUSALS
        elif isinstance(answer, Asked):
            with self.database.write() as session:
                write_robots(session, run.claim, answer.robots, _utc())
        elif isinstance(answer, Done):
            run.is_done = True

    def _write(self) -> None:
        """Write waiting results, and close the runs that are done."""
        runs = [one for one in self._open.values() if one.waiting or one.is_done]
        if not runs:
            return
        lost = self._store(runs)
        done = [one for one in runs if one.is_done and one.claim.run_id not in lost]
        if done:
            with self.database.write() as session:
                for one in done:
                    outcome = "backed_off" if one.has_refused else "done"
                    finish(session, one.claim, outcome, _utc(), pause=self._pause())
        for one in runs:
            is_lost = one.claim.run_id in lost
            if not is_lost:
                self._count(one.waiting)
            one.waiting = []
            if one.is_done or is_lost:
                del self._open[one.claim.run_id]
                self._offered_at = 0.0

    def _store(self, runs: list[_Open]) -> set[int]:
        """Store what waits; gives the runs whose host is no longer ours.

        What no database takes would be fetched and refused for ever: then each result is stored
        by itself, and the one that cannot be is told as what it is.
        """
        deliveries = [(one.claim, one.waiting) for one in runs if one.waiting]
        if not deliveries:
            return set()
        try:
            with self.database.write() as session:
                return write_deliveries(session, deliveries, _utc())
        except UNSTORABLE as error:
            log.warning("results are stored one by one: %s", type(error).__name__)
        lost: set[int] = set()
        for claim, results in deliveries:
            for result in results:
                lost |= self._store_one(claim, result)
        return lost

    def _store_one(self, claim: Claim, result: Fetched) -> set[int]:
        try:
            with self.database.write() as session:
                return write_deliveries(session, [(claim, [result])], _utc())
        except UNSTORABLE as error:
            bare = Fetched(
                run_id=result.run_id,
                target_id=result.target_id,
                at=result.at,
                status=FetchStatus.BAD_CONTENT,
                http_status=result.http_status,
                detail=f"it cannot be stored: {type(error).__name__}",
            )
        with self.database.write() as session:
            return write_deliveries(session, [(claim, [bare])], _utc())

    def _pause(self) -> timedelta:
        """The host's delay goes on after the batch; the next child knows nothing of this one."""
        return timedelta(seconds=self.start.delay_s)

    def _count(self, results: list[Fetched]) -> None:
        n_ok = sum(result.status in GOOD for result in results)
        self.figures["targets"] += len(results)
        self.figures["ok"] += n_ok
        self.figures["failed"] += len(results) - n_ok

    def _blame(self, why: str) -> None:
        """The child died: what it was at may be the cause, and waits longer than the rest."""
        for one in self._open.values():
            if one.began:
                one.waiting.append(
                    Fetched(
                        run_id=one.claim.run_id,
                        target_id=one.began,
                        at=_utc(),
                        status=FetchStatus.INTERRUPTED,
                        detail=f"the crawling process died: {why}"[:300],
                    )
                )
        self._write()

    def _end(self) -> None:
        """Give back what is not done, and see that no child stays."""
        if self._child is not None:
            if self._open:
                self._child.kill()
            else:
                self._child.close()
        left = [one.claim for one in self._open.values()]
        self._open = {}
        if left:
            with self.database.write() as session:
                for claim in left:
                    finish(session, claim, "failed", _utc(), pause=self._pause(),
                           error="it was stopped before its end")  # fmt: skip


def _utc() -> datetime:
    return datetime.now(UTC)
