"""Load on a web server: wrk where it is on the path, else an asyncio client of our own."""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

SCRIPT = Path(__file__).with_name("collector.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What came back in one run."""

    acknowledged: int
    """Answers of 2xx or 3xx."""
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Acknowledged requests a second."""
        return self.acknowledged / self.seconds


def tool() -> str:
    """What makes the load here."""
    return "wrk" if shutil.which("wrk") else "asyncio client"


def put_load(port: int, path: str, connections: int, seconds: float) -> Load:
    """Keep so many connections busy for so long, in a process of its own.

    Args:
        path: "collect" or "go".
    """
    if shutil.which("wrk"):
        return _wrk(port, path, connections, seconds)
    arguments = [str(port), path, str(connections), str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Load(**json.loads(done.stdout))


def _wrk(port: int, path: str, connections: int, seconds: float) -> Load:
    length = f"-d{max(round(seconds), 1)}s"  # whole seconds are all it takes
    command = ["wrk", "-t2", f"-c{connections}", length, "--latency", "-s", str(SCRIPT),
               f"http://127.0.0.1:{port}", "--", path]  # fmt: skip
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    refused = _number(r"Non-2xx or 3xx responses: (\d+)", text)
    return Load(
        acknowledged=int(_number(r"(\d+) requests in", text) - refused),
        refused=int(refused),
        seconds=_milliseconds(r"requests in ([\d.]+\w+)", text) / 1000,
        p50_ms=_milliseconds(r"50% +([\d.]+\w+)", text),
        p99_ms=_milliseconds(r"99% +([\d.]+\w+)", text),
    )


def _number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    return float(match[1]) if match else 0.0


def _milliseconds(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"wrk said nothing of {pattern}: {text}")
    units = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", match[1]).groups()  # type: ignore[union-attr]
    return float(value) * units[unit]


# --- the client of our own ------------------------------------------------------------------------


def event(rng: random.Random, event_id: str) -> bytes:
    """The body of a page view."""
    body = {
        "site": "bench-site-key",
        "id": event_id,
        "kind": "page_view",
        "visitor": f"{rng.randrange(200_000):024d}",
        "url": f"https://shop.example/item/{rng.randrange(500)}?utm_source=xiaohongshu&kol=lina",
        "referrer": "https://www.xiaohongshu.com/explore/65f1",
    }
    return json.dumps(body).encode()


def request(rng: random.Random, path: str) -> bytes:
    """The bytes of one request."""
    common = (
        "Host: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)\r\n"
        f"X-Forwarded-For: 203.0.{rng.randrange(256)}.{rng.randrange(1, 255)}\r\n"
    )
    if path == "go":
        return f"GET /go/bench HTTP/1.1\r\n{common}\r\n".encode()
    body = event(rng, str(uuid4()))
    head = f"POST /collect HTTP/1.1\r\n{common}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _connection(
    port: int, path: str, until: float, times: list[float], statuses: dict[int, int]
) -> None:
    rng = random.Random()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request(rng, path))
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        if length:
            await reader.readexactly(int(length[1]))
        times.append(time.perf_counter() - began)
        status = int(head[9:12])
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()


async def _run(port: int, path: str, connections: int, seconds: float) -> Load:
    times: list[float] = []
    statuses: dict[int, int] = {}
    began = time.perf_counter()
    await asyncio.gather(
        *(_connection(port, path, began + seconds, times, statuses) for _ in range(connections))
    )
    took = time.perf_counter() - began
    times.sort()
    good = sum(count for status, count in statuses.items() if status < 400)
    return Load(
        acknowledged=good,
        refused=len(times) - good,
        seconds=took,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    result = asyncio.run(_run(int(given[0]), given[1], int(given[2]), float(given[3])))
    print(json.dumps(asdict(result)))
