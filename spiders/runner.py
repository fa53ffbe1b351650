"""The crawling process: `python -m spiders.runner`, started by jobs.crawling and by nobody else.

It reads its orders from standard input and writes what came of them to standard output, one JSON
document a line (`tracker.crawl_messages`). It has limits of its own, an environment without
secrets, and no way to a database.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import scrapy
from pydantic import BaseModel
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from spiders.settings import scrapy_settings
from spiders.walk import Walker
from tracker.crawl_messages import Alive, Batch, Start

ALIVE_SECONDS: Final = 5.0
"""How often a sign of life is sent."""

_END: Final = b""


class WalkSpider(scrapy.Spider):
    """Scrapy's spider around the walker: orders in, answers out, until the orders end."""

    name = "walk"

    def __init__(self, orders: Orders, answers: Answers, start: Start, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.orders = orders
        self.answers = answers
        self.how = start

    async def start(self) -> AsyncIterator[Any]:
        """Walk. The walker downloads by itself, so that no request comes from here."""
        await self._walk()
        none: tuple[Any, ...] = ()
        for nothing in none:
            yield nothing

    async def _walk(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        walker = Walker(self.how, engine.downloader, engine, self.answers.send)
        heart = asyncio.create_task(self._beat())
        walks: set[asyncio.Task[None]] = set()
        try:
            async for line in self.orders:
                walks.add(asyncio.create_task(walker.walk(Batch.model_validate_json(line))))
                walks = {walk for walk in walks if not _is_over(walk)}
            await asyncio.gather(*walks)
        except BaseException as error:  # noqa: BLE001 -- it ends the process, with a code
            self.answers.die(error)
        finally:
            heart.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_SECONDS)
            self.answers.send(Alive())


def _is_over(walk: asyncio.Task[None]) -> bool:
    """Whether a walk has ended; raises what it raised."""
    if not walk.done():
        return False
    walk.result()
    return True


class Orders:
    """Lines of standard input, read by a thread, as the reactor wants them."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[bytes] = asyncio.Queue()

        def read() -> None:
            for line in self._stream:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, _END)

        threading.Thread(target=read, daemon=True).start()
        while (line := await lines.get()) != _END:
            yield line


class Answers:
    """Lines to standard output. Whatever else prints there, prints to standard error instead."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def send(self, message: BaseModel) -> None:
        """Send one message; ends the process when nobody listens any more."""
        try:
            self._out.write(message.model_dump_json().encode() + b"\n")
            self._out.flush()
        except BrokenPipeError:
            os._exit(3)

    def die(self, error: BaseException) -> None:
        """End at once, saying why: the job sees the code and gives back what is not done."""
        print(f"the crawl ends: {error!r}"[:2_000], file=sys.stderr, flush=True)  # noqa: T201
        os._exit(1)


def limit_resources(start: Start) -> None:
    """Bound what a hostile page can make of this process. No core dumps: they would hold keys."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 512)
    if sys.platform != "darwin":  # macOS knows no such limit
        _limit(resource.RLIMIT_AS, start.max_memory)


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def run(overrides: Mapping[str, Any] | None = None) -> int:
    """Crawl until the orders end.

    Args:
        overrides: settings of Scrapy put over ours. Only tests give any, from a program of their
            own: nothing that this process reads can.
    """
    answers = Answers()
    start = Start.model_validate_json(sys.stdin.buffer.readline())
    limit_resources(start)
    process = AsyncCrawlerProcess({**scrapy_settings(start), **(overrides or {})})
    crawler: Crawler = process.create_crawler(WalkSpider)
    process.crawl(crawler, orders=Orders(sys.stdin.buffer), answers=answers, start=start)
    process.start()
    return 0


if __name__ == "__main__":
    sys.exit(run())
