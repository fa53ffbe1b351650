"""The rule models by our kernel, DuckDB, Polars and naive pandas: the same question, one answer.

For each order: the buyer's touches of the 30 days before it; under first, last, last non-direct,
linear, position-based and time-decay its amount shared out; summed by channel. Ours also gives what
the others do not: integers that add up for every order. Theirs are floating point numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.attribution_world import World, channel_of_marks
from tracker.domain.attribution.kernel import qualified_paths, weigh
from tracker.domain.attribution.ledger import book, cumulative_net
from tracker.domain.attribution.shards import shards_of_buyers
from tracker.domain.channels import Channel
from tracker.domain.paths import NO_FLOOR, Orders, Signal, Touches, touches_of
from tracker.domain.policy import MODELS, Policy

Ints = NDArray[np.int64]
Totals = dict[int, list[float]]
"""Of each channel's code: the amounts under the rule models, in the order of RULES."""

Run = Callable[[], Totals]

RULES = MODELS[:6]
POLICY = Policy()
DIRECT = Channel.DIRECT.code
ROW_GROUP = 1_000_000


def write_files(world: World, folder: Path) -> None:
    """Touches and orders as Parquet files, as every engine reads them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    channel = np.array([0, *(channel.code for channel, _ in channel_of_marks())], np.int64)
    touches = {
        "visitor": world.visitor, "ts": world.at, "channel": channel[world.mark].astype(np.int16)
    }  # fmt: skip
    orders = {
        "id": np.arange(world.buyer.size), "visitor": world.buyer, "placed": world.placed_at,
        "net": world.net,
    }  # fmt: skip
    for name, columns in (("touches", touches), ("orders", orders)):
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=ROW_GROUP)


# --- ours -----------------------------------------------------------------------------------------


def ours(folder: Path, *, from_files: bool) -> Run:
    """Our kernel on arrays; on as many threads as there are cores, like the others."""
    loaded = None if from_files else _arrays(folder)

    def run() -> Totals:
        touches, orders = loaded or _arrays(folder)
        parts = shards_of_buyers(orders["visitor"], touches["visitor"])
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            sums = sum(pool.map(lambda part: _part(touches, orders, *part), parts))
        return {code: sums[:, code].tolist() for code in np.flatnonzero(sums.any(axis=0)).tolist()}

    return run


def _arrays(folder: Path) -> tuple[dict[str, Ints], dict[str, Ints]]:
    import pyarrow.parquet as pq

    tables = [pq.read_table(folder / f"{name}.parquet") for name in ("touches", "orders")]
    touches, orders = (
        {name: table[name].to_numpy() for name in table.column_names} for table in tables
    )
    return touches, orders


def _part(touches: dict[str, Ints], orders: dict[str, Ints], some: Ints, theirs: Ints) -> Ints:
    """Amounts under the rule models by channel, from raw touches to a checked integer ledger."""
    placed = orders["placed"][some]
    paths = qualified_paths(
        Orders(orders["visitor"][some], placed, np.full(some.size, NO_FLOOR, np.int64)),
        signals_of(touches, theirs),
        touches_of(0),
        POLICY,
    )
    weights = weigh(paths, POLICY)[: len(RULES)]
    nothing = np.zeros(0, np.int64)
    ledger = book(paths.offsets, weights, cumulative_net(orders["net"][some], nothing, nothing))
    channel = paths.of_touch("channel")[ledger.touchpoint]
    width = max(one.code for one in Channel) + 1
    # amounts of a part are far below 2^53, so sums of doubles are exact
    return np.stack([np.bincount(channel, row, width).astype(np.int64) for row in ledger.amounts])


def signals_of(touches: dict[str, Ints], chosen: Ints) -> Touches:
    """Raw touches as the kernel's signals."""
    channel = touches["channel"][chosen].astype(np.int64)
    is_direct = channel == DIRECT
    return touches_of(
        chosen.size,
        owner_key=touches["visitor"][chosen],
        at=touches["ts"][chosen],
        signal=np.where(is_direct, Signal.direct.code, Signal.tag.code),
        channel=channel,
        raw_id=chosen + 1,
        is_direct=is_direct,
    )


# --- DuckDB ---------------------------------------------------------------------------------------

SQL = f"""
WITH seen AS MATERIALIZED (
    SELECT o.id, o.net, t.channel, t.ts, t.channel <> {DIRECT} AS tells,
        pow(2.0, (t.ts - o.placed) / {POLICY.half_life_us}) AS decay
    FROM touches t JOIN orders o USING (visitor)
    WHERE t.ts BETWEEN o.placed - {POLICY.lookback_us} AND o.placed
), path AS (
    SELECT id, min(ts) AS oldest, max(ts) AS newest, bool_or(tells) AS any_tells,
        if(any_tells, count(*) FILTER (tells), count(*)) AS n,
        if(any_tells, min(ts) FILTER (tells), oldest) AS first_told,
        if(any_tells, max(ts) FILTER (tells), newest) AS last_told,
        if(any_tells, sum(decay) FILTER (tells), sum(decay)) AS decays
    FROM seen GROUP BY id
), row AS (
    SELECT s.channel, s.net, s.ts, s.decay, p.*, s.tells OR NOT p.any_tells AS counts
    FROM seen s JOIN path p USING (id)
)
SELECT channel,
    coalesce(sum(net) FILTER (ts = oldest), 0),
    coalesce(sum(net) FILTER (ts = newest), 0),
    coalesce(sum(net) FILTER (counts AND ts = last_told), 0),
    coalesce(sum(net / n) FILTER (counts), 0),
    coalesce(sum(net * CASE WHEN n <= 2 THEN 1 / n
        WHEN ts = first_told OR ts = last_told THEN 0.4 ELSE 0.2 / (n - 2) END)
        FILTER (counts), 0),
    coalesce(sum(net * decay / decays) FILTER (counts), 0)
FROM row GROUP BY channel
"""


