"""How bare vLLM is started, and its environment."""

from __future__ import annotations

import os
import types
from typing import Any

import pytest

from benchmarks.engine import bare
from deployments.errors import Misconfigured
from deployments.types import OutputField


def test_an_openmp_that_differs_from_the_served_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    with pytest.raises(Misconfigured, match="OMP_NUM_THREADS is 77 for the served engine"):
        bare._started_as_served()


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    with bare._environment({"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"]) == ("2", "passive")
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert "OMP_WAIT_POLICY" not in os.environ


class Llm:
    """Keeps its arguments, as `vllm.LLM` takes them."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments


def test_bare_vllm_starts_where_the_served_engine_would() -> None:
    """With the arguments that it knows, whatever else `launch` hands to `AsyncLLM`."""
    offline = bare.in_place_of_async(Llm, {"model", "seed"}, "cuda")
    arguments = types.SimpleNamespace(model="m", seed=0, enable_log_requests=False)
    started = offline.from_engine_args(arguments, stat_loggers=[print])
    assert started.arguments == {"model": "m", "seed": 0}


class Steps:
    """An engine that writes a word a step to each of its sequences, and ends one after its words."""

    def __init__(self, *words: int) -> None:
        self.left = {str(number): count for number, count in enumerate(words)}
        self.made = dict.fromkeys(self.left, 0)

    def has_unfinished_requests(self) -> bool:
        return bool(self.left)

    def abort_request(self, names: list[str]) -> None:
        for name in names:
            del self.left[name]

    def step(self) -> list[Any]:
        outputs = []
        for name in list(self.left):
            self.left[name] -= 1
            self.made[name] += 1
            text = '{"title":"' + " ".join(["word"] * self.made[name])
            finished = not self.left[name]
            if finished:
                del self.left[name]
            sequence = types.SimpleNamespace(text=text, words=self.made[name])
            outputs.append(types.SimpleNamespace(request_id=name, finished=finished, outputs=[sequence]))
        return outputs


def test_a_draft_that_outgrows_its_limit_is_stopped_as_the_graph_stops_it() -> None:
    limits = {OutputField.TITLE: 20, OutputField.BODY: 20}
    outputs = bare.written_out(Steps(3, 100), [limits, limits])
    assert [output.outputs[0].words for output in outputs] == [3, 5]
