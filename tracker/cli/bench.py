"""`tracker bench`: measure one part of the program on this machine."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from tracker.cli._common import as_json, print_json

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def names() -> list[str]:
    """Names of all measurements: files with a `main`; the others are what they share."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef main(" in path.read_text())


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@as_json
def command(name: str, options: tuple[str, ...], as_json: bool) -> None:
    """Run the measurement NAME (benchmarks/NAME.py) with its own --option VALUE pairs."""
    if name not in names():
        raise click.UsageError(f"no measurement {name}; there are: {', '.join(names()) or 'none'}")
    result: dict[str, Any] = _load(name).main(**_pairs(options))
    if as_json:
        print_json(result)
        return
    for key, value in result.items():
        click.echo(f"{key}: {value}")


def _load(name: str) -> ModuleType:
    sys.path.insert(0, str(FOLDER.parent))  # measurements share modules of their folder
    spec = importlib.util.spec_from_file_location(f"benchmarks.{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _pairs(options: tuple[str, ...]) -> dict[str, int | float | str]:
    """`--touches 1000 --engine dask` as {"touches": 1000, "engine": "dask"}."""
    words = [part for word in options for part in _split(word)]
    if len(words) % 2 or not all(word.startswith("--") for word in words[::2]):
        raise click.UsageError("options of a measurement are pairs: --touches 1000000")
    keys = [word[2:].replace("-", "_") for word in words[::2]]
    return dict(zip(keys, map(_value, words[1::2]), strict=True))


def _split(word: str) -> list[str]:
    return word.split("=", 1) if word.startswith("--") else [word]


def _value(word: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
