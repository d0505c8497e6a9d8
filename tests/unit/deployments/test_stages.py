"""The life of a stage: knobs are checked before anything starts or changes."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.settings import Knobs
from deployments.stages import Startable
from deployments.types import Stage, StageRevision


class ToyKnobs(Knobs):
    speed: int = 3


class Toy(Startable[ToyKnobs]):
    knobs_type = ToyKnobs

    def __init__(self) -> None:
        self.started: list[ToyKnobs] = []
        self.changed: list[ToyKnobs] = []

    async def start(self, knobs: ToyKnobs) -> None:
        self.started.append(knobs)

    async def reconfigure(self, knobs: ToyKnobs) -> None:
        self.changed.append(knobs)

    def revision(self) -> StageRevision:
        return StageRevision(stage=Stage.ROUTE, kind="toy")

    async def check_health(self) -> None: ...

    async def stop(self) -> None: ...


async def test_a_user_config_becomes_the_stages_own_knobs() -> None:
    toy = Toy()
    await toy.start_with({}, "user_config of Toy")
    await toy.reconfigure_with({"speed": 5}, "user_config of Toy")
    assert (toy.started, toy.changed) == ([ToyKnobs(speed=3)], [ToyKnobs(speed=5)])


@pytest.mark.parametrize("verb", ["start_with", "reconfigure_with"])
async def test_impossible_knobs_are_refused_by_name_before_the_stage_sees_them(verb: str) -> None:
    toy = Toy()
    with pytest.raises(Misconfigured, match="user_config of Toy: settings: unknown key 'sped'; did you mean 'speed'"):
        await getattr(toy, verb)({"sped": 5}, "user_config of Toy")
    assert (toy.started, toy.changed) == ([], [])
