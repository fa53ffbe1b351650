"""`tracker demo`: one JSON document, a refusal in one line, and away again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.config import Settings

ROOT = Path(__file__).parents[2]


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker", "demo", *arguments],
        cwd=ROOT, env=settings.environment(), capture_output=True, text=True, check=False,
        timeout=110,
    )  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_demo_is_made_refused_a_second_time_and_taken_away(settings: Settings):
    small = ("--days", "14", "--scale", "0.05", "--until", "2026-11-14")
    made = run(settings, *small, "--json")
    assert made.returncode == 0, made.stderr
    document = json.loads(made.stdout)
    assert document["days"] == 14
    assert document["orders"] > 0
    assert Path(document["truth"]).exists()
    assert "14/14 days" in made.stderr

    again = run(settings, *small)
    assert again.returncode == 1
    assert again.stdout == ""
    assert len(again.stderr.splitlines()) == 1
    assert "--remove" in again.stderr

    removed = run(settings, "--remove", "--json")
    assert removed.returncode == 0
    assert json.loads(removed.stdout)["removed"] > 0
    assert not Path(document["truth"]).exists()


@pytest.mark.parametrize(
    "wrong", [("--days", "5"), ("--scale", "0"), ("--until", "soon"), ("--seed", "-1")]
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_wrong_usage_is_told_apart(settings: Settings, wrong: tuple[str, str]):
    assert run(settings, *wrong).returncode == 2
