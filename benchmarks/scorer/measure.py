"""Saturation and latency of all variants in turn, on one device."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from benchmarks.scorer.load import Latencies, Saturated, Workload, lengths, offer, saturate, summary
from benchmarks.scorer.variants import (
    Device,
    Meter,
    OneByOne,
    OurBatcher,
    ServeBatch,
    ServeBatchSettings,
    Variant,
    ideal,
)
from deployments.batching import BatchLimits

LOAD: Final = 0.7
OURS, SERVE, IDEAL, SINGLE = "batcher", "serve_batch", "ideal", "unbatched"
# Rates of two settings of @serve.batch that are closer than this are the same, and the shorter wait is taken.
_ALIKE: Final = 0.97


@dataclass(frozen=True)
class Plan:
    """The measurements on one device and their length. `waits_s`: candidate waits of `@serve.batch`."""

    device: Device
    longest: int
    copies_per_call: int
    outstanding: int
    repeats: int
    seconds: float
    warm_s: float
    waits_s: tuple[float, ...]

    @property
    def steps(self) -> int:
        """Runs: settings of `@serve.batch`, then four variants at saturation and four at 70% load, in every round."""
        return 2 * len(self.waits_s) + 8 * self.repeats


@dataclass
class Measured:
    """All runs on one device, by variant."""

    saturated: dict[str, list[Saturated]] = field(default_factory=dict)
    latencies: dict[str, list[Latencies]] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    serve_batch: dict[str, float] = field(default_factory=dict)


def measure(plan: Plan, limits: BatchLimits, advance: Callable[[], None]) -> Measured:
    """Saturation of all variants in turns, then their latencies in turns."""
    work = Workload(plan.device.rows(lengths(4096, plan.longest)), plan.copies_per_call)
    chosen, tried = _best_serve_batch(plan, limits, work, advance)
    measured = Measured(serve_batch={"counts_tokens": chosen.counts_tokens, "wait_s": chosen.wait_s} | tried)
    makers: dict[str, Callable[[Meter], Variant]] = {
        OURS: lambda meter: OurBatcher(meter, limits),
        SERVE: lambda meter: ServeBatch(meter, limits, plan.longest, chosen),
        SINGLE: OneByOne,
    }
    for turn in range(plan.repeats):
        for name in _rotated([*makers, IDEAL], turn):
            saturated = _offline(plan, limits) if name == IDEAL else _saturated(plan, work, makers[name])
            measured.saturated.setdefault(name, []).append(saturated)
            advance()
    rates = {name: LOAD * _median(runs, "copies_per_s") for name, runs in measured.saturated.items()}
    # The batchers are compared at the load that @serve.batch can bear, each besides at its own.
    offered = {OURS: rates[OURS], SERVE: rates[SERVE], SINGLE: rates[SINGLE], f"{OURS}_at_serve_batch": rates[SERVE]}
    measured.offered = offered
    for turn in range(plan.repeats):
        for name in _rotated(list(offered), turn):
            meter = Meter(plan.device)
            variant = makers[name.removesuffix("_at_serve_batch")](meter)
            gc.collect()
            run = offer(
                variant, meter, work, copies_per_s=offered[name], warm_s=plan.warm_s, seconds=plan.seconds, seed=turn
            )
            measured.latencies.setdefault(name, []).append(asyncio.run(run))
            advance()
    return measured


def _best_serve_batch(
    plan: Plan, limits: BatchLimits, work: Workload, advance: Callable[[], None]
) -> tuple[ServeBatchSettings, dict[str, float]]:
    """The settings with which it is fastest at saturation, and what was tried."""
    tried: dict[ServeBatchSettings, float] = {}
    for settings in (ServeBatchSettings(counts, wait) for wait in plan.waits_s for counts in (True, False)):
        saturated = _saturated(plan, work, _serve_batch(plan, limits, settings))
        tried[settings] = saturated.copies_per_s
        advance()
    best = max(tried.values())
    chosen = next(settings for settings, rate in tried.items() if rate >= _ALIKE * best)
    rates = {f"copies_per_s_tokens_{s.counts_tokens}_wait_{s.wait_s}".lower(): round(r, 1) for s, r in tried.items()}
    return chosen, rates


def _serve_batch(plan: Plan, limits: BatchLimits, settings: ServeBatchSettings) -> Callable[[Meter], Variant]:
    return lambda meter: ServeBatch(meter, limits, plan.longest, settings)


def _saturated(plan: Plan, work: Workload, make: Callable[[Meter], Variant]) -> Saturated:
    gc.collect()
    meter = Meter(plan.device)
    run = saturate(make(meter), meter, work, outstanding=plan.outstanding, warm_s=plan.warm_s, seconds=plan.seconds)
    return asyncio.run(run)


def _offline(plan: Plan, limits: BatchLimits) -> Saturated:
    """At least as many copies as are outstanding elsewhere: of fewer, the lengths lie further apart and pad more."""
    gc.collect()
    count = plan.outstanding
    while True:
        rows = plan.device.rows(lengths(count, plan.longest, seed=1))
        began = time.monotonic()
        ran = ideal(plan.device, rows, limits).ran
        took = time.monotonic() - began
        if took >= plan.seconds / 2:
            return summary(ran, began, statistics.fmean(row.tokens for row in rows))
        count = int(count * min(8.0, max(1.5, plan.seconds / max(took, 1e-3))))


def _rotated(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]


def _median(runs: list[Any], key: str) -> float:
    return statistics.median(getattr(run, key) for run in runs)


def _ratio(runs: list[Any], base: list[Any], key: str) -> dict[str, float]:
    """Median of the rounds' ratios, and the lowest and highest of them."""
    ratios = [getattr(a, key) / getattr(b, key) for a, b in zip(runs, base, strict=True)]
    return {"median": round(statistics.median(ratios), 3), "low": round(min(ratios), 3), "high": round(max(ratios), 3)}


