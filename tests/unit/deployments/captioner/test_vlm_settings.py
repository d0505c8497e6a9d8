"""A captioner with a model that sees: its engine takes as many pictures as its knobs show it."""

from __future__ import annotations

import pytest

from deployments.captioner.vlm_settings import VlmCaptionerSettings, VlmKnobs
from deployments.errors import Misconfigured
from deployments.settings import parse


def images(**engine: object) -> int:
    return parse(VlmCaptionerSettings, {"engine": {"model": "m"} | engine}, "args").engine.max_images_per_prompt


def test_an_engine_takes_four_pictures_unless_it_says_how_many_and_is_shown_as_many() -> None:
    assert images() == 4
    assert VlmKnobs().max_images is None
    assert images(max_images_per_prompt=9) == 9


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"engine": {"model": "m", "max_images_per_prompt": 0}}, "a captioner that may not look at images"),
        ({}, "engine"),
        ({"engine": "m"}, "engine"),
        ({"engine": {"model": "m"}, "max_image_side": 16}, "max_image_side"),
        ({"engine": {"modle": "m"}}, "unknown key 'modle'; did you mean 'model'"),
    ],
)
def test_impossible_settings_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"args: .*{words}"):
        parse(VlmCaptionerSettings, impossible, "args")


@pytest.mark.parametrize("impossible", [{"max_images": 0}, {"max_tokens": 4}, {"repetition_penalty": 0.4}])
def test_impossible_knobs_are_named(impossible: dict[str, float]) -> None:
    with pytest.raises(Misconfigured, match=next(iter(impossible))):
        parse(VlmKnobs, impossible, "user_config")
