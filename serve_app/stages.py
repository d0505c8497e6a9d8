"""The table of stages: what each is called where. One stage has one name; where two are needed, this says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deployments.types import Stage


@dataclass(frozen=True)
class StageRow:
    """The names of one stage.

    stage: in timings and revisions, and in lower case in metrics. key: in settings and health. deployment: in Serve.
    """

    stage: Stage
    key: str
    deployment: str


STAGES: Final = (
    StageRow(Stage.CAPTION, "captioner", "Captioner"),
    StageRow(Stage.ROUTE, "router", "CategoryRouter"),
    StageRow(Stage.GENERATE, "generator", "Generator"),
    StageRow(Stage.SCORE, "reward", "RewardScorer"),
)
INGRESS: Final = "Ingress"

DEPLOYMENTS: Final = (*(row.deployment for row in STAGES), INGRESS)