def report(measured: dict[str, Measured]) -> dict[str, Any]:
    """The result: ratios first, what they are made of below."""
    devices: dict[str, Any] = {name: _device(m) for name, m in measured.items()}
    shown = devices["device_model"]["saturated"][OURS]
    return {**devices, "padding_efficiency": shown["padding_efficiency"], "mean_batch": shown["mean_batch"]}


def _device(measured: Measured) -> dict[str, Any]:
    runs, waits = measured.saturated, measured.latencies
    ratios = {f"ratio_to_{name}": _ratio(runs[OURS], runs[name], "copies_per_s") for name in (IDEAL, SERVE, SINGLE)} | {
        f"{p}_ratio_to_{SERVE}": _ratio(waits[f"{OURS}_at_serve_batch"], waits[SERVE], f"{p}_ms")
        for p in ("p50", "p99")
    }
    keys = [key for key in asdict(runs[OURS][0]) if key != "batches"]
    return {
        **{name: ratio["median"] for name, ratio in ratios.items()},
        "spread": {name: [ratio["low"], ratio["high"]] for name, ratio in ratios.items()},
        "saturated": {name: {key: round(_median(of, key), 3) for key in keys} for name, of in runs.items()},
        "at_load": {
            name: {"offered_copies_per_s": round(measured.offered[name], 1)}
            | {key: round(_median(of, key), 2) for key in ("p50_ms", "p99_ms", "lag_p99_ms", "mean_batch")}
            for name, of in waits.items()
        },
        "serve_batch_settings": measured.serve_batch,
    }


def raw_rows(measured: dict[str, Measured]) -> Iterator[dict[str, Any]]:
    """A row for each run, and for each call at 70% load its latency."""
    for device, m in measured.items():
        for name, runs in m.saturated.items():
            for turn, run in enumerate(runs):
                yield {"device": device, "variant": name, "round": turn, **asdict(run)}
        for name, loads in m.latencies.items():
            for turn, load in enumerate(loads):
                for ms in load.raw_ms:
                    yield {"device": device, "variant": name, "round": turn, "latency_ms": round(ms, 3)}
