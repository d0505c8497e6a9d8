"""Every benchmark's plot, drawn again from what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.autoscale.plot import plot as autoscale
from benchmarks.bulk.plot import plot as bulk
from benchmarks.chaos.plot import plot as chaos
from benchmarks.engine.plot import plot as engine
from benchmarks.fuzz.plot import plot as fuzz
from benchmarks.gpu.plot import plot as gpu
from benchmarks.ingress.plot import plot as ingress
from benchmarks.ladder.plot import plot as ladder
from benchmarks.lib.results import Results, raw_rows
from benchmarks.load.plot import plot as load
from benchmarks.locust.plot import plot as locust
from benchmarks.overload.plot import plot as overload
from benchmarks.policy.plot import plot as policy
from benchmarks.prefix.plot import plot as prefix
from benchmarks.scale.plot import plot as scale
from benchmarks.scorer.plot import plot as scorer
from benchmarks.selection.plot import plot as selection
from benchmarks.simulate.plot import plot as simulate
from benchmarks.soak.plot import plot as soak
from benchmarks.tax.plot import plot as tax

Rows = Sequence[dict[str, Any]]
# Some need the raw rows: a mark for each round, or a curve of all latencies.
FROM_RESULT: Final[dict[str, Callable[[Any, Path], None]]] = {
    "prefix": prefix, "scale": scale, "load": load, "overload": overload, "ingress": ingress, "selection": selection,
    "gpu": gpu, "policy": policy, "ladder": ladder, "simulate": simulate,
}  # fmt: skip
FROM_ROWS: Final[dict[str, Callable[[Any, Any, Path], None]]] = {
    "scorer": scorer, "engine": lambda _, rows, path: engine(rows, path), "tax": lambda _, rows, path: tax(rows, path),
    "locust": locust, "chaos": lambda _, rows, path: chaos(rows, path), "soak": soak, "autoscale": autoscale,
    "bulk": bulk, "cluster": lambda _, rows, path: chaos(rows, path),
    "fuzz": lambda _, rows, path: fuzz(rows, path),
}  # fmt: skip


def draw(results: Results, folder: Path) -> list[str]:
    """The names of the plots that were drawn; one whose raw rows are not kept stays as it is."""
    drawn = []
    for name, result in results.items():
        path = folder / f"{name}.png"
        if name in FROM_RESULT:
            FROM_RESULT[name](result, path)
        elif name in FROM_ROWS and (rows := raw_rows(folder, name)):
            FROM_ROWS[name](result, rows, path)
        else:
            continue
        drawn.append(name)
    return drawn
