"""Settings and knobs of the router that are refused."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.router.settings import EmbeddingRouterSettings, RouterKnobs
from deployments.settings import parse


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"temperature": 0}, "temperature"),
        ({"temperature": 11}, "temperature"),
        ({"exploration": {"epsilon": 1.5}}, r"exploration\.epsilon"),
        ({"exploration": {"seed": -1}}, r"exploration\.seed"),
        ({"catalogue": {"kind": "database"}}, "catalogue.*'database'"),
        ({"batching": {"max_batch_items": 0}}, r"batching\.max_batch_items"),
        ({"exploration": {"epsilom": 0.5}}, "did you mean 'epsilon'"),
    ],
)
def test_impossible_knobs_are_named(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"user_config: .*{words}"):
        parse(RouterKnobs, impossible, "user_config")


def test_a_router_explores_only_when_it_is_told_to() -> None:
    assert parse(RouterKnobs, {}, "user_config").exploration.epsilon == 0


def test_an_encoder_that_could_not_load_is_named_with_its_path() -> None:
    with pytest.raises(Misconfigured, match=r"args: encoder\.max_length"):
        parse(EmbeddingRouterSettings, {"encoder": {"max_length": 1}}, "args")
