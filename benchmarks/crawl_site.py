"""The site of the crawl's measure: `python -m benchmarks.crawl_site HOSTS`, a process of its own.

Every host is another address of loopback (127.0.0.2, 127.0.0.3 …) at one port, which it prints.
Every page is a product of some 20 kB, as shops send them. `/figures` tells and forgets what was
asked.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

FILLER = "<p class='text'>Hand-made in small numbers, safe for the dishwasher.</p>\n" * 260


def address(host: int) -> str:
    """The address of the n-th host."""
    return f"127.0.0.{host + 2}"


def page(path: str) -> bytes:
    """A product's page."""
    offer = {"@type": "Offer", "price": "9.90", "priceCurrency": "EUR", "availability": "InStock"}
    data = json.dumps({"@type": "Product", "name": f"Mug {path}", "offers": offer})
    return (
        f"<html><head><title>Mug</title><script type='application/ld+json'>{data}</script>"
        f"</head><body><h1>Mug</h1>{FILLER}</body></html>"
    ).encode()


class Counted:
    """How many pages were asked for, the first and the last moment."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.pages, self.first, self.last = 0, 0.0, 0.0

    def note(self) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.pages += 1

    def told(self) -> bytes:
        told = json.dumps({"pages": self.pages, "seconds": self.last - self.first}).encode()
        self.forget()
        return told


counted = Counted()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept alive."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            if path == "/figures":
                body, status = counted.told(), b"200 OK"
            elif path == "/robots.txt":
                body, status = b"", b"404 Not Found"
            else:
                counted.note()
                body, status = page(path), b"200 OK"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: text/html; charset=utf-8\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (status, len(body), body)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(hosts: int) -> None:
    """Serve until killed."""
    first = await asyncio.start_server(serve, address(0), 0)
    port = first.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(serve, address(host), port) for host in range(1, hosts)]
    print(port, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in (first, *others)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
