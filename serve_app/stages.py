"""The table of stages: what each is called where. One stage has one name; where two are needed, this says so."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from deployments.types import Stage


@dataclass(frozen=True)
class StageRow:
    """The names of one stage.

    stage: in timings and revisions, and in lower case in metrics. key: in settings and health. deployment: in Serve.
    source: the module and name of the deployment, which imports Ray. needed: whether the service is of no use without
    it; the loss of another stage is a degradation.
    """

    stage: Stage
    key: str
    deployment: str
    source: str
    needed: bool = True

    def load(self) -> Any:
        """The Serve deployment."""
        module, _, name = self.source.partition(":")
        return getattr(import_module(module), name)


STAGES: Final = (
    StageRow(
        Stage.CAPTION, "captioner", "Captioner", "deployments.captioner.deployment:CaptionerDeployment", needed=False
    ),
    StageRow(
        Stage.ROUTE, "router", "CategoryRouter", "deployments.router.deployment:CategoryRouterDeployment", needed=False
    ),
    StageRow(Stage.GENERATE, "generator", "Generator", "deployments.generator.deployment:GeneratorDeployment"),
    StageRow(Stage.SCORE, "reward", "RewardScorer", "deployments.reward.deployment:RewardScorerDeployment"),
)
INGRESS: Final = "Ingress"

DEPLOYMENTS: Final = (*(row.deployment for row in STAGES), INGRESS)
