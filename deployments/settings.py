"""Bases of every settings model.

`Settings` are fixed for the life of a replica (model, dtype, device): they come with `args:` in a Serve config, and a
change restarts the replica. `Knobs` change under load: they come with `user_config:`.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from deployments.errors import Misconfigured
from deployments.signals import Signal

T = TypeVar("T", bound=BaseModel)

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
# As in `ray._private.label_utils`, which clients do not have.
LabelKey = Annotated[str, StringConstraints(pattern=rf"^([a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_LABEL}$")]
LabelCondition = Annotated[str, StringConstraints(pattern=rf"^!?(in\({_LABEL}(, ?{_LABEL})*\)|{_LABEL})$")]


class Strict(BaseModel):
    """Frozen; an unknown key is an error that names the nearest valid one."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _name_the_nearest_key(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    near = difflib.get_close_matches(str(key), cls.model_fields, n=1, cutoff=0.0)
                    hint = f"; did you mean {near[0]!r}?" if near else ""
                    context = {"key": str(key), "shown": repr(key), "hint": hint}
                    raise PydanticCustomError("unknown_key", "unknown key {shown}{hint}", context)
        return data


class Settings(Strict):
    """Fixed for the life of a replica."""


class Knobs(Strict):
    """Changeable while serving, through `user_config`."""


class Scaling(Settings):
    """The number of replicas of a stage, and the bounds of its queues.

    `max_ongoing_requests` is per replica, `max_queued_requests` per caller, as in Ray Serve. Beyond both a call is
    refused with RESOURCE_EXHAUSTED. A replica that is stopped finishes its calls for at most
    `graceful_shutdown_timeout_s`: no less than the longest time budget, of the ingress the longest batch too.
    A replica with several GPUs gets them on one node, as a placement group.

    The number of replicas follows what they hold, between its bounds: `target_ongoing_requests` calls a replica, and of
    each signal in `targets` so much, in the unit of its metric `pushgen_SIGNAL`; the signal that needs most decides.
    More must be needed for `upscale_delay_s`, and less for `downscale_delay_s`. Policies: `autoscaling`.
    """

    min_replicas: int = Field(default=1, ge=0)
    max_replicas: int = Field(default=1, ge=1)
    target_ongoing_requests: float = Field(default=2.0, gt=0)
    targets: dict[Signal, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    upscale_delay_s: float = Field(default=10.0, ge=0, le=3600)
    downscale_delay_s: float = Field(default=300.0, ge=0, le=86_400)
    max_ongoing_requests: int = Field(default=16, ge=1)
    max_queued_requests: int = Field(default=64, ge=1)
    graceful_shutdown_timeout_s: float = Field(default=130.0, ge=0)
    num_cpus: float = Field(default=1.0, ge=0)
    num_gpus: float = Field(default=0.0, ge=0)
    label_selector: dict[LabelKey, LabelCondition] = Field(default_factory=dict, max_length=16)
    """Nodes that may run a replica, by Ray's node labels: `{pool: gpu}`, `{pool: "!spot"}`, `{pool: "in(a, b)"}`."""
    max_replicas_per_node: int | None = Field(default=None, ge=1, le=100)
    """None: replicas are spread as far as resources allow. 1: no two on a node, so that one that dies takes one."""
    max_surge_percent: int = Field(default=0, ge=0, le=100)
    """Share of the replicas, rounded up, that a restart starts before it stops old ones. They need room of their own on
    the nodes; without it the old ones go on serving. 0 stops old ones first."""
    env_vars: dict[str, str] = Field(default_factory=dict, repr=False)

    @model_validator(mode="after")
    def _possible(self) -> Scaling:
        if self.max_replicas < self.min_replicas:
            raise ValueError(f"max_replicas={self.max_replicas} is below min_replicas={self.min_replicas}")
        if self.target_ongoing_requests > self.max_ongoing_requests:
            raise ValueError(
                f"target_ongoing_requests={self.target_ongoing_requests} exceeds max_ongoing_requests="
                f"{self.max_ongoing_requests}: the autoscaler would never see the target reached"
            )
        if self.num_gpus > 1 and self.max_replicas_per_node is not None:
            raise ValueError(
                f"max_replicas_per_node={self.max_replicas_per_node} with num_gpus={self.num_gpus:g}: Serve has it not "
                "for replicas with a placement group; choose nodes by label_selector"
            )
        return self


def describe(error: ValidationError, data: Any = None) -> str:
    """Format the error: for each violation the path of the key in `data`, and the message."""
    return "; ".join(f"{'.'.join(_path(e, data)) or 'settings'}: {describe_one(e)}" for e in error.errors())


def _path(violation: ErrorDetails, data: Any) -> list[str]:
    """The keys of the path that `data` has, and one that is missing. Pydantic also names the members of unions."""
    path, inside = [], data
    for part in violation["loc"]:
        if isinstance(inside, dict) and part not in inside and violation["type"] != "missing":
            continue
        path.append(str(part))
        inside = inside.get(part) if isinstance(inside, dict) else None
    return path


def describe_one(violation: ErrorDetails) -> str:
    """Format what is wrong, without its place."""
    if violation["type"] in ("model_type", "dict_type"):  # pydantic would name a class of ours
        return "keys with values are expected here, as in `key: value`"
    if violation["type"] == "missing":
        return "is missing"
    return violation["msg"].removeprefix("Value error, ")


def parse(model: type[T], data: Any, what: str) -> T:
    """Validate settings from outside. Raises Misconfigured with every violation."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Misconfigured(f"{what}: {describe(error, data)}") from None
