"""Every setting of the application, composed of the stages' own: the `args` of a Serve config. Variants by `kind`.

What changes under load is not here but in the `user_config` of each deployment, see `serve_app/flow/knobs.py` and the
`Knobs` of each stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from deployments.engines.gpu_memory import LARGEST_SHARE
from deployments.engines.settings import EngineSettings
from deployments.kinds import AnyCaptionerSettings, AnyGeneratorSettings, AnyRewardSettings, AnyRouterSettings
from deployments.settings import Scaling, Settings
from serve_app.access.settings import AnyAccessSettings
from serve_app.autoscaling.settings import AnyAutoscalingSettings, StageAutoscaling, StockAutoscaling
from serve_app.flow.writer import WriterTarget
from serve_app.ingress.http_settings import HttpSettings
from serve_app.stages import STAGES


class ItemAffinity(Settings):
    """Keeps all calls for one item on one replica.

    The generator's prefix cache then has the item's facts, the captioner's cache its caption. The captioner knows an
    item by its pictures alone.

    A replica with `max_imbalance` calls more than the least busy one is passed over for that one, as is a full one.
    """

    max_imbalance: int = Field(default=8, ge=0)


class StageScaling(Scaling):
    """A stage that is a deployment: it has replicas and scales by itself."""

    placement: Literal["deployment"] = "deployment"


class AffinityScaling(StageScaling):
    """`affinity: null` spreads calls by load alone. It has no effect with a single replica."""

    affinity: ItemAffinity | None = ItemAffinity()


class InlineStage(Settings):
    """A stage inside each ingress replica: no process and no hop of its own, and it scales with the ingress.

    Its knobs stand in the `user_config` of the Ingress, under `stages`. Cores, cards and environment are those of
    `scaling.ingress`.
    """

    placement: Literal["inline"]

    @model_validator(mode="before")
    @classmethod
    def _nothing_of_its_own(cls, data: Any) -> Any:
        if isinstance(data, dict) and (others := [str(key) for key in data if key != "placement"]):
            raise PydanticCustomError(
                "no_effect",
                "{keys}: an inline stage has no replicas, queue or resources of its own; scaling.ingress sets them",
                {"keys": ", ".join(others), "key": others[0]},
            )
        return data


def _placement(data: Any) -> str:
    given = data.get("placement") if isinstance(data, dict) else getattr(data, "placement", None)
    return "deployment" if given is None else str(given)


_BY_PLACEMENT = Discriminator(
    _placement, custom_error_type="placement", custom_error_message="placement is `deployment` or `inline`"
)
_Inline = Annotated[InlineStage, Tag("inline")]
AnyStage = Annotated[Annotated[StageScaling, Tag("deployment")] | _Inline, _BY_PLACEMENT]
AnyAffinityStage = Annotated[Annotated[AffinityScaling, Tag("deployment")] | _Inline, _BY_PLACEMENT]


class GraphScaling(Settings):
    """Where each stage runs; of each deployment the replicas, autoscaling and queue bounds."""

    captioner: AnyAffinityStage = AffinityScaling()
    router: AnyStage = StageScaling()
    generator: AnyAffinityStage = AffinityScaling()
    reward: AnyStage = StageScaling()
    ingress: Scaling = Scaling(max_ongoing_requests=256, max_queued_requests=512)

    @property
    def inline(self) -> frozenset[str]:
        """The keys of the stages inside the ingress replica."""
        return frozenset(row.key for row in STAGES if isinstance(getattr(self, row.key), InlineStage))

    def deployed(self) -> dict[str, StageScaling]:
        """The stages that are deployments, by key."""
        return {row.key: getattr(self, row.key) for row in STAGES if row.key not in self.inline}

    def deployments(self) -> dict[str, Scaling]:
        """All deployments, by key: the stages that are one, and the ingress."""
        return {**self.deployed(), "ingress": self.ingress}

    def stage_places(self) -> dict[str, int]:
        """By deployed stage, the calls of one ingress replica that it holds in the worst case.

        They are in the replica's queue, or in its share of the fewest replicas of the stage. An inline stage holds
        what the gate lets in.
        """
        places = {}
        for key, stage in self.deployed().items():
            shared = stage.min_replicas * stage.max_ongoing_requests // self.ingress.max_replicas
            places[key] = stage.max_queued_requests + shared
        return places

    def growth_points(self) -> dict[str, float]:
        """By stage that may grow, the calls of one ingress replica at which it does: a share of its fewest replicas."""
        return {
            key: stage.target_ongoing_requests * max(1, stage.min_replicas) / self.ingress.min_replicas
            for key, stage in self.deployed().items()
            if stage.max_replicas > max(1, stage.min_replicas)
        }

    def drain_s(self) -> dict[str, float]:
        """Return by deployed stage, and for the ingress, how long a stopped replica may finish its calls."""
        return {key: scaling.graceful_shutdown_timeout_s for key, scaling in self.deployments().items()}


class AppSettings(Settings):
    """The whole graph. Relations that cannot work are refused here, by name, before anything starts."""

    captioner: AnyCaptionerSettings
    router: AnyRouterSettings
    generator: AnyGeneratorSettings
    reward: AnyRewardSettings
    scaling: GraphScaling = GraphScaling()
    autoscaling: AnyAutoscalingSettings = StageAutoscaling()
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
        deployed = self.scaling.deployed()
        if isinstance(self.autoscaling, StockAutoscaling):
            for key, stage in deployed.items():
                if stage.targets:
                    raise ValueError(
                        f"scaling.{key}.targets: Serve's stock policy looks at calls alone; take `autoscaling: "
                        "{kind: stages}` or `{kind: graph}`, or leave the targets out"
                    )
        for row in STAGES:
            stage = getattr(self, row.key)
            if row.key in deployed:
                _check_gpus(row.key, stage, deployed[row.key].num_gpus)
                continue
            if isinstance(getattr(stage, "engine", None), EngineSettings):
                raise ValueError(
                    f"scaling.{row.key}.placement=inline: an engine of vLLM starts for minutes and may die, and the "
                    f"ingress would with it; keep the {row.key} a deployment"
                )
            for name, _ in _memory_shares(row.key, stage):
                raise ValueError(f"{name} bounds a whole process, and scaling.{row.key}.placement=inline shares one")
        self._check_threads()
        return self

    def _check_threads(self) -> None:
        """Raise ValueError where stages of one process want different numbers of torch's threads: it has one."""
        wanted = {
            "captioner.threads": getattr(self.captioner, "threads", None),
            "router.encoder.threads": getattr(getattr(self.router, "encoder", None), "threads", None),
            "reward.threads": getattr(self.reward, "threads", None),
        }
        inline = {name: n for name, n in wanted.items() if n is not None and name.split(".")[0] in self.scaling.inline}
        if len(set(inline.values())) > 1:
            listed = ", ".join(f"{name}={threads}" for name, threads in inline.items())
            raise ValueError(f"{listed}: torch has one number of threads in the ingress replica; set them equal")

    def writer_target(self) -> WriterTarget | None:
        """None for a generator that does not scale, or whose engine is not ours."""
        scaling, engine = self.scaling.deployed().get("generator"), getattr(self.generator, "engine", None)
        if scaling is None or not isinstance(engine, EngineSettings) or scaling.min_replicas == scaling.max_replicas:
            return None
        return WriterTarget(scaling.target_ongoing_requests, engine.max_num_seqs)


