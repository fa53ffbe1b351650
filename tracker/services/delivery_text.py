"""Deliveries as JSON text: in the journal of the door, and of those that wait in the database.

Fields with their default value are left out, unknown ones are passed over: a text of an older
version can be read after an update.
"""

from __future__ import annotations

from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from tracker.domain.deliveries import Delivery


def to_text(delivery: Delivery) -> bytes:
    """A delivery as JSON in UTF-8, on one line."""
    return _adapter().dump_json(delivery, exclude_defaults=True)


def from_text(text: bytes | str) -> Delivery:
    """The delivery of a text that `to_text` wrote.

    Raises:
        ValueError: it did not.
    """
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise ValueError(f"not a delivery: {error.error_count()} fields") from error


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Delivery]:
    return TypeAdapter(Delivery)
