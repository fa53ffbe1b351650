"""A line of the journal of webhooks: the CRC-32 of the text, a blank, the delivery as JSON."""

from __future__ import annotations

from zlib import crc32

from tracker.collect.lines import LineError
from tracker.domain.deliveries import Delivery
from tracker.services.delivery_text import from_text, to_text


def encode_delivery(delivery: Delivery) -> bytes:
    """The line of a delivery, with its line feed."""
    body = to_text(delivery)
    return b"%08x %b\n" % (crc32(body), body)


def decode_delivery(line: bytes) -> Delivery:
    """The delivery of a line, with or without its line feed.

    Raises:
        LineError: "checksum", "not a delivery".
    """
    head, _, body = line.rstrip(b"\n").partition(b" ")
    if head != b"%08x" % crc32(body):
        raise LineError("checksum")
    try:
        return from_text(body)
    except ValueError as error:
        raise LineError("not a delivery") from error


def delivery_at(line: bytes) -> float:
    """When the delivery of a line came, in seconds since the epoch; LineError: it is none."""
    return decode_delivery(line).received_at.timestamp()