def _check_gpus(key: str, stage: Settings, num_gpus: float) -> None:
    """Hold a stage's memory and an engine's workers against the GPUs of its replica. Raises ValueError.

    Ray puts replicas on a card until their `num_gpus` add up to 1, so parts within them add up too.
    """
    gpus = f"scaling.{key}.num_gpus={num_gpus:g}"
    for name, share in _memory_shares(key, stage):
        if 0 < num_gpus < 1 and share > round(LARGEST_SHARE * num_gpus, 6):
            raise ValueError(
                f"{name}={share:g} exceeds {LARGEST_SHARE:g} of {gpus}: what shares the card would not start; models "
                "may take that much of the replica's part of the card, CUDA itself needs the rest"
            )
    engine = getattr(stage, "engine", None)
    if isinstance(engine, EngineSettings) and num_gpus >= 1 and engine.tensor_parallel_size != num_gpus:
        raise ValueError(
            f"{key}.engine.tensor_parallel_size={engine.tensor_parallel_size} and {gpus}: an engine computes on as "
            "many GPUs as its replica has; set both to the same number"
        )


def _memory_shares(key: str, stage: Settings) -> Iterator[tuple[str, float]]:
    """Name and value of what the stage may take of a card: its engine's, its encoder's, or its own."""
    for name in ("engine", "encoder", ""):
        share = getattr(getattr(stage, name, None) if name else stage, "gpu_memory_utilization", None)
        if share is not None:
            yield ".".join(filter(None, (key, name, "gpu_memory_utilization"))), share
