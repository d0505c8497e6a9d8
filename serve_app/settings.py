"""Every setting of the application, composed of the stages' own: the `args` of a Serve config. Variants by `kind`.

What changes under load is not here but in the `user_config` of each deployment, see `serve_app/flow/knobs.py` and the
`Knobs` of each stage.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from deployments.engines.settings import EngineSettings
from deployments.kinds import AnyCaptionerSettings, AnyGeneratorSettings, AnyRewardSettings, AnyRouterSettings
from deployments.settings import Scaling, Settings
from serve_app.access.settings import AnyAccessSettings
from serve_app.ingress.http_settings import HttpSettings
from serve_app.stages import STAGES


class ItemAffinity(Settings):
    """Keeps all calls for one item on one replica.

    The generator's prefix cache then has the item's facts, the captioner's cache its caption. The captioner knows an
    item by its pictures alone.

    A replica with `max_imbalance` calls more than the least busy one is passed over for that one, as is a full one.
    """

    max_imbalance: int = Field(default=8, ge=0)


class AffinityScaling(Scaling):
    """`affinity: null` spreads calls by load alone. It has no effect with a single replica."""

    affinity: ItemAffinity | None = ItemAffinity()


class GraphScaling(Settings):
    """Replicas, autoscaling and queue bounds of each deployment."""

    captioner: AffinityScaling = AffinityScaling()
    router: Scaling = Scaling()
    generator: AffinityScaling = AffinityScaling()
    reward: Scaling = Scaling()
    ingress: Scaling = Scaling(max_ongoing_requests=256, max_queued_requests=512)

    def stage_places(self) -> dict[str, int]:
        """By stage, the calls of one ingress replica that it holds in the worst case.

        They are in the replica's queue, or in its share of the fewest replicas of the stage.
        """
        places = {}
        for row in STAGES:
            stage: Scaling = getattr(self, row.key)
            shared = stage.min_replicas * stage.max_ongoing_requests // self.ingress.max_replicas
            places[row.key] = stage.max_queued_requests + shared
        return places

    def drain_s(self) -> dict[str, float]:
        """Return by stage, and for the ingress, how long a replica that is stopped may finish its calls."""
        keys = (*(row.key for row in STAGES), "ingress")
        return {key: getattr(self, key).graceful_shutdown_timeout_s for key in keys}


class AppSettings(Settings):
    """The whole graph. Relations that cannot work are refused here, by name, before anything starts."""

    captioner: AnyCaptionerSettings
    router: AnyRouterSettings
    generator: AnyGeneratorSettings
    reward: AnyRewardSettings
    scaling: GraphScaling = GraphScaling()
    http: HttpSettings = HttpSettings()
    access: AnyAccessSettings
    """Who may call. It has no default, so that nobody leaves a service open without knowing."""

    @model_validator(mode="before")
    @classmethod
    def _said(cls, data: Any) -> Any:
        if isinstance(data, dict) and "access" not in data:
            raise ValueError(
                "access is missing: write `access: {kind: keys, file: ...}`, or `access: {kind: open}` for a service "
                "that everyone may call who reaches it"
            )
        return data

    @model_validator(mode="after")
    def _possible(self) -> AppSettings:
        if self.scaling.ingress.min_replicas < 1:
            raise ValueError(
                "scaling.ingress.min_replicas=0: with no ingress replica a health probe finds nothing; use at least 1"
            )
        for row in STAGES:
            engine = getattr(getattr(self, row.key), "engine", None)
            if isinstance(engine, EngineSettings):
                _check_gpus(row.key, engine, getattr(self.scaling, row.key).num_gpus)
        return self


def _check_gpus(stage: str, engine: EngineSettings, num_gpus: float) -> None:
    """Hold an engine's memory and workers against the GPUs of its replica. Raises ValueError.

    Ray puts replicas on a card until their `num_gpus` add up to 1, so parts within them add up too.
    """
    gpus = f"scaling.{stage}.num_gpus={num_gpus:g}"
    if 0 < num_gpus < 1 and engine.gpu_memory_utilization > num_gpus:
        raise ValueError(
            f"{stage}.engine.gpu_memory_utilization={engine.gpu_memory_utilization:g} exceeds {gpus}: what shares the "
            "card would not start; the engine may take as much of its memory as the replica has of the GPU"
        )
    if num_gpus >= 1 and engine.tensor_parallel_size != num_gpus:
        raise ValueError(
            f"{stage}.engine.tensor_parallel_size={engine.tensor_parallel_size} and {gpus}: an engine computes on as "
            "many GPUs as its replica has; set both to the same number"
        )
