"""The fonts of files: PNG charts and PDF reports write Chinese on any machine (docs/adr/0070).

One function says which file; both ways of drawing use it. Pages need none: the reader's browser
has its own.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont

PACKAGED = ("paperang_p2_fonts_cjk", "fonts/wqy-microhei.ttc")
"""WenQuanYi Micro Hei (Apache 2.0), 5 MB, all of GB 2312 and 20,000 characters more."""

ON_MACHINES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
)
"""Fonts with TrueType outlines that systems carry, should the packaged one be missing."""

NO_FONT = (
    "no font with Chinese: install the package paperang-p2-fonts-cjk, which the program depends on"
)


class MissingFontError(RuntimeError):
    """There is no font that has the characters of a text; a file with boxes helps nobody."""


@cache
def find_chinese_font() -> Path | None:
    """The font file for Chinese (the first face of it); None: this machine has none."""
    found = [packaged(*PACKAGED), *map(Path, ON_MACHINES)]
    return next((path for path in found if path is not None and path.is_file()), None)


def get_chinese_font() -> Path:
    """The font file for Chinese. Raises MissingFontError."""
    found = find_chinese_font()
    if found is None:
        raise MissingFontError(NO_FONT)
    return found


@cache
def latin_font() -> Path:
    """DejaVu Sans, which comes with matplotlib: Latin, Greek, Cyrillic, Arabic, many symbols."""
    found = packaged("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf")
    if found is None:
        raise MissingFontError("matplotlib is not installed")
    return found


def packaged(package: str, name: str) -> Path | None:
    """A file of an installed package, which is not imported for it; None: it is not there."""
    spec = find_spec(package)
    places = (spec.submodule_search_locations or []) if spec is not None else []
    return next((path for place in places if (path := Path(place) / name).is_file()), None)


@cache
def characters(font: Path) -> frozenset[int]:
    """Code points that the first face of a font file can draw."""
    with TTFont(font, fontNumber=0, lazy=True) as face:
        return frozenset(face.getBestCmap())


def has_chinese(text: str) -> bool:
    """Whether a text has characters that only a font with Chinese has (CJK and full width)."""
    return any(
        "⺀" <= c <= "鿿" or "豈" <= c <= "﫿" or "︰" <= c <= "￠" or c >= "𠀀" for c in text
    )
