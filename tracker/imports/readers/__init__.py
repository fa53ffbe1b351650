"""Rows to records: one module a kind of file. `READERS` is what a preset's `reader` names."""

from __future__ import annotations

from tracker.imports.readers import (
    affiliates,
    analytics,
    costs,
    figures,
    hits,
    metrics,
    orders,
    people,
    spend,
    touches,
    unstored,
)
from tracker.imports.readers.base import Reader

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        *orders.READERS,
        *affiliates.READERS,
        *touches.READERS,
        *hits.READERS,
        *spend.READERS,
        *figures.READERS,
        *analytics.READERS,
        *costs.READERS,
        *people.READERS,
        *metrics.READERS,
        *unstored.READERS,
    )
}
