"""The table of stages: what each is called where. One stage has one name; where two are needed, this says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deployments.types import Stage


@dataclass(frozen=True)
class StageRow:
    """stage: of timings, revisions and, in lower case, metrics. key: of the settings and of health. deployment: Serve's
    name of it."""

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
