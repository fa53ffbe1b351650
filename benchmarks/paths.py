"""Markov and Shapley of path tables, beside two open packages given the same tables.

    tracker bench paths --peers /path/to/python --json

The packages belong into a throw-away environment, never into ours:
`python -m venv peers && peers/bin/pip install ChannelAttribution marketing-attribution-models
matplotlib`, then `--peers peers/bin/python`. Without it only our own figures are given. Times are
from the text of the table to credits, reading included. Nothing here is a test.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import support
from tracker.domain.attribution.fits import fit_markov
from tracker.domain.attribution.markov import removal_effects
from tracker.domain.attribution.path_models import Timing, credits_under, markov_of
from tracker.domain.attribution.path_table import PathTable, read_path_table
from tracker.domain.attribution.transitions import count_transitions

SEED = 20261122
UNITS = (12, 400)
LONGEST = 40
PEERS_MAY_TAKE = 1_800
"""Seconds for all of a table."""


def main(
    touches: int = 1_000_000, repeats: int = 5, peers: str = "", order_2: int = 1
) -> dict[str, Any]:
    """Measure tables of 12 and of 400 units.

    Args:
        touches: touches of each table, before equal paths are taken together.
        repeats: timings of ours; medians are given. Theirs run once.
        peers: a Python that has the packages; empty: none.
        order_2: 1 to measure chains that remember two touches as well, 0 not to.
    """
    result: dict[str, Any] = {"touches": touches, "repeats": repeats, **support.surroundings()}
    for units in UNITS:
        text = table_text(units, touches)
        table = read_path_table(text.splitlines(keepends=True))
        ours = measure(text, table, repeats, bool(order_2))
        result[f"units_{units}"] = {
            "rows": table.rows,
            "ours": ours,
            "peers": beside(ask(peers, text), table, ours),
        }
    return result


def table_text(units: int, touches: int) -> str:
    """A seeded path table: visitors come back by what brought them, one journey in twenty buys."""
    chance = np.random.default_rng([SEED, units])
    popularity = 1.0 / np.arange(1, units + 1) ** 0.8
    popularity /= popularity.sum()
    quality = 0.02 + 0.06 * chance.random(units)
    lengths = np.minimum(chance.geometric(0.26, touches // 3), LONGEST)
    lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), touches)) + 1]
    ends = np.cumsum(lengths)
    unit = chance.choice(units, int(ends[-1]), p=popularity)
    stays = chance.random(unit.size) < 0.35
    stays[ends - lengths] = False
    for place in np.flatnonzero(stays).tolist():
        unit[place] = unit[place - 1]
    converts = chance.random(lengths.size) < quality[unit[ends - 1]]
    counts: Counter[tuple[str, bool]] = Counter()
    names = [f"u{number:03d}" for number in range(units)]
    for path, sale in zip(np.split(unit, ends[:-1]), converts.tolist(), strict=True):
        counts[" > ".join(names[number] for number in path.tolist()), sale] += 1
    paths = sorted({path for path, _ in counts})
    rows = [f"{path},{counts[path, True]},{counts[path, False]}\n" for path in paths]
    return "path,total_conversions,total_null\n" + "".join(rows)


def measure(text: str, table: PathTable, repeats: int, order_2: bool) -> dict[str, Any]:
    """Ours: whole models from the text of the table, and their parts."""
    timing = Timing()
    chain = count_transitions(table.journeys)

    def markov() -> None:
        read = read_path_table(text.splitlines(keepends=True))
        credits_under("markov", read, timing, markov_of(read, 1))

    def shapley() -> None:
        read = read_path_table(text.splitlines(keepends=True))
        credits_under("shapley", read, timing, None)

    found = {
        "markov": timed(markov, repeats),
        "shapley": timed(shapley, repeats),
        "effects_alone": timed(lambda: removal_effects(chain), repeats),
        "fit_with_raking": timed(lambda: fit_markov(table.journeys, "channel"), repeats),
    }
    if order_2:
        second = count_transitions(table.journeys, 2)
        found["order_2"] = {
            "states": second.n_states,
            **timed(lambda: removal_effects(second), 1),
        }
    return found


def timed(task: Callable[[], object], repeats: int) -> dict[str, float]:
    """Median wall and CPU seconds."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        task()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "seconds": round(statistics.median(walls), 5),
        "cpu_seconds": round(statistics.median(cpus), 5),
    }


def ask(python: str, text: str) -> dict[str, Any]:
    """What the packages say of a table; a reason where they say nothing."""
    if not python:
        return {"skipped": "no --peers PYTHON given"}
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        file = Path(folder, "paths.csv")
        file.write_text(text, encoding="utf-8")
        script = Path(__file__).with_name("path_peers.py")
        try:
            answer = subprocess.run(
                [python, str(script), str(file)],
                capture_output=True,
                check=True,
                text=True,
                timeout=PEERS_MAY_TAKE,
            )
        except (OSError, subprocess.SubprocessError) as error:
            return {"skipped": f"{type(error).__name__}: {error}"}
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def beside(answers: dict[str, Any], table: PathTable, ours: dict[str, Any]) -> dict[str, Any]:
    """Their times as multiples of ours, and how far their effects are from the exact ones."""
    if "skipped" in answers:
        return answers
    exact = dict(zip(table.channels, markov_of(table, 1).removal.tolist(), strict=True))
    linear = credits_under("linear", table, Timing(), None).conversions
    shares = dict(zip(table.channels, linear.tolist(), strict=True))
    for answer in answers.values():
        for model in ("markov", "shapley"):
            if model in answer:
                for key in ("seconds", "cpu_seconds"):
                    answer[model][f"times_our_{key}"] = support.ratio(
                        answer[model][key], ours[model][key]
                    )
        if "removal" in answer:
            answer["removal_off"] = off(answer.pop("removal"), exact)
        if "linear" in answer:
            answer["linear_off"] = off(answer.pop("linear"), shares)
    return answers


def off(theirs: dict[str, float], exact: dict[str, float]) -> dict[str, float]:
    """Relative differences: median and worst over the units."""
    differences = [abs(theirs.get(name, 0.0) / value - 1) for name, value in exact.items() if value]
    return {"median": float(np.median(differences)), "worst": max(differences)}


if __name__ == "__main__":
    print(json.dumps(main(peers=sys.argv[1] if len(sys.argv) > 1 else ""), indent=2))
