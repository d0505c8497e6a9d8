"""A card's memory, by vLLM's own arithmetic of an engine's start, in a stand-in: no GPU is needed."""

from __future__ import annotations

import itertools
import math
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.engines.gpu_memory import check_memory, memory_of_card
from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.settings import AppSettings

GIB = 2**30
CONTEXT = int(0.6 * GIB)
"""Of CUDA, in each process: 0.5 GB on an H100."""


def engine(**settings: Any) -> EngineSettings:
    return EngineSettings.model_validate({"model": "a-model"} | settings)


def request_memory(total: int, free: int, share: float) -> int:
    """As `request_memory` in vllm/v1/worker/utils.py of vLLM 0.32."""
    requested = math.ceil(total * share)
    if free < requested:
        raise ValueError("Free memory on device is less than desired GPU memory utilization")
    return requested


@pytest.mark.parametrize("gib", [79, 139])
def test_the_engines_of_gpu_yaml_start_in_any_order_beside_encoders_that_use_all_of_their_part(gib: int) -> None:
    config = yaml.safe_load(Path("configs/gpu.yaml").read_text())
    settings = parse(AppSettings, config["applications"][0]["args"], "args")
    total = gib * GIB
    encoders = (settings.router.encoder, settings.reward)  # type: ignore[union-attr]
    taken = sum(math.ceil(e.gpu_memory_utilization * total) + CONTEXT for e in encoders)  # type: ignore[union-attr, operator]
    for engines in itertools.permutations((settings.captioner.engine, settings.generator.engine)):  # type: ignore[union-attr]
        free = total - taken
        for each in engines:
            free -= CONTEXT
            check_memory(each, "no folder", total, free)
            free -= request_memory(total, free, each.gpu_memory_utilization)
        assert free > 0


def test_an_engine_whose_part_is_not_free_says_how_much_is() -> None:
    settings = engine(gpu_memory_utilization=0.5)
    check_memory(settings, "m", 80 * GIB, 40 * GIB)
    with pytest.raises(Misconfigured, match=r"=0\.5 of a card of 80\.0 GiB is 40\.0 GiB, and 39\.9 GiB are free"):
        check_memory(settings, "m", 80 * GIB, 40 * GIB - 100 * 2**20)


def test_weights_and_cache_must_leave_room_to_work_in(tmp_path: Path) -> None:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(8 * GIB)  # sparse
    (tmp_path / "consolidated.safetensors").write_bytes(b"the same weights once more")
    settings = engine(gpu_memory_utilization=0.5, kv_cache_bytes=4 * GIB)
    check_memory(settings, str(tmp_path), 26 * GIB, 26 * GIB)
    with pytest.raises(Misconfigured, match=r"weights of 8\.0 GiB and kv_cache_bytes of 4\.0 GiB leave 0\.5 GiB"):
        check_memory(settings, str(tmp_path), 25 * GIB, 25 * GIB)
    check_memory(settings.model_copy(update={"load_format": "dummy"}), str(tmp_path), 25 * GIB, 25 * GIB)


class Nvml(types.ModuleType):
    """A stand-in for pynvml with one card, number 3."""

    def __init__(self) -> None:
        super().__init__("pynvml")
        self.open = 0

    def nvmlInit(self) -> None:  # noqa: N802
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:  # noqa: N802
        if number != 3:
            raise RuntimeError("invalid argument")
        return number

    def nvmlDeviceGetMemoryInfo(self, _: int) -> types.SimpleNamespace:  # noqa: N802
        return types.SimpleNamespace(total=80, free=60)


def test_the_card_is_asked_without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = Nvml()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert memory_of_card(lambda visible: visible + 3) == (80, 60)
    assert memory_of_card(lambda visible: visible) is None
    assert nvml.open == 0
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert memory_of_card(lambda visible: visible + 3) is None
