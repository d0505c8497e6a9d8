"""Rounds of the engine benchmark: one measurement each, and their summary."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from benchmarks.lib.process_cpu import ENGINE

_IDLE: Final = "graph_idle"


@dataclass(frozen=True)
class Round:
    """One side of one round. `cpu_s`: CPU seconds by what spent them; `degraded`: decisions that were cut short."""

    seconds: float
    candidates: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    degraded: int = 0
    cpu_s: dict[str, float] = field(default_factory=dict)

    @property
    def candidates_per_s(self) -> float:
        return self.candidates / self.seconds

    @property
    def tokens_per_s(self) -> float:
        """Output tokens."""
        return self.output_tokens / self.seconds

    def row(self) -> dict[str, Any]:
        plain = {k: v for k, v in asdict(self).items() if k != "cpu_s"}
        return {**plain, **{f"cpu_s_{name}": round(value, 3) for name, value in self.cpu_s.items()}}


def cpu_of(engine_s: float, idle_s: float) -> dict[str, float]:
    """CPU seconds of a bare round: of the engine, and of the idle graph beside it."""
    return {ENGINE: engine_s, _IDLE: idle_s}


def compared(graph: Round, bare: Round) -> dict[str, Any]:
    """One pair of rounds."""
    return {
        "ratio_to_engine": round(graph.tokens_per_s / bare.tokens_per_s, 3),
        "graph": side([graph]),
        "bare": side([bare]),
    }


def summary(pairs: Sequence[tuple[Round, Round]], alone: Round) -> dict[str, Any]:
    """Ratios are taken within a round, and their median counts.

    They compare output tokens: the graph stops a draft that outgrows its limit, the bare engine writes it to its end.
    `alone`: the bare engine before the graph was started, whose idle processes take some time too.
    """
    graphs, bares = zip(*pairs, strict=True)
    ratios = [graph.tokens_per_s / bare.tokens_per_s for graph, bare in pairs]
    return {
        "ratio_to_engine": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "ratio_to_engine_alone": round(
            statistics.median(graph.tokens_per_s for graph in graphs) / alone.tokens_per_s, 3
        ),
        "graph": side(graphs),
        "bare": side(bares),
        "bare_alone": side([alone]),
        "candidates_missing": sum(bare.candidates - graph.candidates for graph, bare in pairs),
    }


def side(rounds: Sequence[Round]) -> dict[str, Any]:
    """Medians over the rounds, and CPU milliseconds a candidate by what spent them, most first."""
    candidates = sum(r.candidates for r in rounds)
    cpu_s: dict[str, float] = {}
    for one in rounds:
        for name, value in one.cpu_s.items():
            cpu_s[name] = cpu_s.get(name, 0.0) + value
    return {
        "candidates_per_s": round(statistics.median(r.candidates_per_s for r in rounds), 3),
        "output_tokens_per_s": round(statistics.median(r.tokens_per_s for r in rounds), 2),
        "tokens_a_candidate": round(sum(r.output_tokens for r in rounds) / candidates, 2),
        "prompt_tokens_a_candidate": round(sum(r.prompt_tokens for r in rounds) / candidates, 1),
        "cached_share": round(sum(r.cached_tokens for r in rounds) / sum(r.prompt_tokens for r in rounds), 3),
        "degraded": sum(r.degraded for r in rounds),
        "cpus_in_use": round(sum(cpu_s.values()) / sum(r.seconds for r in rounds), 3),
        "cpu_ms_a_candidate": {
            name: round(1000 * value / candidates, 2) for name, value in sorted(cpu_s.items(), key=lambda kv: -kv[1])
        },
    }
