"""The guide "teach one more site" is followed to the letter, in a scratch copy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide" / "add-a-source.md"
FILE = re.compile(r"^`((?:spiders|tests)/\S+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(folder: Path) -> list[str]:
    """Do what the guide says in a copy; gives the files that it writes."""
    text = GUIDE.read_text(encoding="utf-8")
    for name in ("spiders", "tests/spiders"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tracker", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    written = []
    for name, body in FILE.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists(), f"the guide's {name} exists here already"
        path.write_text(body, encoding="utf-8")
        written.append(name)
    registry = folder / "spiders" / "sources" / "__init__.py"
    line = re.search(r"^from spiders\.sources\.chirp import ChirpSource$", text, re.MULTILINE)
    assert line is not None
    code = registry.read_text(encoding="utf-8")
    code = code.replace("from spiders.sources.base", f"{line[0]}\nfrom spiders.sources.base", 1)
    code = code.replace("    ShopifySource(),", "    ChirpSource(),\n    ShopifySource(),", 1)
    registry.write_text(code, encoding="utf-8")
    return written


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]


def test_whoever_follows_the_guide_has_a_source_that_works(tmp_path):
    written = follow(tmp_path)
    assert len(written) == 6
    tests = [name for name in written if name.startswith("tests/") and name.endswith(".py")]
    everywhere = "tests/spiders/sources/test_all_sources.py"
    run(tmp_path, "pytest", "--noconftest", "-q", "-p", "no:cacheprovider", *tests, everywhere)
    code = [name for name in written if name.endswith(".py")]
    run(tmp_path, "ruff", "check", "--no-cache", *code)
    run(tmp_path, "ruff", "format", "--check", "--no-cache", *code)
