"""Drafts in bulk: in order, several at a time, from an engine that is always stopped."""

from __future__ import annotations

from typing import Any, cast

import pytest

from deployments.errors import StageUnavailable
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile
from tests.unit.training.generator.fake_generator import FakeGenerator
from training.generator import drafts

PROFILE = LengthProfile(length_profile="default", max_title=40, max_body=90)


def tasks(count: int, **more: Any) -> list[GenerationTask]:
    plan = tuple(CategoryPlan(category=name, instruction="") for name in ("STORY", "DIRECT"))
    return [
        GenerationTask(
            item=Item(description=f"The ferry of town {'abcdefgh'[n]} is a library for children now"), caption="",
            plan=plan, candidates_per_category=2, profile=PROFILE, **more,
        )
        for n in range(count)
    ]  # fmt: skip


def write(fake: FakeGenerator, *arguments: Any) -> list[list[Draft]]:
    return drafts.write(cast(GeneratorSettings, fake), GeneratorKnobs(), *arguments)


def test_every_task_gets_its_drafts_in_the_order_of_its_plan() -> None:
    fake, steps = FakeGenerator(), list[None]()
    found = write(fake, tasks(5), 3, lambda: steps.append(None))
    assert [[d.category for d in each] for each in found] == [["STORY", "STORY", "DIRECT", "DIRECT"]] * 5
    assert all(f"town {name}" in each[0].body for name, each in zip("abcde", found, strict=True))
    assert len(steps) == 5
    assert len({call.request_id for call in fake.calls}) == 5
    assert all(call.deadline.remaining_s() > 3600 for call in fake.calls)
    assert fake.life == ["start", f"temperature {GeneratorKnobs().temperature:g}", "stop"]


def test_seeds_come_from_the_item_unless_the_task_has_one() -> None:
    one, two = FakeGenerator(), FakeGenerator()
    write(one, tasks(4), 1)
    write(two, tasks(4)[::-1], 4)
    assert len(set(one.seeds)) == 4
    assert sorted(cast(list[int], one.seeds)) == sorted(cast(list[int], two.seeds))
    given = FakeGenerator()
    write(given, tasks(2, seed=7))
    assert given.seeds == [7, 7]


def test_one_engine_serves_every_setting_and_an_error_stops_it() -> None:
    fake = FakeGenerator()
    every = [GeneratorKnobs(temperature=t) for t in (0.5, 0.9)]
    found = drafts.write_each(cast(GeneratorSettings, fake), every, tasks(2))
    assert [len(each) for each in found] == [2, 2]
    assert fake.life == ["start", "temperature 0.5", "temperature 0.9", "stop"]
    dying = FakeGenerator(dies_at=1)
    with pytest.raises(StageUnavailable, match="the fake engine has stopped"):
        write(dying, tasks(4), 2)
    assert dying.life[-1] == "stop"
