"""The closed list of reasons, as sentences: message ids that the site translates."""

from __future__ import annotations

from tracker.domain.records import Reason
from tracker.i18n import mark as _
from tracker.imports.errors import FileError

TEXTS: dict[Reason, str] = {
    Reason.NO_EXCHANGE_RATE: _("there is no exchange rate for this day; import one first"),
    Reason.UNKNOWN_CURRENCY: _("unknown currency"),
    Reason.UNKNOWN_INFLUENCER: _("no influencer of that name, or several; import them first"),
    Reason.HANDLE_TAKEN: _("this account belongs to another influencer"),
    Reason.OWNERSHIP_OVERLAPS: _("the code has an owner in this period already"),
    Reason.NEWER_VERSION_KNOWN: _("a newer version is known already"),
    Reason.NO_DATE: _("no date: the order is not known and the row names none"),
    Reason.NAME_REQUIRED: _("a name is needed"),
    Reason.WRONG_WIDTH: _("another number of cells than the header has"),
    Reason.UNCLOSED_QUOTE: _("a quotation mark is not closed"),
    Reason.CELL_TOO_LONG: _("a cell is too long, or a quotation mark is not closed"),
    Reason.BAD_CHARACTER: _("a character that no text has"),
    Reason.VALUE_MISSING: _("a value is missing"),
    Reason.NOT_A_NUMBER: _("not a number"),
    Reason.TOO_MANY_DIGITS: _("more decimals than the currency has"),
    Reason.TOO_LARGE: _("the amount is too large"),
    Reason.NEGATIVE_AMOUNT: _("an amount below zero"),
    Reason.DAMAGED_ID: _("a spreadsheet has destroyed this number; export it as text"),
    Reason.AMOUNTS_DISAGREE: _("the amounts contradict each other"),
    Reason.NOT_A_DATE: _("not a date"),
    Reason.AMBIGUOUS_DATE: _("day or month first? say which"),
    Reason.MIXED_DATE_FORMATS: _("the column writes its other dates in another way"),
    Reason.PERIOD_ENDS_EARLY: _("the end is before the beginning"),
    Reason.UNKNOWN_STATUS: _("unknown status"),
    Reason.UNKNOWN_CHANNEL: _("unknown channel"),
    Reason.UNKNOWN_VALUE: _("unknown value"),
    Reason.ROW_WITHOUT_ORDER: _("a line of an order whose first row is missing"),
    Reason.DUPLICATE_ROW: _("the same row came before"),
    Reason.DUPLICATE_KEY: _("the same id came before with other content"),
    Reason.TOTAL_ROW: _("a row of totals"),
    Reason.EMPTY_ROW: _("an empty row"),
    Reason.NOTE_ROW: _("a line of explanation"),
    Reason.HEADER_ROW: _("the header once more"),
    Reason.OTHER_WINDOW: _("the same spend under another attribution window"),
    Reason.PERIOD_NOT_A_DAY: _("a sum over several days; export it by day"),
    Reason.NOT_STORED_YET: _("recognised, but this version does not store such figures"),
    Reason.NOT_AFFILIATE: _("no influencer or affiliate stands at this order"),
    Reason.PERIOD_UNKNOWN: _(
        "neither the file nor its name says which days this is about; name the file with both days"
    ),
    Reason.NOT_A_REFUND: _("money that is no refund of goods"),
    Reason.LOG_LINE: _("not a line of such a log"),
    Reason.LINE_TOO_LONG: _("the line is too long"),
    Reason.NOT_A_PAGE_VIEW: _("no page was asked for and shown"),
    Reason.ASSET: _("a file of a page: image, style, script, feed or data"),
    Reason.REDIRECT: _("a redirect to another address"),
    Reason.ERROR_ANSWER: _("the server answered with an error"),
    Reason.ROBOT: _("a robot, told by its user agent"),
    Reason.OTHER_HOST: _("a host that is none of the shop"),
    Reason.COUNTED_BY_SCRIPT: _("the page script has counted this day"),
}

NOTICE_TEXTS: dict[str, str] = {
    "influencer_found": _("new influencer, found in this file"),
    "spend_detail": _(
        "reports of several levels tell of the same spend: one level counts, the others are kept"
    ),
}
"""What is to be known beside the rows (`tracker.domain.records.NOTICES`)."""

FILE_TEXTS: dict[str, str] = {
    "empty_file": _("the file is empty"),
    "not_a_table": _("this is no table"),
    "unpacked_too_large": _("what the file unpacks to is too large"),
    "broken_archive": _("the compressed file is damaged"),
    "unknown_encoding": _("the text is neither UTF-8 nor GB18030 nor Big5; save it as UTF-8"),
    "binary_file": _("this is no text file; save it as CSV"),
    "not_recognised": _("no known kind of file; say which it is"),
    "unknown_preset": _("there is no preset of that name"),
    "columns_missing": _("columns are missing"),
    "duplicate_column": _("a column stands twice in the header"),
    "ambiguous_date": _("day or month first? say which with --dates dmy or --dates mdy"),
    "mixed_date_formats": _("a column writes its dates in two ways"),
    "shop_needed": _("say which shop it belongs to"),
    "date_without_year": _("a column writes its dates without a year; write it into the file"),
    "mapping_changed": _("the columns are not those that the mapping was made for"),
    "ambiguous_encoding": _("say how the text is encoded: it is neither UTF-8 nor clearly Chinese"),
    "currency_needed": _("say in which currency the amounts are"),
    "nested_archive": _("an archive within an archive is not opened"),
    "interrupted": _("the import was interrupted; import the file again"),
    "file_gone": _("the file is not there any more; upload it again"),
    "nothing_loaded": _("no row could be loaded"),
}
"""Codes of FileError, and what else may end a batch."""


def explain(reason: Reason) -> str:
    """The message id of a reason."""
    return TEXTS[reason]


def explain_file(error: FileError) -> str:
    """The message of a file that cannot be read, with what it is about."""
    text = FILE_TEXTS[error.code]
    return f"{text}: {error.detail}" if error.detail else text
