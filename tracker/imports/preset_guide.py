"""The guide to all presets, made of the presets: `python -m tracker.imports.preset_guide`.

What a preset feeds and the traps of its report stand in its file, so the guide cannot say anything
else; a test compares the two.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tracker.i18n import gettext, label
from tracker.imports.presets import Preset, presets

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "presets.md"
_FOLDER = Path(__file__).parent / "presets"

SECTIONS = (
    ("spend", "Media spend · 投放消耗"),
    ("platform_figures", "Figures of platforms · 平台数据"),
    ("orders", "Orders and refunds · 订单与退款"),
    ("affiliate", "Affiliates and influencers · 联盟与达人"),
    ("", "Files of your own, and others · 自有文件及其他"),
)
"""First thing that a preset feeds -> heading; "": all others."""

_INTRO = """# Files that are recognised · 可识别的文件

<!-- Made by `python -m tracker.imports.preset_guide`; edit the presets instead. -->

Every preset is a file in `tracker/imports/presets/`; [how to add one](add-a-preset.md). A file is
told by its header, whatever it is called. Feeds: what it loads. Told by: headers that must be there
(of those with `or` one is enough).

每个预设对应一个 TOML 文件；文件由表头识别，与文件名无关。
"""

_CHINESE = "zh_CN"  # a name: what stands in the call is taken for a text to translate


def guide() -> str:
    """The whole page."""
    listed = sorted(presets().values(), key=lambda preset: preset.name)
    parts = [_INTRO]
    for feed, heading in SECTIONS:
        mine = [preset for preset in listed if _section(preset) == feed]
        parts.append(f"## {heading}\n")
        parts.extend("\n".join(_entry(preset)) for preset in mine)
    return "\n".join(parts)


def _section(preset: Preset) -> str:
    feeds = preset.reader.feeds
    first = feeds[0] if feeds else ""
    first = {"refunds": "orders", "affiliate_refunds": "affiliate"}.get(first, first)
    if not preset.signature:
        return ""
    return first if first in dict(SECTIONS) else ""


def _entry(preset: Preset) -> Iterator[str]:
    chinese = gettext(_CHINESE, preset.title)
    title = f"{preset.title} · {chinese}" if chinese != preset.title else preset.title
    yield f"### `{preset.name}` — {title}\n"
    feeds = [label("en", "import_kind", feed).lower() for feed in preset.reader.feeds]
    yield f"Feeds: {', '.join(feeds) if feeds else 'nothing'}."
    if preset.signature:
        told = [" or ".join(f"`{name}`" for name in sorted(names)) for names in preset.signature]
        yield f"Told by: {'; '.join(told)}."
    yield f"\n{_comment(preset.name)}\n"


def _comment(name: str) -> str:
    """What the file says of itself, above its first key."""
    lines = []
    for line in (_FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return " ".join(lines)


def lacking() -> list[str]:
    """Presets that say nothing of themselves."""
    names = [tomllib.loads(path.read_text("utf-8"))["name"] for path in _FOLDER.glob("*.toml")]
    return sorted(name for name in names if len(_comment(name)) < 20)


if __name__ == "__main__":
    sys.stdout.write(guide())
