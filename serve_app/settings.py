"""Every setting of the application, composed of the stages' own: the `args` of a Serve config. Variants by `kind`.

What changes under load is not here but in the `user_config` of each deployment, see `serve_app/flow/knobs.py` and the
`Knobs` of each stage.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from deployments.kinds import AnyCaptionerSettings, AnyGeneratorSettings, AnyRewardSettings, AnyRouterSettings
from deployments.settings import Scaling, Settings
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


class AppSettings(Settings):
    """The whole graph. Relations that cannot work are refused here, by name, before anything starts."""

    captioner: AnyCaptionerSettings
    router: AnyRouterSettings
    generator: AnyGeneratorSettings
    reward: AnyRewardSettings
    scaling: GraphScaling = GraphScaling()
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _possible(self) -> AppSettings:
        if self.scaling.ingress.min_replicas < 1:
            raise ValueError(
                "scaling.ingress.min_replicas=0: with no ingress replica a health probe finds nothing; use at least 1"
            )
        return self
