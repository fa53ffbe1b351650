"""Files of public numbers: of accounts and of their posts, at the instants that they are of.

For networks that show them only to their own users (小红书, 抖音, 微博, 快手, 知乎, 公众号). Counts
are as people and tools write them ("1.2万", "10万+", "12.5K"). A cell that is blank is not known;
one that cannot be read refuses its row.
"""

from __future__ import annotations

from tracker.domain.metric_records import MetricRecord
from tracker.domain.numbers import NumberReading, read_count
from tracker.domain.records import Reason
from tracker.imports import numbers
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns, row_by_row
from tracker.imports.row import Row
from tracker.imports.units import Unit

_ACCOUNT = {
    "followers": "followers",
    "following": "following",
    "posts": "posts",
    "likes_total": "likes",
}
_POST = ("views", "likes", "comments", "shares", "saves")


def _read_metric(row: Row, options: Options) -> Unit:
    account, post_url = row.text("account"), row.text("post_url")
    if not account and not post_url:
        raise RowError(Reason.VALUE_MISSING, "account")
    if post_url and not post_url.lower().startswith(("https://", "http://")):
        raise RowError(Reason.UNKNOWN_VALUE, "post_url", post_url)
    taken_at = row.needed_instant("captured_at")
    of_account = {
        ours: count for column, ours in _ACCOUNT.items() if (count := _count(row, column))
    }
    of_post = {column: count for column in _POST if (count := _count(row, column))}
    if of_post and not post_url:
        raise RowError(Reason.VALUE_MISSING, "post_url")
    if not of_account and not of_post:
        raise RowError(Reason.VALUE_MISSING, "views" if post_url else "followers")
    platform = row.text("platform")
    record = MetricRecord(
        taken_at=taken_at,
        platform=platform,
        account=account[:500],
        influencer=row.ident("influencer"),
        account_counts=of_account,
        post_url=post_url[:2_048],
        post_title=row.text("post_title")[:300],
        published_at=row.instant("published_at"),
        post_counts=of_post,
    )
    key = "\x1f".join((platform, account, post_url, taken_at.isoformat())).casefold()
    content = "\x1e".join(row.cells)
    return Unit((row.line,), (record,), key=key, content=content, day=taken_at.date())


def _count(row: Row, column: str) -> NumberReading | None:
    """A count with its precision; None: the cell is blank."""
    cell = row.raw(column)
    if numbers.is_absent(cell):
        return None
    reading = read_count(cell.strip())
    if reading.value is None:
        raise RowError(Reason.NOT_A_NUMBER, column, cell.strip())
    return reading


READERS = (
    Reader(
        name="metrics",
        feeds=("metrics",),
        scope="workspace",
        columns=columns(
            "platform account influencer captured_at followers following posts likes_total "
            "post_url post_title published_at views likes comments shares saves"
        ),
        needed=(("account", "post_url"), ("captured_at",)),
        instants=("captured_at", "published_at"),
        units=row_by_row(_read_metric),
    ),
)
