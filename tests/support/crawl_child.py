"""The crawling process of tests: `python -m tests.support.crawl_child PORT`.

The real runner, with a guard that takes names under `.example` for public hosts at this machine's
loopback, at one port. That is a program of its own, and no setting: the real one has no such way.
"""

import sys

from twisted.internet.defer import succeed

from spiders.guard import GuardedResolver
from spiders.runner import run


class LocalResolver(GuardedResolver):
    """Knows the hosts of the test's site; everything else is judged as ever."""

    def getHostByName(self, name, timeout=()):
        if name.endswith(".example"):
            return succeed("127.0.0.1")
        return super().getHostByName(name, timeout)


def main(port: int) -> int:
    return run({
        "TWISTED_DNS_RESOLVER": "tests.support.crawl_child.LocalResolver",
        "GUARD_PORTS": [port],
    })  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
