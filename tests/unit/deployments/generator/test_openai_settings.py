"""Settings and knobs of the generator behind an OpenAI API that are refused."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.settings import parse

SERVER = {"base_url": "http://h/v1", "model": "m"}


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"temperature": -0.1}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"second_tries": -1}, "second_tries"),
        ({"max_tokens": 15}, "max_tokens"),
        ({"max_facts_tokens": 31}, "max_facts_tokens"),
        ({"max_drafts_per_request": 1025}, "max_drafts_per_request"),
        ({"min_p": 0.1}, "unknown key 'min_p'"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(OpenAiGeneratorKnobs, impossible, "user_config")


def test_sampling_may_be_left_to_the_server() -> None:
    knobs = parse(OpenAiGeneratorKnobs, {"temperature": None}, "user_config")
    assert (knobs.temperature, knobs.top_p) == (None, None)


def test_a_server_has_no_adapters_and_cannot_be_given_any() -> None:
    assert parse(OpenAiGeneratorSettings, {"server": SERVER}, "args").adapter_names == ()
    with pytest.raises(Misconfigured, match="unknown key 'engine'"):
        parse(OpenAiGeneratorSettings, {"server": SERVER, "engine": {"model": "m"}}, "args")
