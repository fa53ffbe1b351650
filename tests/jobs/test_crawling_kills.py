"""kill -9 at random moments, and twins: nothing is missing, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import func, select

from tests import factories
from tests.support.crawls import crawl, watch_listing, watched_workspace
from tests.support.processes import wait_until
from tests.support.site import Answer, Site, product
from tracker.models import CrawlDomain, CrawlFetch, CrawlRun, CrawlTarget, ListingSnapshot

HOSTS = 6
PAGES = 15


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture
def targets(database, site):
    """So many listings, each of another price, so that a mix-up shows."""

    def page(handler):
        time.sleep(0.01)
        number = int(handler.path.rpartition("/")[2])
        return Answer(product(f"Mug {number}", f"{number}.00").encode())

    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        for number in range(1, HOSTS * PAGES + 1):
            site.add(f"/{number}", page)
            watch_listing(session, workspace, site.url(f"s{number % HOSTS}.example", f"/{number}"))
    return HOSTS * PAGES


def let_leases_run_out(database):
    """What three minutes do."""
    with database.write() as session:
        for domain in session.scalars(select(CrawlDomain)):
            domain.next_allowed_at = None
            if domain.leased_until is not None:
                domain.leased_until -= timedelta(minutes=10)


def check_whole(database, n_targets):
    with database.read() as session:
        prices = session.execute(
            select(CrawlTarget.url, ListingSnapshot.price_minor)
            .join(ListingSnapshot, ListingSnapshot.listing_id == CrawlTarget.listing_id)
            .order_by(CrawlTarget.id)
        ).all()
        fetches = session.scalar(select(func.count()).select_from(CrawlFetch))
        n_ok = session.scalar(select(func.sum(CrawlRun.n_ok)))
        running = session.scalar(select(func.count()).where(CrawlRun.outcome == "running"))
    assert len(prices) == n_targets
    assert all(int(url.rpartition("/")[2]) * 100 == price for url, price in prices)
    assert (fetches, n_ok, running) == (n_targets, n_targets, 0)


def kill(worker, whom):
    """Kill the job, its child, or both, as suddenly as can be; what is left then ends by itself."""
    with suppress(psutil.NoSuchProcess):
        children = [child.pid for child in psutil.Process(worker.pid).children(recursive=True)]
        for pid in [
            *(children if whom != "job" else []),
            *([worker.pid] if whom != "child" else []),
        ]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_crawl_killed_again_and_again_misses_nothing_and_doubles_nothing(
    settings, database, targets, site, processes
):
    dice = random.Random(os.environ.get("CRAWL_SEED", "7"))
    for _ in range(int(os.environ.get("CRAWL_KILLS", "3"))):
        undo_punishments(database)
        worker = processes.start("-m", "tests.support.crawl_worker", str(site.port), "3")
        kill_at = len(site.asked) + dice.randint(1, 20)
        wait_until(lambda n=kill_at, w=worker: len(site.asked) >= n or w.poll() is not None)
        time.sleep(dice.uniform(0, 0.03))
        kill(worker, dice.choice(["job", "child", "both"]))
        time.sleep(dice.uniform(0, 0.3))  # a job whose child is gone writes what it heard
        kill(worker, "job")
        worker.wait(10)
    undo_punishments(database)
    while crawl(database, site)["targets"]:
        undo_punishments(database)
    forget_interrupted(database)
    check_whole(database, targets)


def undo_punishments(database):
    """What a child died over waits a quarter of an hour; the test does not."""
    let_leases_run_out(database)
    with database.write() as session:
        for target in session.scalars(
            select(CrawlTarget).where(CrawlTarget.last_status == "interrupted")
        ):
            target.next_at = target.last_at


def forget_interrupted(database):
    """Fetches that a dead child was at are told as such, and are no result."""
    with database.write() as session:
        for fetch in session.scalars(select(CrawlFetch).where(CrawlFetch.status == "interrupted")):
            session.delete(fetch)


def test_two_crawls_at_once_share_the_hosts_and_ask_for_no_page_twice(
    settings, database, targets, site, processes
):
    workers = [
        processes.start("-m", "tests.support.crawl_worker", str(site.port), "2") for _ in range(2)
    ]
    for worker in workers:
        worker.wait(60)
    check_whole(database, targets)
    paths = site.paths()
    assert sorted(paths) == sorted(set(paths))
    with database.read() as session:
        assert set(session.scalars(select(CrawlRun.outcome))) == {"done"}
