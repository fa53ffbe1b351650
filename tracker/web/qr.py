"""QR codes of addresses: drawn here, so that no address of a customer goes to anybody else."""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4
"""Empty modules around the code, as ISO/IEC 18004 wants them: scanners need them."""

PNG_SCALE = 12
"""Pixels of a module: a code of 33 modules is 492 pixels wide, sharp on a poster's proof."""


def qr_svg(text: str) -> str:
    """The QR code of a text as an SVG document, black on white whatever the page's colours."""
    out = io.BytesIO()
    _code(text).save(
        out, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", xmldecl=False, scale=4
    )
    return out.getvalue().decode()


def qr_png(text: str) -> bytes:
    """The QR code of a text as a PNG image, large enough to be printed."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", border=QUIET_ZONE, dark="#000", light="#fff", scale=PNG_SCALE)
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    # medium correction: a short link stays a small code, and a scratch of 15 % does no harm
    return segno.make_qr(text, error="m")
