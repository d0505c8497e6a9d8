from __future__ import annotations

import subprocess
import sys

import pytest

from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.settings import parse


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_num_batched_tokens": 64, "max_num_seqs": 128}, "max_num_batched_tokens=64"),
        ({"device": "cpu", "dtype": "float16"}, "float16"),
        ({"kv_cache_bytes": 1}, "kv_cache_bytes"),
        ({"lora": "x"}, "unknown key 'lora'"),
        ({"gpu_memory_utilization": 1.5}, "gpu_memory_utilization"),
    ],
)
def test_impossible_settings_are_refused_by_name(changes: dict, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        parse(EngineSettings, {"model": "m"} | changes, "engine")


def test_settings_import_neither_vllm_nor_torch() -> None:
    code = (
        "import deployments.engines, deployments.generator.settings, deployments.captioner.vlm_settings, sys;"
        "print([m for m in ('vllm', 'torch', 'transformers') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
