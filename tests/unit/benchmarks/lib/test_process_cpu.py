"""CPU time by what spent it."""

from __future__ import annotations

import pytest

from benchmarks.lib.process_cpu import role, spent


def test_a_process_that_began_meanwhile_counts_whole() -> None:
    before = {(1, "engine"): 5.0, (2, "ray"): 1.0}
    after = {(1, "engine"): 7.0, (2, "ray"): 1.5, (3, "ray"): 0.25}
    assert spent(before, after) == {"engine": 2.0, "ray": 0.75}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("ray::ServeReplica:pushgen:Generator", "Generator"),
        ("VLLM::EngineCore", "engine"),
        ("ray::ProxyActor", "proxy"),
        ("ray::ServeController.listen_for_change", "controller"),
        ("/some/raylet --node", "ray"),
    ],
)
def test_a_process_is_known_by_its_command(command: str, name: str) -> None:
    assert role(command) == name
