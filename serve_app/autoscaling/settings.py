"""Who sizes the stages: the `autoscaling` of the application's `args`. Variants by `kind`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from deployments.settings import Settings
from serve_app.autoscaling.policy import Forecast
from serve_app.autoscaling.policy import PlannedRate as Planned

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class StockAutoscaling(Settings):
    """Serve's own policy: the mean of the calls over 30 s against `target_ongoing_requests`."""

    kind: Literal["stock"] = "stock"


class StageAutoscaling(Settings):
    """Each stage by itself, by its calls and by the signals that have `targets`, looked at every second."""

    kind: Literal["stages"] = "stages"


class PlannedRate(Settings):
    """A rate that is expected each day: requests a second of the whole service.

    start, end: HH:MM in UTC. Rates whose times overlap add up.
    """

    start: ClockTime
    end: ClockTime
    rate: float = Field(gt=0)

    @model_validator(mode="after")
    def _lasts(self) -> PlannedRate:
        if self.start == self.end:
            raise ValueError(f"start and end are both {self.start}: the rate would last no time")
        return self


class GraphAutoscaling(Settings):
    """All stages together, from the rate of work at the ingress and what it costs in each (docs/operate.md).

    It needs `autoscaling_policy: {policy_function: serve_app.autoscaling.serve:GraphPolicy}` beside `args`. Serve calls
    that hook unfinished; without it each stage is sized by itself, as by `stages`, and the log says so.

    floor_s: the stages carry the mean rate of so long. burst_s: they follow a higher rate that lasts so long. lead_s:
    they grow so long before a planned rate: the time that a replica takes to start. A stage with `min_replicas: 0`
    rests after `floor_s` without requests, and wakes with the first one or a planned rate.
    """

    kind: Literal["graph"] = "graph"
    floor_s: float = Field(default=300.0, ge=10, le=3600)
    burst_s: float = Field(default=2.0, ge=2, le=60)
    lead_s: float = Field(default=180.0, ge=0, le=3600)
    plan: tuple[PlannedRate, ...] = ()

    def forecast(self) -> Forecast:
        plan = tuple(Planned(_seconds(p.start), _seconds(p.end), p.rate) for p in self.plan)
        return Forecast(self.floor_s, self.burst_s, self.lead_s, plan)


def _seconds(clock_time: str) -> float:
    """Seconds after midnight."""
    hours, minutes = clock_time.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes)


AnyAutoscalingSettings = Annotated[StockAutoscaling | StageAutoscaling | GraphAutoscaling, Field(discriminator="kind")]
