"""A crawl job as a process of its own, to be killed: `python -m tests.support.crawl_worker PORT`.

It crawls until nothing is left to do, as the clock's jobs would one after the other.
"""

import sys
import time

from sqlalchemy import func, select

from jobs.crawling import Crawl
from tests.support.crawls import QUICK
from tracker.config import Settings
from tracker.db import connect
from tracker.models import CrawlTarget


def main(port: int, hosts_at_once: int) -> None:
    database = connect(Settings.from_env().database)
    runner = ["-m", "tests.support.crawl_child", str(port)]
    while True:
        Crawl(database, QUICK, runner=runner, hosts_at_once=hosts_at_once).run()
        with database.read() as session:
            never = select(func.count()).where(CrawlTarget.last_at.is_(None))
            if not session.scalar(never):
                return
        time.sleep(0.05)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
