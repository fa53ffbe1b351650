"""How loops are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """A function as machine code, without the interpreter's lock while it runs.

    Compiling takes a second or more on first use; the result is kept beside the bytecode, or in the
    user's cache. Where neither can be written, each process compiles for itself.
    """
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)
