"""Why a whole file, or one row of it, cannot be read."""

from __future__ import annotations

from tracker.domain.records import Reason

MAX_DETAIL = 200
"""Characters of an offending value that are kept."""


class FileError(Exception):
    """A file that cannot be read at all; nothing of it was loaded.

    Args:
        code: one of CODES.
        detail: what it is about: a column, a line, a format.
    """

    CODES = (
        "empty_file", "not_a_table", "unpacked_too_large", "broken_archive", "unknown_encoding",
        "binary_file", "not_recognised", "unknown_preset", "columns_missing", "duplicate_column",
        "ambiguous_date", "mixed_date_formats", "date_without_year", "shop_needed",
        "nested_archive",
        "mapping_changed", "ambiguous_encoding", "currency_needed",
    )  # fmt: skip

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail[:MAX_DETAIL]


class RowError(Exception):
    """A row that cannot be read.

    Args:
        reason: why.
        column: canonical name of the column at fault; "": the whole row.
        value: the offending text; left out for personal columns.
    """

    def __init__(self, reason: Reason, column: str = "", value: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = f"{column}: {value}"[:MAX_DETAIL] if value else column
