"""The style sheet: contrast of its tokens, and that templates and style know the same classes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.i18n import LABELS
from tracker.web.assets import FOLDER

CSS = (FOLDER / "site.css").read_text()
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TEXT = ("ink", "muted", "accent", "good", "bad", "warn")


def tokens(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", CSS)
    assert block is not None, selector
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,8})\b", block.group(1)))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


THEMES = {"light": ":root", "dark": ':root[data-theme="dark"]'}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["bg", "surface", "hover"])
def test_every_text_can_be_read_on_every_ground(theme, ground):
    colours = tokens(THEMES[theme])
    for name in TEXT:
        assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["warn"], colours["warn-bg"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_kinds_can_be_told_from_the_ground(theme):
    colours = tokens(THEMES[theme])
    for name in ("natural", "paid", "kol"):
        assert contrast(colours[name], colours["surface"]) >= 3, name


def test_the_chosen_dark_is_the_systems_dark():
    assert tokens(THEMES["dark"]) == tokens(':root:not([data-theme="light"])')


def test_every_variable_that_is_used_is_given():
    given = set(re.findall(r"--([\w-]+):", CSS))
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) - given == set()


def test_every_template_has_its_title_and_no_style():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert not re.search(r"\son[a-z]+=", text), path
        if "{% extends" in text and path.name not in {"layout.html", "alone.html"}:
            assert "{% block title %}" in text, path


def test_no_class_of_the_style_is_unused():
    root = TEMPLATES.parent
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    named = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", rules)))
    files = [
        *TEMPLATES.rglob("*.html"), *FOLDER.glob("*.js"), *(root / "tracker" / "web").glob("*.py"),
        *(root / "tracker" / "reports").glob("*.py"),
    ]  # fmt: skip
    written = set(re.findall(r"[\w-]+", "\n".join(path.read_text() for path in files)))
    codes = {code for group in LABELS.values() for code in group}
    assert named - written - codes == set()
