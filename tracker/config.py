"""Settings of an installation: `TRACKER_*` variables. The only reader of the environment."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import quote

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]
"""Where the program lies; its own state does too, unless it is told otherwise."""

MIN_SECRET_LENGTH = 32
"""Characters; a shorter secret key is refused at start."""

MAX_SOCKET_BYTES = 100
"""Longest path of a Unix socket that every system takes (108 bytes on Linux, 104 on macOS)."""


ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Linear algebra on one thread: our matrices are small, and more threads only wait for each other
(measured on two busy cores: 4 to 30 times slower)."""


CRAWL_TOKEN = "CampaignTrackerBot"
"""The product's name in User-Agent and for robots.txt."""


class SettingsError(Exception):
    """A setting is missing or unusable; the message names the variable and the way out."""


class Settings(BaseSettings):
    """Everything an installation can be told. Each field is the variable `TRACKER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", extra="ignore", frozen=True)

    home: Path = CHECKOUT / "var"
    """Folder of all state of an embedded installation: database, journal, queue, uploads, logs."""

    database_url: str = ""
    """SQLAlchemy address of the database; empty: a SQLite file in the home folder."""

    redis_url: str = ""
    """Address of a Valkey or Redis server; empty: the embedded server on a socket of the home."""

    host: str = "127.0.0.1"
    """Address that the web server listens on."""

    port: int = Field(default=8620, ge=1, le=65535)
    """Port that the web server listens on."""

    public_url: str = ""
    """Address under which browsers reach the site and tracked links, for example
    `https://t.example.com`; empty: `http://<host>:<port>`. Cookies are Secure when it is https."""

    secret_key: str = ""
    """Key that signs cookies and forms; empty: made once and kept in the home folder."""

    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """Number of reverse proxies in front whose X-Forwarded-* headers are believed."""

    web_processes: int = Field(default=1, ge=1, le=32)
    """Processes of the web server; each has a journal segment of its own."""

    web_threads: int = Field(default=32, ge=1, le=256)
    """Threads of each web process."""

    journal_window_ms: float = Field(default=5.0, ge=0, le=100)
    """Milliseconds that collected events wait to share one fsync."""

    upload_max_bytes: int = Field(default=200 * 1024 * 1024, ge=1024)
    """Largest file that may be uploaded, in bytes."""

    crawl_contact: str = ""
    """Mail address or page that spiders name in their User-Agent, so that the owner of a site can
    reach us; empty: the public address, when there is one."""

    crawl_delay_s: float = Field(default=2.0, ge=0.5, le=60)
    """Least seconds between two requests of a spider to one host."""

    log_level: str = "INFO"
    """Least level that is logged: DEBUG, INFO, WARNING or ERROR."""

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < MIN_SECRET_LENGTH:
            raise ValueError(f"needs at least {MIN_SECRET_LENGTH} characters")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("is one of DEBUG, INFO, WARNING, ERROR")
        return level

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, value: str) -> str:
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                return "postgresql+psycopg://" + value.removeprefix(short)
        return value

    @classmethod
    def from_env(cls) -> Self:
        """The settings of this process.

        Raises:
            SettingsError: a variable has a value that cannot be used.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = "TRACKER_" + str(first["loc"][0] if first["loc"] else "").upper()
            raise SettingsError(f"{name}: {first['msg']}") from error

    @cached_property
    def home_dir(self) -> Path:
        """The home folder as an absolute path; made (only the owner may read it) when absent."""
        home = self.home.expanduser().resolve()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database in use."""
        return self.database_url or f"sqlite:///{self.home_dir / 'tracker.db'}"

    @property
    def redis(self) -> str:
        """Address of the Valkey server in use."""
        return self.redis_url or "unix://" + quote(str(self.valkey_socket))

    @property
    def valkey_socket(self) -> Path:
        """Socket of the embedded Valkey server, in a folder that only its owner may enter.

        Raises:
            SettingsError: the path of the home is too long for a socket, and the short folder that
                stands in for it belongs to somebody else.
        """
        socket = self.run_dir / "valkey.sock"
        if len(os.fsencode(socket)) <= MAX_SOCKET_BYTES:
            return socket
        digest = hashlib.sha256(os.fsencode(self.home_dir)).hexdigest()[:10]
        folder = Path("/tmp") / f"tracker-{os.getuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise SettingsError(
                f"{folder} is not ours alone; remove it, or give a shorter TRACKER_HOME"
            )
        return folder / "valkey.sock"

    @property
    def journal_dir(self) -> Path:
        """Folder of the journal's segments."""
        return self._folder("journal")

    @property
    def deliveries_dir(self) -> Path:
        """Folder of the journal of webhooks."""
        return self._folder("deliveries")

    @property
    def uploads_dir(self) -> Path:
        """Folder of uploaded files, named by the server."""
        return self._folder("uploads")

    @property
    def reports_dir(self) -> Path:
        """Folder of reports and exports that were made by themselves."""
        return self._folder("reports")

    @property
    def logs_dir(self) -> Path:
        """Folder of the logs of the processes under one parent."""
        return self._folder("logs")

    @property
    def run_dir(self) -> Path:
        """Folder of process ids and locks."""
        return self._folder("run")

    @property
    def site_url(self) -> str:
        """Address under which browsers reach this installation, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def signing_key(self) -> str:
        """The key that signs cookies and forms."""
        return self.secret_key or self._kept_secret("secret_key")

    @cached_property
    def customer_key_secret(self) -> bytes:
        """The key under which buyers are hashed (SEMANTICS 2.4). It never changes: a new one would
        make every returning customer look new."""
        return self._kept_secret("customer_key_secret").encode()

    @property
    def crawl_agent(self) -> str:
        """What spiders call themselves: a name, a version, and whom to write to; no browser's."""
        contact = self.crawl_contact or self.public_url
        whom = "".join(c for c in contact if c.isprintable() and c.isascii() and c not in "();")
        return f"{CRAWL_TOKEN}/1.0 (+{whom})" if whom else f"{CRAWL_TOKEN}/1.0"

    def environment(self) -> dict[str, str]:
        """The environment of a child process that shall have these same settings; its arithmetic
        runs on one thread unless the variables say otherwise."""
        own = {f"TRACKER_{name.upper()}": str(value) for name, value in self.model_dump().items()}
        return {**ONE_THREAD, **os.environ, **own, "TRACKER_HOME": str(self.home_dir)}

    def _folder(self, name: str) -> Path:
        folder = self.home_dir / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _kept_secret(self, name: str) -> str:
        """A secret made at first use and kept in the home folder, readable by the owner only."""
        path = self.home_dir / name
        if not path.exists():
            draft = path.with_name(f".{name}.{secrets.token_hex(8)}")
            with open(draft, "w", opener=_private) as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):  # another process was first: its secret
                os.link(draft, path)
            draft.unlink()
        secret = path.read_text().strip()
        if len(secret) < MIN_SECRET_LENGTH:
            raise SettingsError(f"{path} is too short; delete it to have a new one made")
        return secret


def crawler_environment() -> dict[str, str]:
    """The environment of a crawling process: no setting, no secret, no proxy, no address."""
    return {
        **ONE_THREAD,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def helper_environment() -> dict[str, str]:
    """The environment of a helper process that computes on small arrays."""
    return {**os.environ, **ONE_THREAD}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
