"""Settings and knobs of the captioner behind an OpenAI API that are refused."""

from __future__ import annotations

import pytest

from deployments.captioner.openai_settings import OpenAiCaptionerKnobs, OpenAiCaptionerSettings
from deployments.errors import Misconfigured
from deployments.settings import parse

SERVER = {"base_url": "http://h/v1", "model": "m"}


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"max_tokens": 7}, "max_tokens"),
        ({"max_images": 0}, "max_images"),
        ({"max_facts_tokens": 31}, "max_facts_tokens"),
        ({"max_chars": 79}, "max_chars"),
        ({"cache": {"ttl": 3}}, "cache: unknown key 'ttl'; did you mean 'ttl_s'"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(OpenAiCaptionerKnobs, impossible, "user_config")


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"server": None}, "server"),
        ({"max_image_side": 31}, "max_image_side"),
        ({"jpeg_quality": 96}, "jpeg_quality"),
        ({"jpeg_quality": 29}, "jpeg_quality"),
        ({"engine": {"model": "m"}}, "unknown key 'engine'"),
    ],
)
def test_impossible_settings_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"args: .*{words}"):
        parse(OpenAiCaptionerSettings, {"server": SERVER} | impossible, "args")


def test_a_temperature_may_be_left_to_the_server_and_is_greedy_by_default() -> None:
    assert parse(OpenAiCaptionerKnobs, {"temperature": None}, "x").temperature is None
    assert parse(OpenAiCaptionerKnobs, {}, "x").temperature == 0
