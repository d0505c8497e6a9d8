"""The steps of `benchmarks.gpu`, each a function from the folder of the models' shapes to its result."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.gpu import card, encoder
from benchmarks.gpu.shapes import with_shapes
from serve_app.demo.local import LocalServe, free_port

_CONFIG: Final = Path("configs/gpu.yaml")
# Two engines compile their models, one after the other.
_READY_S: Final = 420.0
_LONG_BUDGET_MS: Final = 25_000
# Random words never end an answer; so many tokens are about one of a title and a body.
_ANSWER_TOKENS: Final = 64
_KV_BESIDE_BARE: Final = 8 * 2**30


def of_card(models: Path) -> dict[str, Any]:
    """The card: name, memory, and what it computes and copies at most. Under a minute."""
    del models
    return asdict(card.measure())


def of_encoder(models: Path) -> dict[str, Any]:
    """A batch of the reward model with CUDA graphs and without, as a share of the card's peak. Under a minute."""
    del models
    return encoder.measure(card.measure().bf16_tflops)


def of_scorer(models: Path) -> dict[str, Any]:
    """`benchmarks.scorer` on the card: does the batcher keep it busy? Two minutes."""
    del models
    from benchmarks.scorer.measure import Plan, measure, report  # noqa: PLC0415 - imports Ray
    from benchmarks.scorer.variants import RealModel, replica_context  # noqa: PLC0415
    from deployments.batching import BatchLimits  # noqa: PLC0415

    limits = BatchLimits(max_batch_tokens=4096, max_batch_items=64, max_queue=1_000_000)
    real = RealModel(Path("models/reward"), limits.max_batch_tokens)
    plan = Plan(real, real.max_length, 4, 1024, repeats=2, seconds=2.0, warm_s=0.5, waits_s=(0.0, 0.002))
    with replica_context():
        return report({"real": measure(plan, limits, lambda: None)}) | {"model": real.description}


def of_start(models: Path) -> dict[str, Any]:
    """Does gpu.yaml start, and how long does each stage take? It fills vLLM's cache of compiled models for the others.

    Engines start one after the other, and each compiles its model: minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = _config(models, Path(folder), lambda *_: None)
        ready_s: dict[str, float] = {}
        began = time.monotonic()
        with LocalServe(config, http_port=free_port(), grpc_port=free_port()) as local:
            local.wait_ready(_READY_S, ready_s.update)
            return {"all_ready_s": round(time.monotonic() - began, 1), "stages_ready_s": ready_s}


def of_engine(models: Path) -> dict[str, Any]:
    """`benchmarks.engine`: tokens a second of gpu.yaml's graph over bare vLLM's, both on the card, in turn."""
    from benchmarks.engine.measure import run  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        config = _config(models, Path(folder), beside_bare)
        return run(config, rounds=3, items=128, concurrency=64, photos=False)[0]


def of_load(models: Path) -> dict[str, Any]:
    """`benchmarks.load`: requests that gpu.yaml answers in time, with pictures, at growing rates."""
    from benchmarks.load.measure import Plan, run  # noqa: PLC0415

    plan = Plan("grpc", "poisson", True, (2, 4, 8, 16, 32), 4, 64, 4000, 8, 1, 100, 0)
    with tempfile.TemporaryDirectory() as folder:
        config = _config(models, Path(folder), lambda *_: None)
        return asyncio.run(run(plan, config, None, ready_s=_READY_S))[0]


def beside_bare(config: dict[str, Any], folder: Path) -> None:
    """Room on the card for the bare engine, and no bound of time, work or length that it does not have either."""
    application = config["applications"][0]
    stages = application["args"]
    stages["captioner"]["engine"] |= {"kv_cache_bytes": _KV_BESIDE_BARE // 2, "gpu_memory_utilization": 0.2}
    stages["generator"]["engine"] |= {"kv_cache_bytes": _KV_BESIDE_BARE, "gpu_memory_utilization": 0.25}
    knobs = next(d["user_config"] for d in application["deployments"] if d["name"] == "Ingress")
    knobs["defaults"]["time_budget_ms"] = _LONG_BUDGET_MS
    knobs["admission"] |= {"adaptive": False}
    application["deployments"].append({"name": "Generator", "user_config": {"max_tokens": _ANSWER_TOKENS}})
    knobs["length_profiles"] = str(_write_unbounded(folder))


def _write_unbounded(folder: Path) -> Path:
    """Length limits that random words do not reach: a draft that outgrows its limit would end early in the graph."""
    profile = {"length_profile": "default", "max_title": 500, "max_body": 4000, "origin": "for random weights"}
    path = folder / "profiles.yaml"
    path.write_text(yaml.safe_dump({"profiles": [profile]}), encoding="utf-8")
    return path


def _config(models: Path, folder: Path, edit: Callable[[dict[str, Any], Path], None]) -> Path:
    config = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
    with_shapes(config, models.resolve())
    edit(config, folder)
    path = folder / _CONFIG.name
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


STEPS: Final[Mapping[str, Callable[[Path], dict[str, Any]]]] = {
    "card": of_card,
    "encoder": of_encoder,
    "scorer": of_scorer,
    "start": of_start,
    "engine": of_engine,
    "load": of_load,
}
