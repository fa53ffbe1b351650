"""The lines between a crawl job and its crawling process, one JSON document each.

The job sends a `Start`, then one `Batch` a host as places become free; the process answers with
what came of it. The process knows no database: a batch carries all it needs, and no secret that the
batch does not need.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from tracker.observed import MAX_POSTS, FetchStatus, Item, Plain, Text, Url


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Start(_Message):
    """How to behave; the first line."""

    user_agent: str
    robots_token: str
    """The product's name, by which robots.txt knows us."""
    delay_s: float = Field(default=2.0, ge=0)
    """Least seconds between two requests to a host."""
    batch_s: float = Field(default=120.0, ge=0)
    """After so long no further target of a batch is begun: a slow host shall not keep its place
    while others wait."""
    timeout_s: float = Field(default=30.0, gt=0)
    max_bytes: int = 8 * 2**20
    """Of one answer, unpacked."""
    max_memory: int = 1536 * 2**20
    """Bytes of address space of the process."""


class Robots(_Message):
    """What is known of a host's robots.txt."""

    status: Literal["rules", "allow_all", "disallow_all"]
    http_status: int | None
    body: str = ""
    crawl_delay_ms: int = 0


class Target(_Message):
    """What to fetch and how it is read."""

    id: int
    kind: Literal["account", "post", "listing"]
    source: str
    url: Url
    ref: str = ""
    """The platform's lasting id, if an earlier reading gave it."""
    currency: str = ""
    """Currency that a person fixed; empty: as read."""
    listing_url: Url = ""
    """The listing's own address, which a page of results is searched for; empty: it is none's."""
    selectors: dict[str, str] = Field(default_factory=dict)
    """CSS selectors taught for the site, by field."""
    secrets: dict[str, str] = Field(default_factory=dict, repr=False)
    """The user's own keys for this source, by name."""
    validators: dict[str, tuple[str, str]] = Field(default_factory=dict)
    """URL -> (ETag, Last-Modified) of the last good fetch by the same reader version."""
    parser_version: int = 0
    """Version of the reader that gave `validators`."""


class Batch(_Message):
    """Targets of one host."""

    run_id: int
    host: str
    robots: Robots | None
    """None: it must be asked."""
    targets: list[Target]


class PostTarget(_Message):
    """How a post can be read again by itself."""

    ref: Plain
    url: Url
    host: Plain


class Fetched(_Message):
    """What came of one target."""

    kind: Literal["fetched"] = "fetched"
    run_id: int
    target_id: int
    at: AwareDatetime
    status: FetchStatus
    http_status: int | None = None
    url: Url = ""
    """The address that was reached last."""
    detail: Text = ""
    n_requests: int = 0
    n_bytes: int = 0
    took_ms: int = 0
    items: list[Item] = Field(default_factory=list, max_length=MAX_POSTS)
    is_complete: bool = False
    """Whether the reading is whole: what is not in it is not there."""
    covers_since: AwareDatetime | None = None
    """A complete reading has all posts from here on; None: it says nothing of posts."""
    ref: Plain = ""
    """The platform's lasting id of the target; empty: still unknown."""
    post_targets: list[PostTarget] = Field(default_factory=list, max_length=MAX_POSTS)
    validators: dict[Plain, tuple[Plain, Plain]] = Field(default_factory=dict, max_length=20)
    parser_version: int = 0
    retry_after_s: float | None = None
    """What the host asks for (Retry-After); None: nothing."""


class Asked(_Message):
    """The host's robots.txt was asked."""

    kind: Literal["asked"] = "asked"
    run_id: int
    robots: Robots


class Began(_Message):
    """A target is about to be fetched: if the process dies, it may be the cause."""

    kind: Literal["began"] = "began"
    run_id: int
    target_id: int


class Done(_Message):
    """No more of this batch will come."""

    kind: Literal["done"] = "done"
    run_id: int


class Alive(_Message):
    """The process is well; sent every few seconds."""

    kind: Literal["alive"] = "alive"


Answer = Annotated[Fetched | Asked | Began | Done | Alive, Field(discriminator="kind")]
ANSWER: TypeAdapter[Fetched | Asked | Began | Done | Alive] = TypeAdapter(Answer)
