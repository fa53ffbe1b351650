"""A stand-in for the engine: answers of saved files by address, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from spiders.sources import SOURCES
from spiders.sources.base import Page, PageRequest, Reading, Target
from tests.spiders.pages.saved_files import load
from tracker.observed import FetchStatus

Answers = Mapping[str, str | bytes | tuple[int, str | bytes]]
"""Part of an address -> file of the saved ones, or bytes; with a status in front: not 200."""

SECRETS = {
    "key": "KEY-SECRET-1", "token": "TOKEN-SECRET-2", "account_id": "17841400000000000",
    "client_id": "CLIENTID-SECRET-3", "client_secret": "CLIENT-SECRET-4",
}  # fmt: skip


def target(
    source: str, url: str, kind: Literal["account", "post", "listing"] = "account", **more: object
) -> Target:
    """A target with every key there could be."""
    return Target(id=1, kind=kind, source=source, url=url, secrets=SECRETS, **more)  # type: ignore[arg-type]


class Walk:
    """What came of one target."""

    def __init__(self, one: Target, answers: Answers) -> None:
        self.requests: list[PageRequest] = []
        self.readings: list[Reading] = []
        source = SOURCES[one.source]
        waiting = list(source.requests(one))
        while waiting:
            request = waiting.pop(0)
            self.requests.append(request)
            assert len(self.requests) <= 20
            reading = source.read(one, _page(request, answers))
            self.readings.append(reading)
            if reading.status not in (FetchStatus.OK, FetchStatus.AMBIGUOUS):
                break
            waiting += reading.requests

    @property
    def status(self) -> str:
        return self.readings[-1].status.value if self.readings else "nothing was asked"

    @property
    def ref(self) -> str:
        return next((one.ref for one in self.readings if one.ref), "")

    @property
    def items(self) -> list[object]:
        return [item for reading in self.readings for item in reading.items]

    def counts(self, kind: str = "account") -> list[dict[str, int]]:
        """Plain numbers of the items of a kind."""
        return [
            {name: count.value for name, count in item.counts.items()}
            for item in self.items
            if item.kind == kind
        ]


def _page(request: PageRequest, answers: Answers) -> Page:
    part = next((part for part in answers if part in request.url), None)
    if part is None:
        raise AssertionError(f"nobody expected {request.url}")
    answer = answers[part]
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    assert status == 200 or status in request.accepts, f"{status} is the engine's business"
    if isinstance(body, str):
        body = load(body)
    return Page(request.url, status, {}, body, request)
