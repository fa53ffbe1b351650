"""How processes log: one line an event, on standard error, which the parent writes to a file."""

from __future__ import annotations

import logging
import sys
import time

from tracker.config import Settings

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_logging(settings: Settings) -> None:
    """Log to standard error from the settings' level on, with UTC times."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(FORMAT, "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
