"""The plan of a bulk job: a Serve config read as the settings and knobs of a graph in one process."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.host import usable_cpus
from deployments.settings import Scaling, parse
from serve_app.demo import import_path
from serve_app.demo.config import OUR_APP, read
from serve_app.flow.knobs import AdmissionKnobs, IngressKnobs
from serve_app.settings import AppSettings
from serve_app.stages import INGRESS, STAGES

# Requests at once, as a multiple of what the engine computes at once: while some are routed, checked or scored, its
# queue has more.
_AHEAD: Final = 2.0
_LEAST: Final = 8
# Sequences in a step, as a multiple of the config's, on a CPU: a step reads all weights, for many or for few.
_SEQUENCES: Final = 2


@dataclass(frozen=True)
class Plan:
    """What a worker needs to build its graph.

    user_configs: by the stages' keys. concurrency: requests in the graph at once. tenant: whose rules hold.
    digest: of what a Decision depends on, so that a job does not go on with other settings.
    """

    settings: AppSettings
    user_configs: dict[str, dict[str, Any]]
    knobs: IngressKnobs
    concurrency: int
    tenant: str
    digest: str

    @classmethod
    def of(cls, config: Path, tenant: str = "", concurrency: int | None = None, sharing: int = 1) -> Plan:
        """Read the first application of the config that is ours. Raises Misconfigured.

        sharing: workers that share the cores of this machine.
        """
        applications = [app for app in read(config)["applications"] if import_path.split(app["import_path"]) == OUR_APP]
        if not applications:
            raise Misconfigured(f"{config} has no application with import_path {':'.join(OUR_APP)}")
        application = applications[0]
        settings = parse(AppSettings, application.get("args", {}), "args")
        by_name = {d["name"]: d.get("user_config") or {} for d in application.get("deployments", [])}
        knobs = parse(IngressKnobs, by_name.get(INGRESS, {}), f"user_config of {INGRESS}")
        throughput = for_throughput(settings, sharing)
        requests = concurrency or _concurrency(throughput, knobs)
        _check_gpus(settings, config)
        user_configs = {row.key: knobs.stages.get(row.key) or by_name.get(row.deployment, {}) for row in STAGES}
        return cls(
            settings=throughput,
            user_configs=user_configs,
            knobs=patient(knobs, requests),
            concurrency=requests,
            tenant=tenant,
            digest=_digest(settings, knobs, user_configs, tenant),
        )

    @property
    def resources(self) -> dict[str, Any]:
        """Return what Ray reserves for a worker: the sum of its stages, inline ones as the ingress."""
        parts = _parts(self.settings)
        env_vars = {name: value for part in parts for name, value in part.env_vars.items()}
        return {
            "num_cpus": sum(part.num_cpus for part in parts),
            "num_gpus": _gpus(parts),
            "runtime_env": {"env_vars": env_vars},
        }


def _parts(settings: AppSettings) -> list[Scaling]:
    scaling = settings.scaling
    return [*scaling.deployed().values(), *([scaling.ingress] if scaling.inline else [])]


def _gpus(parts: Sequence[Scaling]) -> float:
    return round(sum(part.num_gpus for part in parts), 4)


def _check_gpus(settings: AppSettings, config: Path) -> None:
    """Raise Misconfigured where the stages do not share a GPU: a worker is one process, which sees its first one."""
    if (gpus := _gpus(_parts(settings))) > 1:
        raise Misconfigured(
            f"{config}: the stages' num_gpus are {gpus:g} in sum, and a bulk worker has one GPU: use a config whose "
            "stages share a card, as configs/gpu.yaml"
        )


def for_throughput(settings: AppSettings, workers: int) -> AppSettings:
    """The settings of one of several workers of a machine, whose engines compute much at a time: nobody waits.

    On a GPU an engine stays as the config has it: the memory of a card is split there.
    """
    changed: dict[str, Any] = {}
    for key, scaling in settings.scaling.deployed().items():
        stage = getattr(settings, key)
        engine = getattr(stage, "engine", None)
        if isinstance(engine, EngineSettings) and not scaling.num_gpus:
            changed[key] = stage.model_copy(update={"engine": _on_cores(engine, workers)})
    return settings.model_copy(update=changed)


def _on_cores(engine: EngineSettings, workers: int) -> EngineSettings:
    """More sequences in a step, with room for them, on a share of the cores where the config does not set threads.

    Engines that all compute on every core would wait for each other.
    """
    sequences = _SEQUENCES * engine.max_num_seqs
    changed: dict[str, Any] = {"max_num_seqs": sequences}
    if engine.kv_cache_bytes is not None:
        changed["kv_cache_bytes"] = _SEQUENCES * engine.kv_cache_bytes
    if engine.max_num_batched_tokens is not None:
        changed["max_num_batched_tokens"] = max(engine.max_num_batched_tokens, sequences)
    if workers > 1 and engine.cpu_threads is None:
        changed["cpu_threads"] = max(1, usable_cpus() // workers)
    return engine.model_copy(update=changed)


def patient(knobs: IngressKnobs, requests: int) -> IngressKnobs:
    """The knobs without gate and ladder, since no more than `requests` come; with the longest time: nobody waits."""
    gate = AdmissionKnobs(max_in_flight=requests, adaptive=False, max_waiting=requests, backfill_share=1.0)
    longest = knobs.defaults.model_copy(update={"time_budget_ms": knobs.limits.max_time_budget_ms})
    return knobs.model_copy(update={"admission": gate, "ladder": None, "defaults": longest})


def _concurrency(settings: AppSettings, knobs: IngressKnobs) -> int:
    engine = getattr(settings.generator, "engine", None)
    sequences = engine.max_num_seqs if isinstance(engine, EngineSettings) else 64
    candidates = knobs.defaults.max_categories * knobs.defaults.candidates_per_category
    return max(_LEAST, math.ceil(_AHEAD * sequences / candidates))


def _digest(settings: AppSettings, knobs: IngressKnobs, user_configs: dict[str, dict[str, Any]], tenant: str) -> str:
    parts = (
        settings.model_dump_json(exclude={"scaling", "http", "access"}),
        knobs.model_dump_json(exclude={"admission", "log", "audit"}),
        sorted(user_configs.items()),
        tenant,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
