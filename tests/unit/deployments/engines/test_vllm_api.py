"""The arguments and the environment of an engine, with stand-ins for vLLM, whose import takes many seconds.

tests/e2e/test_engine.py starts the real one.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.engines.adapters import Adapter
from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured

NAMES = {
    "vllm": ("SamplingParams",),
    "vllm.lora.request": ("LoRARequest",),
    "vllm.sampling_params": ("StructuredOutputsParams",),
}


class Args:
    """Takes any argument and keeps it."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments


class Vllm:
    """Stand-ins for the modules of vLLM. `launched`: arguments and environment of each started engine."""

    def __init__(self) -> None:
        self.launched: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.error: Exception | None = None
        self.platform = types.SimpleNamespace(device_type="cpu")
        self.known = {"model", "dtype", "max_model_len", "enable_chunked_prefill", "max_num_batched_tokens"}

    def from_engine_args(self, args: Any, *, stat_loggers: list[Any]) -> str:
        self.launched.append((args.arguments, dict(os.environ)))
        (self.statistics,) = stat_loggers
        if self.error is not None:
            raise self.error
        return "engine"

    def modules(self) -> dict[str, types.ModuleType]:
        fields = [(name, Any, dataclasses.field(default=None)) for name in sorted(self.known)]
        engine_args = dataclasses.make_dataclass(
            "AsyncEngineArgs", fields, namespace={"__init__": Args.__init__}, init=False
        )
        contents: dict[str, dict[str, Any]] = {
            "vllm": {
                "AsyncEngineArgs": engine_args,
                "ModelRegistry": types.SimpleNamespace(models={}, register_model=print),
            },
            "vllm.model_executor.models": {"supports_lora": lambda model: model == "adaptable"},
            "vllm.platforms": {"current_platform": self.platform},
            "vllm.sampling_params": {
                "RequestOutputKind": types.SimpleNamespace(CUMULATIVE="cumulative", FINAL_ONLY="final")
            },
            "vllm.v1.engine.async_llm": {"AsyncLLM": types.SimpleNamespace(from_engine_args=self.from_engine_args)},
            "vllm.v1.engine.exceptions": {"EngineDeadError": type("EngineDeadError", (Exception,), {})},
            "vllm.v1.metrics.loggers": {"StatLoggerBase": object},
            "vllm.lora.request": {},
        }
        for parent in ("vllm.lora", "vllm.model_executor", "vllm.v1", "vllm.v1.engine", "vllm.v1.metrics"):
            contents[parent] = {}
        made = {}
        for name, members in contents.items():
            module = types.ModuleType(name)
            vars(module).update(dict.fromkeys(NAMES.get(name, ()), Args) | members)
            made[name] = module
        return made


@pytest.fixture
def vllm() -> Vllm:
    return Vllm()


