"""The courier's program: a parcel a line in, a receipt a line out, until there are no more.

Run: python -m tracker.courier.child [--loopback]
"""

from __future__ import annotations

import sys

from tracker.courier import network
from tracker.courier.services import send
from tracker.sending_messages import Parcel, Receipt


def carry(line: str) -> Receipt:
    """Deliver one parcel. Raises pydantic.ValidationError: it is none."""
    parcel = Parcel.model_validate_json(line)
    try:
        error = send(parcel)
    except Exception as failure:  # noqa: BLE001 - a library's surprise shall cost one message only
        # not its text: that may hold a key
        sys.stderr.write(f"courier: {type(failure).__name__}\n")
        error = "refused"
    return Receipt(id=parcel.id, error=error)


def main() -> int:
    """Carry parcels until the input ends."""
    network.install(allow_loopback="--loopback" in sys.argv[1:])
    for line in sys.stdin:
        sys.stdout.write(carry(line).model_dump_json() + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