def duckdb(folder: Path, *, from_files: bool) -> Run:
    """One statement over Arrow tables in memory, or over the files."""
    import duckdb as engine
    import pyarrow.parquet as pq

    connection = engine.connect()
    connection.execute(f"SET threads = {os.cpu_count()}")
    connection.execute("SET enable_progress_bar = false")
    for name in ("touches", "orders"):
        file = folder / f"{name}.parquet"
        if from_files:
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{file}'")
        else:
            connection.register(name, pq.read_table(file))

    def run() -> Totals:
        return {int(row[0]): list(row[1:]) for row in connection.execute(SQL).fetchall()}

    return run


# --- Polars ---------------------------------------------------------------------------------------


def polars(folder: Path, *, from_files: bool) -> Run:
    """Lazy frames, run by the streaming engine (a fifth faster here than the other one)."""
    import polars as pl

    files = [folder / f"{name}.parquet" for name in ("touches", "orders")]
    frames = [pl.scan_parquet(f) if from_files else pl.read_parquet(f).lazy() for f in files]

    def run() -> Totals:
        found = _polars_query(*frames).collect(engine="streaming")
        return {int(row[0]): list(row[1:]) for row in found.iter_rows()}

    return run


def _polars_query(touches: Any, orders: Any) -> Any:
    import polars as pl

    ts, placed, net, n = (pl.col(name) for name in ("ts", "placed", "net", "n"))
    tells, decay, any_tells = pl.col("tells"), pl.col("decay"), pl.col("any_tells")
    seen = (
        touches.join(orders, on="visitor")
        .filter((ts >= placed - POLICY.lookback_us) & (ts <= placed))
        .select(
            "id", "net", "channel", "ts",
            tells=pl.col("channel") != DIRECT,
            decay=((ts - placed) * (float(np.log(2)) / POLICY.half_life_us)).exp(),
        )
    )  # fmt: skip
    path = seen.group_by("id").agg(
        oldest=ts.min(), newest=ts.max(), any_tells=tells.any(), told=tells.sum(), all=pl.len(),
        first_told=ts.filter(tells).min(), last_told=ts.filter(tells).max(),
        told_decays=(decay * tells).sum(), all_decays=decay.sum(),
    ).select(
        "id", "oldest", "newest", "any_tells",
        n=pl.when(any_tells).then("told").otherwise("all"),
        first_told=pl.when(any_tells).then("first_told").otherwise("oldest"),
        last_told=pl.when(any_tells).then("last_told").otherwise("newest"),
        decays=pl.when(any_tells).then("told_decays").otherwise("all_decays"),
    )  # fmt: skip
    row = seen.join(path, on="id").with_columns(counts=tells | ~any_tells)
    counts = pl.col("counts")
    is_end = (ts == pl.col("first_told")) | (ts == pl.col("last_told"))
    position = (
        pl.when(n <= 2).then(1 / n).when(is_end).then(0.4).otherwise(0.2 / (n.cast(pl.Float64) - 2))
    )
    return row.group_by("channel").agg(
        (net * (ts == pl.col("oldest"))).sum().alias("first"),
        (net * (ts == pl.col("newest"))).sum().alias("last"),
        (net * (counts & (ts == pl.col("last_told")))).sum().alias("last_non_direct"),
        (net * counts / n).sum().alias("linear"),
        (net * counts * position).sum().alias("position_based"),
        (net * counts * decay / pl.col("decays")).sum().alias("time_decay"),
    )


# --- pandas ---------------------------------------------------------------------------------------


def pandas(folder: Path, *, from_files: bool) -> Run:
    """As one would write it first: a join, then a Python function for each order."""
    import pandas as pd

    def load() -> list[Any]:
        return [pd.read_parquet(folder / f"{name}.parquet") for name in ("touches", "orders")]

    loaded = None if from_files else load()

    def run() -> Totals:
        touches, orders = loaded or load()
        seen = touches.merge(orders, on="visitor")
        in_window = (seen.ts <= seen.placed) & (seen.ts >= seen.placed - POLICY.lookback_us)
        weights = [
            _pandas_path(path) for _, path in seen[in_window].sort_values("ts").groupby("id")
        ]
        sums = pd.concat(weights).groupby("channel").sum()
        return {int(code): row.tolist() for code, row in zip(sums.index, sums.values, strict=True)}

    return run


def _pandas_path(path: Any) -> Any:
    import pandas as pd

    net, n_all = int(path.net.iloc[0]), len(path)
    told = path[path.channel != DIRECT]
    told = told if len(told) else path
    n = len(told)
    inner = [1 / n] * n if n <= 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    decay = 2.0 ** ((told.ts - told.placed) / POLICY.half_life_us)
    columns = {
        "first": pd.Series([net, *[0] * (n_all - 1)], path.index),
        "last": pd.Series([*[0] * (n_all - 1), net], path.index),
        "last_non_direct": pd.Series([*[0] * (n - 1), net], told.index),
        "linear": pd.Series([net / n] * n, told.index),
        "position_based": pd.Series([net * share for share in inner], told.index),
        "time_decay": net * decay / decay.sum(),
    }
    return pd.DataFrame({"channel": path.channel, **columns}).fillna(0)


ENGINES: dict[str, Callable[..., Run]] = {
    "ours": ours, "duckdb": duckdb, "polars": polars, "pandas": pandas
}  # fmt: skip