@pytest.fixture
def api(vllm: Vllm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, module in vllm.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    real = sys.modules.pop("deployments.engines.vllm_api", None)
    yield importlib.import_module("deployments.engines.vllm_api")
    sys.modules.pop("deployments.engines.vllm_api", None)
    package: Any = sys.modules["deployments.engines"]
    vars(package).pop("vllm_api", None)
    if real is not None:
        sys.modules["deployments.engines.vllm_api"] = package.vllm_api = real


def settings(**changes: Any) -> EngineSettings:
    return EngineSettings.model_validate({"model": "some/model"} | changes)


def adapter(name: str, rank: int) -> Adapter:
    return Adapter(name=name, number=1, folder="/x", rank=rank, revision="r")


def test_only_arguments_that_this_version_knows_are_passed(api: Any, vllm: Vllm) -> None:
    assert api.launch(settings(max_model_len=512), "/resolved") == "engine"
    (arguments, _) = vllm.launched[0]
    assert arguments.keys() == vllm.known - {"max_num_batched_tokens"}
    assert (arguments["model"], arguments["max_model_len"]) == ("/resolved", 512)


def test_each_step_of_the_engine_is_told(api: Any, vllm: Vllm) -> None:
    steps: list[tuple[str, str]] = []
    api.launch(settings(), "/resolved", (), lambda *figures: steps.append(figures))
    logger = vllm.statistics("its config", 0)
    logger.log_engine_initialized()
    assert steps == []
    logger.record("scheduler", "iteration", mm_cache_stats=None, engine_idx=0)
    assert steps == [("scheduler", "iteration")]


def test_an_engine_that_cannot_start_is_said_in_one_line_with_the_reference(api: Any, vllm: Vllm) -> None:
    vllm.error = ValueError("\n  no KV cache blocks\nTraceback of many lines")
    with pytest.raises(Misconfigured) as caught:
        api.launch(settings(), "/srv/secret")
    assert str(caught.value) == "the engine cannot serve 'some/model': no KV cache blocks"
    vllm.error = AssertionError()
    with pytest.raises(Misconfigured, match="'some/model': AssertionError"):
        api.launch(settings(), "/srv/secret")


def test_a_device_that_the_installed_engine_has_not_is_refused(api: Any, vllm: Vllm) -> None:
    with pytest.raises(Misconfigured, match="device 'cuda' is set, but the installed vLLM computes on 'cpu'"):
        api.launch(settings(device="cuda"), "m")
    assert vllm.launched == []


def test_the_environment_is_the_engines_and_restored_after_it(
    api: Any, vllm: Vllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "40")
    monkeypatch.delenv("VLLM_ENABLE_V1_MULTIPROCESSING", raising=False)
    before = dict(os.environ)
    vllm.error = RuntimeError("broken")
    with pytest.raises(Misconfigured):
        api.launch(settings(cpu_threads=5), "m")
    (_, inside) = vllm.launched[0]
    assert inside["OMP_NUM_THREADS"] == "5", "Ray's number of threads is no limit of the engine"
    assert inside["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"
    assert "VLLM_CPU_KVCACHE_SPACE" not in inside
    assert inside["VLLM_NO_USAGE_STATS"] == "1"
    assert dict(os.environ) == before


def test_an_operators_own_variables_win(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    assert {"VLLM_LOGGING_LEVEL", "OMP_WAIT_POLICY"}.isdisjoint(api._variables(settings(), "cpu"))
    monkeypatch.delenv("VLLM_LOGGING_LEVEL")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    variables = api._variables(settings(), "cpu")
    assert (variables["VLLM_LOGGING_LEVEL"], variables["OMP_WAIT_POLICY"]) == ("WARNING", "passive")


def test_a_model_at_hand_is_never_looked_for_on_a_hub(api: Any, tmp_path: Path) -> None:
    assert api._variables(settings(model=str(tmp_path)), "cuda")["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in api._variables(settings(model="some-org/model"), "cuda")


def test_a_gpu_keeps_its_own_threads_and_processes(api: Any) -> None:
    variables = api._variables(settings(), "cuda")
    assert {"OMP_NUM_THREADS", "VLLM_ENABLE_V1_MULTIPROCESSING", "VLLM_CPU_KVCACHE_SPACE"}.isdisjoint(variables)


def test_a_prompt_is_not_cut_in_two_on_a_cpu(api: Any) -> None:
    small = settings(max_num_batched_tokens=256, max_num_seqs=8, max_model_len=1024)
    on_cpu, on_gpu = (api._arguments(small, "m", device) for device in ("cpu", "cuda"))
    assert on_cpu["enable_chunked_prefill"] is False
    assert on_cpu["max_num_batched_tokens"] == 1024, "whole prompts need room for the longest"
    assert "enable_chunked_prefill" not in on_gpu
    assert on_gpu["max_num_batched_tokens"] == 256
    assert "max_num_batched_tokens" not in api._arguments(settings(), "m", "cpu")


def test_memory_and_blocks_have_a_default_on_a_cpu_alone(api: Any) -> None:
    on_cpu, on_gpu = (api._arguments(settings(), "m", device) for device in ("cpu", "cuda"))
    assert on_cpu["kv_cache_memory_bytes"] > 0
    assert on_gpu["kv_cache_memory_bytes"] is None
    assert "block_size" in on_cpu
    assert "block_size" not in on_gpu
    assert api._arguments(settings(block_size=16), "m", "cuda")["block_size"] == 16


def test_several_gpus_work_in_processes_of_vllms_own_and_not_of_ray(api: Any) -> None:
    one, two = (api._arguments(settings(tensor_parallel_size=n), "m", "cuda") for n in (1, 2))
    assert (one["distributed_executor_backend"], two["distributed_executor_backend"]) == ("uni", "mp")


def test_room_for_adapters_is_of_the_highest_rank_that_vllm_takes(api: Any) -> None:
    assert api._lora_arguments([], "cuda") == {}
    both = [adapter("a", 4), adapter("b", 20)]
    assert api._lora_arguments(both, "cuda") == {"enable_lora": True, "max_loras": 2, "max_lora_rank": 32}
    assert api._lora_arguments(both, "cpu")["max_loras"] == 3, "an empty slot for sequences without an adapter"
    assert api._lora_arguments([adapter("a", 512)], "cuda")["max_lora_rank"] == 512


def test_adapters_and_compilation_do_not_go_together_on_a_cpu(api: Any, vllm: Vllm) -> None:
    with pytest.raises(Misconfigured, match="adapters: vLLM cannot compile a model with LoRA on a CPU"):
        api.launch(settings(enforce_eager=False), "m", [adapter("a", 8)])
    assert vllm.launched == []


@pytest.mark.parametrize(("model_class", "served"), [("adaptable", True), ("plain", False)])
def test_a_model_without_adapters_is_refused_before_the_start(
    api: Any, vllm: Vllm, tmp_path: Path, model_class: str, served: bool
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["ToyForCausalLM"]}))
    api.ModelRegistry.models = {"ToyForCausalLM": types.SimpleNamespace(load_model_cls=lambda: model_class)}
    registered: list[tuple[str, Any]] = []
    api.ModelRegistry.register_model = lambda *pair: registered.append(pair)
    if served:
        assert api.launch(settings(), str(tmp_path), [adapter("a", 8)]) == "engine"
    else:
        with pytest.raises(Misconfigured, match="serves none for this model's architecture: merge"):
            api.launch(settings(), str(tmp_path), [adapter("a", 8)])
        assert api.launch(settings(), str(tmp_path)) == "engine", "the model itself can be served"
    assert registered[0] == ("ToyForCausalLM", model_class)


def sampled(api: Any, **changes: Any) -> dict[str, Any]:
    plain = {"temperature": 0.7, "top_p": 1.0, "min_p": 0.0, "repetition_penalty": 1.0, "max_tokens": 9, "seed": None}
    made: dict[str, Any] = api.sampling_params(**(plain | {"grammar": None, "compared": ()} | changes)).arguments
    return made


def test_a_sample_has_the_probability_of_its_tokens_or_of_those_compared(api: Any) -> None:
    free, compared = sampled(api), sampled(api, compared=(3, 4))
    assert (free["logprobs"], free["logprob_token_ids"]) == (0, None)
    assert (compared["logprobs"], compared["logprob_token_ids"]) == (None, [3, 4])


def test_a_grammar_constrains_and_a_stream_grows(api: Any) -> None:
    assert sampled(api)["structured_outputs"] is None
    assert sampled(api, grammar="root ::= x")["structured_outputs"].arguments == {"grammar": "root ::= x"}
    assert (sampled(api)["output_kind"], sampled(api, streamed=True)["output_kind"]) == ("final", "cumulative")


def test_a_type_is_the_machines_unless_it_is_named(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for computes, dtype in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(api, "computes_in_bfloat16", lambda computes=computes: computes)
        assert api._dtype(settings(), "cpu") == dtype
    assert api._dtype(settings(), "cuda") == "auto"
    assert api._dtype(settings(dtype="float16"), "cpu") == "float16"


def test_an_engine_on_a_gpu_looks_at_the_card_while_no_other_starts(
    api: Any, vllm: Vllm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """vLLM's own refusal comes minutes later, and from another process."""
    locked: list[bool] = []

    def card(number_of: Any) -> tuple[int, int]:
        assert number_of(0) == 5
        lock = api.filelock.FileLock(tmp_path / "engine-start.lock", timeout=0, thread_local=False)
        with pytest.raises(api.filelock.Timeout):
            lock.acquire()
        locked.append(True)
        return 80 * 2**30, 30 * 2**30

    vllm.platform.device_type = "cuda"
    vllm.platform.device_id_to_physical_device_id = lambda visible: visible + 5
    monkeypatch.setattr(api, "private_folder", lambda: tmp_path)
    monkeypatch.setattr(api, "memory_of_card", card)
    with pytest.raises(Misconfigured, match=r"=0\.5 of a card of 80\.0 GiB is 40\.0 GiB, and 30\.0 GiB are free"):
        api.launch(settings(gpu_memory_utilization=0.5), "m")
    assert (locked, vllm.launched) == ([True], [])
    assert api.launch(settings(gpu_memory_utilization=0.3), "m") == "engine"


def test_the_kv_cache_has_the_models_format_or_fp8(api: Any) -> None:
    assert api._arguments(settings(), "m", "cuda")["kv_cache_dtype"] == "auto"
    assert api._arguments(settings(kv_cache_dtype="fp8"), "m", "cuda")["kv_cache_dtype"] == "fp8"
