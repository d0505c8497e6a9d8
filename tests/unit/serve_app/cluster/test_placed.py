"""Each stage in its place: a handle, or a replica in this process."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

from deployments.types import Stage
from serve_app.cluster.placed import INLINE, REMOTE, PlacedStages
from serve_app.cluster.remembered import RememberingCaptioner
from serve_app.flow.metrics import NoMetrics


def test_a_stage_has_the_class_of_its_place_and_all_stand_in_the_order_of_the_flow() -> None:
    parts: dict[str, Any] = {key: Mock() for key in ("reward", "generator", "captioner", "router")}
    handles = {key: parts.pop(key) for key in ("generator", "captioner")}
    stages = PlacedStages.of(handles, parts, NoMetrics(), lambda _: False)
    assert [stage.stage for stage in stages.each()] == [Stage.CAPTION, Stage.ROUTE, Stage.GENERATE, Stage.SCORE]
    assert [type(stage) for stage in stages.each()] == [
        REMOTE["captioner"], INLINE["router"], REMOTE["generator"], INLINE["reward"],
    ]  # fmt: skip
    assert REMOTE["captioner"] is RememberingCaptioner, "one that is inline has its cache at hand"
