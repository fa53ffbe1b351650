"""Two open packages on one path table, in the interpreter that has them; prints one JSON document.

    PYTHON_WITH_THE_PEERS benchmarks/path_peers.py TABLE.csv

Called by benchmarks/paths.py. Knows nothing of this program, whose environment has no such package.
A package that is missing or fails says why.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any


def timed(task: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """A result, and its wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return result, {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
    }


def together(*parts: dict[str, float]) -> dict[str, float]:
    """Seconds of several steps."""
    return {key: sum(part[key] for part in parts) for key in parts[0]}


def channel_attribution(file: str) -> dict[str, Any]:
    """ChannelAttribution: simulated removal effects of order 1 at its defaults, and heuristics."""
    import ChannelAttribution
    import pandas

    table, reading = timed(lambda: pandas.read_csv(file))
    columns = {"var_path": "path", "var_conv": "total_conversions"}
    found, seconds = timed(
        lambda: ChannelAttribution.markov_model(
            table, **columns, var_null="total_null", out_more=True, flg_pro=False, verbose=False
        )
    )
    effects = found["removal_effects"]
    simple, simple_seconds = timed(
        lambda: ChannelAttribution.heuristic_models(table, **columns, flg_pro=False)
    )
    names = simple["channel_name"].astype(str)
    return {
        "version": version("ChannelAttribution"),
        "markov": together(reading, seconds),
        "removal": dict(
            zip(effects.iloc[:, 0].astype(str), effects.iloc[:, 1].astype(float), strict=True)
        ),
        "heuristics": simple_seconds,
        "linear": dict(zip(names, simple["linear_touch"].astype(float), strict=True)),
    }


def marketing_attribution_models(file: str) -> dict[str, Any]:
    """marketing-attribution-models: exact removal effects, one inverse a channel; its Shapley."""
    import mam
    import pandas

    table, reading = timed(lambda: pandas.read_csv(file))
    parts = []
    for column, converts in (("total_conversions", True), ("total_null", False)):
        part = table[table[column] > 0]
        parts.append(
            pandas.DataFrame({"path": part["path"], "has": converts, "n": part[column].astype(int)})
        )
    grouped = pandas.concat(parts, ignore_index=True)

    def prepared() -> Any:
        return mam.MAM(
            grouped,
            "grouped_journey",
            channels_colname="path",
            journey_with_conv_colname="has",
            occurrences_colname="n",
            path_separator=" > ",
        )

    found, seconds = timed(lambda: prepared().run_markov())
    effects = found.metadata["removal_effect"]["removal_effect"]
    _, shapley = timed(lambda: prepared().run_shapley())
    return {
        "version": version("marketing-attribution-models"),
        "markov": together(reading, seconds),
        "removal": {str(name): float(effect) for name, effect in effects.items()},
        "shapley": together(reading, shapley),
    }


PEERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "ChannelAttribution": channel_attribution,
    "marketing-attribution-models": marketing_attribution_models,
}

if __name__ == "__main__":
    answers: dict[str, Any] = {}
    for name, call in PEERS.items():
        # They print what they think of themselves.
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                answers[name] = call(sys.argv[1])
            except Exception as error:  # noqa: BLE001 - other people's code: anything may come
                answers[name] = {"skipped": f"{type(error).__name__}: {error}"}
    print(json.dumps(answers))
