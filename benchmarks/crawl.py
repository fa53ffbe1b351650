"""A crawl of 50 hosts on this machine, beside a plain Scrapy spider that asks for the same pages.

    tracker bench crawl --json [--pages 5000] [--hosts 50] [--rounds 3] [--memory 10000]

Pages a second are counted by the site itself, from the first page asked for to the last: starting
the processes is not in them. Ours claims hosts, asks for robots.txt, judges, reads every page and
stores each result in SQLite; the plain spider stores nothing. It runs twice: without and with
reading the pages (the same reader). The three take turns. CPU time a page (starting included) is
given beside, `ours_job` for the process that claims and stores: on a busy machine it says more.

Then a crawl of `memory` targets, with the memory of its two processes along the way. No delay on
any side.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select

from benchmarks import support
from benchmarks.crawl_site import address
from jobs.crawling import Crawl
from tracker.crawl_messages import Start
from tracker.db import Database, connect, insert_new
from tracker.migrations import upgrade
from tracker.models import CrawlFetch, CrawlTarget, Listing, ListingSnapshot, Workspace
from tracker.services.bulk import table_of
from tracker.services.crawl_schedule import set_schedule

ROOT = Path(__file__).resolve().parents[1]
START = Start(user_agent="Measure/1.0", robots_token="Measure", delay_s=0)


def main(
    pages: int = 5_000, hosts: int = 50, rounds: int = 3, memory: int = 10_000
) -> dict[str, Any]:
    """Measure; see above."""
    result: dict[str, Any] = support.surroundings(("scrapy", "twisted", "sqlalchemy", "lxml"))
    with _site(hosts) as port, tempfile.TemporaryDirectory() as folder:
        rates: dict[str, list[float]] = {"ours": [], "bare": [], "bare_reading": []}
        cpu: dict[str, list[float]] = {"ours": [], "ours_job": [], "bare": [], "bare_reading": []}
        for number in range(rounds):
            database = _filled(Path(folder) / f"{number}.db", port, hosts, pages)
            began, job = _children_cpu(), time.process_time()
            rates["ours"].append(_ours(database, port, hosts, pages))
            cpu["ours"].append(_children_cpu() - began)
            cpu["ours_job"].append(time.process_time() - job)
            database.dispose()
            for name, reads in (("bare", False), ("bare_reading", True)):
                began = _children_cpu()
                rates[name].append(_bare(port, hosts, pages, reads=reads))
                cpu[name].append(_children_cpu() - began)
        result |= {"pages": pages, "hosts": hosts, "pages_per_second": rates}
        ours, bare, reading = (statistics.median(rates[name]) for name in rates)
        result["ours_to_bare"] = round(ours / bare, 3)
        result["ours_to_bare_reading"] = round(ours / reading, 3)
        result["cpu_ms_per_page"] = {
            name: [round(1_000 * seconds / pages, 3) for seconds in values]
            for name, values in cpu.items()
        }
        if memory:
            database = _filled(Path(folder) / "memory.db", port, hosts, memory)
            result["memory"] = _memory(database, port, hosts, memory)
            database.dispose()
    return result


@contextmanager
def _site(hosts: int) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crawl_site", str(hosts)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _figures(port: int) -> dict[str, Any]:
    """What the site was asked since the last time."""
    with urllib.request.urlopen(f"http://{address(0)}:{port}/figures", timeout=10) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def _filled(path: Path, port: int, hosts: int, targets: int) -> Database:
    """A database with one workspace and so many listings that are due."""
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as session:
        workspace = Workspace(
            slug="w", name="w", base_currency="EUR", time_zone="UTC", created_at=now
        )
        session.add(workspace)
        session.flush()
        set_schedule(session, workspace, is_on=True)
        urls = [f"http://h{n % hosts}.example:{port}/{n}" for n in range(targets)]
        listings = [
            {"workspace_id": workspace.id, "url": url, "created_at": now, "removed_at": None}
            for url in urls
        ]
        insert_new(session, table_of(Listing), listings)
        ids = dict(session.execute(select(Listing.url, Listing.id)).tuples().all())
        rows = [
            {"workspace_id": workspace.id, "kind": "listing", "source": "page", "url": url,
             "host": f"h{n % hosts}.example", "listing_id": ids[url], "created_at": now,
             "next_at": now - timedelta(hours=1), "validators": {}}
            for n, url in enumerate(urls)
        ]  # fmt: skip
        insert_new(session, table_of(CrawlTarget), rows)
    return database


def _ours(database: Database, port: int, hosts: int, pages: int) -> float:
    """Pages a second of our crawl. All must have come, each once."""
    _figures(port)
    _crawl(database, port, hosts).run()
    told = _figures(port)
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(model))
            for model in (CrawlFetch, ListingSnapshot)
        ]
    if (told["pages"], *counts) != (pages, pages, pages):
        raise AssertionError(f"asked for {told['pages']} of {pages} pages, stored {counts}")
    return round(pages / told["seconds"], 1)


def _children_cpu() -> float:
    """CPU seconds of children that have ended: the crawling processes, not the site."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _crawl(database: Database, port: int, hosts: int) -> Crawl:
    runner = ["-m", "benchmarks.crawl_spiders", "ours", str(port)]
    return Crawl(database, START, runner=runner, hosts_at_once=hosts)


def _bare(port: int, hosts: int, pages: int, *, reads: bool) -> float:
    _figures(port)
    subprocess.run(
        [sys.executable, "-m", "benchmarks.crawl_spiders", "bare", str(port), str(hosts),
         str(pages), str(int(reads))],
        cwd=ROOT, check=True,
    )  # fmt: skip
    told = _figures(port)
    if told["pages"] != pages:
        raise AssertionError(f"the plain spider asked for {told['pages']} of {pages} pages")
    return round(pages / told["seconds"], 1)


def _memory(database: Database, port: int, hosts: int, targets: int) -> dict[str, Any]:
    """Memory of the child and of the job (MiB) at each fifth of the targets."""
    samples: list[dict[str, float]] = []
    is_over = threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not is_over.wait(0.2):
            with database.read() as session:
                done = session.scalar(select(func.count()).select_from(CrawlFetch)) or 0
            if done < (len(samples) + 1) * targets / 5:
                continue
            children = [one for one in own.children() if "crawl_spiders" in " ".join(one.cmdline())]
            samples.append({"targets": done, "child_mib": _mib(children), "job_mib": _mib([own])})

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    figures = _crawl(database, port, hosts).run()
    is_over.set()
    watcher.join()
    return {"figures": figures, "seconds": round(time.perf_counter() - began, 1),
            "samples": samples}  # fmt: skip


def _mib(processes: list[psutil.Process]) -> float:
    return round(sum(one.memory_info().rss for one in processes) / 2**20, 1)
