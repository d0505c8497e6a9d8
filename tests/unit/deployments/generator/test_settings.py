"""Settings and knobs of the generator on vLLM that are refused."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.settings import parse


def test_the_names_of_the_adapters_are_sorted_and_base_is_none_of_them() -> None:
    engine = {"model": "m", "adapters": {"sport": "a", "news": "b"}}
    assert parse(GeneratorSettings, {"engine": engine}, "args").adapter_names == ("news", "sport")
    engine["adapters"] = {"base": "a"}
    with pytest.raises(Misconfigured, match=r"engine\.adapters\.base: requests call the model itself 'base'"):
        parse(GeneratorSettings, {"engine": engine}, "args")


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"temperature": 2.5}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"min_p": 1.1}, "min_p"),
        ({"repetition_penalty": 0.1}, "repetition_penalty"),
        ({"adapter": "x" * 65}, "adapter"),
        ({"second_tries": 5}, "second_tries"),
        ({"max_tokens": 8}, "max_tokens"),
        ({"max_facts_tokens": 16}, "max_facts_tokens"),
        ({"max_drafts_per_request": 0}, "max_drafts_per_request"),
        ({"min_probability": 0.1}, "unknown key 'min_probability'"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(GeneratorKnobs, impossible, "user_config")
