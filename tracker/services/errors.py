"""Why a service refuses what a person asked for, in a form the site can show beside the field."""

from __future__ import annotations

from typing import Any


class RefusedError(ValueError):
    """A value that cannot be taken.

    Args:
        code: what is wrong, from the list in the function's docstring; the site translates it.
        field: name of the argument it is about; "": the whole.
        details: values for the message, for example which coupon.
    """

    def __init__(self, code: str, field: str = "", **details: Any) -> None:
        told = ", ".join(f"{name}={value}" for name, value in details.items())
        super().__init__(f"{field or 'request'}: {code}" + (f" ({told})" if told else ""))
        self.code = code
        self.field = field
        self.details = details
