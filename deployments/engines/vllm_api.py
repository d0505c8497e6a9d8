"""The only file that imports vLLM. It hides the differences between versions 0.26 to 0.32.

Imported inside a started stage only: it takes 11 seconds on two cores.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import filelock
from vllm import AsyncEngineArgs, ModelRegistry, SamplingParams
from vllm.lora.request import LoRARequest
from vllm.model_executor.models import supports_lora
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError
from vllm.v1.metrics.loggers import StatLoggerBase

from deployments import weights
from deployments.engines.adapters import Adapter
from deployments.engines.gpu_memory import check_memory, memory_of_card
from deployments.engines.settings import MIB, EngineSettings
from deployments.engines.worker import OWNER, DiesWith
from deployments.errors import Misconfigured
from deployments.host import computes_in_bfloat16, usable_cpus
from deployments.paths import private_folder

__all__ = ["AsyncLLM", "EngineDeadError", "launch", "lora_request", "sampling_params"]

_CPU_KV_CACHE_BYTES = 512 * MIB
_CPU_BLOCK_SIZE = 32
_TOKENS_BETWEEN_LOOKS = 4
_GPU_START_TIMEOUT_S = 1800.0
# Values of `max_lora_rank` that every version takes.
_LORA_RANKS = (8, 16, 32, 64, 128, 256, 512)


def launch(
    settings: EngineSettings,
    model: str,
    adapters: Collection[Adapter] = (),
    stepped: Callable[[Any, Any], None] = lambda *_: None,
) -> AsyncLLM:
    """Start an engine; block until it can serve. `model` is the resolved reference. Raises Misconfigured.

    Memory is reserved for the adapters; `AsyncLLM.add_lora` loads them. stepped: called after each step of the engine,
    with vLLM's SchedulerStats and IterationStats, or None.
    """
    device = current_platform.device_type
    if settings.device not in ("auto", device):
        raise Misconfigured(f"device {settings.device!r} is set, but the installed vLLM computes on {device!r}")
    supported = {field.name for field in dataclasses.fields(AsyncEngineArgs)}
    arguments = _arguments(settings, model, device) | _lora_arguments(adapters, device)
    if adapters and device == "cpu" and not settings.enforce_eager:
        raise Misconfigured(
            "adapters: vLLM cannot compile a model with LoRA on a CPU: leave enforce_eager on, or merge the "
            "adapter into the model"
        )
    with _environment(_variables(settings, device)), _alone_on(device):
        if device == "cpu":
            _inspect_here(model, adapted=bool(adapters))
        elif memory := memory_of_card(current_platform.device_id_to_physical_device_id):
            check_memory(settings, model, *memory)
        try:
            return AsyncLLM.from_engine_args(
                AsyncEngineArgs(**{k: v for k, v in arguments.items() if k in supported}),
                stat_loggers=[lambda *_: _Steps(stepped)],
            )
        except Exception as error:
            # vLLM raises anything here: a missing model, a KV cache too small, a worker that died.
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise Misconfigured(f"the engine cannot serve {settings.model!r}: {reason}") from error


class _Steps(StatLoggerBase):
    """Tells when the engine has made a step. vLLM records the statistics of each."""

    def __init__(self, stepped: Callable[[Any, Any], None]) -> None:
        self._stepped = stepped

    def record(self, scheduler_stats: Any, iteration_stats: Any, *_: Any, **__: Any) -> None:
        self._stepped(scheduler_stats, iteration_stats)

    def log_engine_initialized(self) -> None:
        """Log nothing."""


def _arguments(settings: EngineSettings, model: str, device: str) -> dict[str, Any]:
    cpu = device == "cpu"
    arguments: dict[str, Any] = {
        "model": model,
        "revision": settings.revision,
        "dtype": _dtype(settings, device),
        "max_model_len": settings.max_model_len,
        "max_num_seqs": settings.max_num_seqs,
        "kv_cache_memory_bytes": settings.kv_cache_bytes or (_CPU_KV_CACHE_BYTES if cpu else None),
        "kv_cache_dtype": settings.kv_cache_dtype,
        "gpu_memory_utilization": settings.gpu_memory_utilization,
        "enforce_eager": settings.enforce_eager,
        "tensor_parallel_size": settings.tensor_parallel_size,
        "load_format": settings.load_format,
        "quantization": settings.quantization,
        "limit_mm_per_prompt": {"image": settings.max_images_per_prompt, "video": 0},
        "trust_remote_code": settings.trust_remote_code,
        "seed": settings.seed,
        # "uni" computes inside the engine's process; "mp" rather than Ray, whose resources belong to Serve's replicas.
        "distributed_executor_backend": "uni" if settings.tensor_parallel_size == 1 else "mp",
        "worker_extension_cls": f"{DiesWith.__module__}.{DiesWith.__qualname__}",
        "enable_prefix_caching": True,
        "scheduling_policy": "priority",
        "structured_outputs_config": {"backend": "xgrammar"},
        "use_tqdm_on_load": False,
        "disable_log_stats": False,  # queue and compute times come with the statistics
        # For `Engine.sample(stop_when=)`: often enough to stop an answer early, rare enough to cost nothing.
        "stream_interval": _TOKENS_BETWEEN_LOOKS,
        "enable_log_requests": False,
    }
    block_size = settings.block_size or (_CPU_BLOCK_SIZE if cpu else None)
    if block_size is not None:
        arguments["block_size"] = block_size
    batched = settings.max_num_batched_tokens
    if cpu:
        # A prompt that is cut in two, with a seed, kills vLLM 0.32 on a CPU: it takes back the draw of the first part
        # (`set_offset`), which the CPU's random generator cannot. Whole prompts need room for the longest.
        arguments["enable_chunked_prefill"] = False
        batched = None if batched is None else max(batched, settings.max_model_len)
    if batched is not None:
        arguments["max_num_batched_tokens"] = batched
    return arguments


def _lora_arguments(adapters: Collection[Adapter], device: str) -> dict[str, Any]:
    """Return the arguments that reserve memory for all adapters, at the highest of their ranks.

    A CPU gets one more slot, which stays empty. The CPU kernels of vLLM 0.32 (`lora/ops/torch_ops`) index slots with
    -1 for sequences without an adapter, and so apply the last slot's weights to them in a mixed step.
    """
    if not adapters:
        return {}
    rank = max(adapter.rank for adapter in adapters)
    return {
        "enable_lora": True,
        "max_loras": len(adapters) + (device == "cpu"),
        "max_lora_rank": next(size for size in _LORA_RANKS if size >= rank),
    }


def lora_request(adapter: Adapter) -> LoRARequest:
    return LoRARequest(lora_name=adapter.name, lora_int_id=adapter.number, lora_path=adapter.folder)


def _dtype(settings: EngineSettings, device: str) -> str:
    if settings.dtype != "auto" or device != "cpu":
        return settings.dtype
    return "bfloat16" if computes_in_bfloat16() else "float32"


def _variables(settings: EngineSettings, device: str) -> dict[str, str | None]:
    """Return the environment that the engine reads at start; None removes a variable."""
    variables: dict[str, str | None] = {
        OWNER: str(os.getpid()),
        "VLLM_NO_USAGE_STATS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    if "VLLM_LOGGING_LEVEL" not in os.environ:
        variables["VLLM_LOGGING_LEVEL"] = "WARNING"
    if weights.is_local(settings.model):
        variables["HF_HUB_OFFLINE"] = "1"
    if device != "cpu":
        return variables
    variables["VLLM_CPU_KVCACHE_SPACE"] = None  # would override kv_cache_bytes, in whole gigabytes
    if settings.tensor_parallel_size == 1:
        # vLLM's default on a CPU is a worker process of its own, bound to all cores but one. Inside the engine's
        # process, with every core: twice the tokens a second on two cores, ready 20 s earlier, 0.6 GB less memory.
        variables["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        # Ray sets OMP_NUM_THREADS to the replica's num_cpus, which is a scheduling weight here and no limit.
        variables["OMP_NUM_THREADS"] = str(settings.cpu_threads or usable_cpus())
        if "OMP_WAIT_POLICY" not in os.environ:
            # Threads that wait by spinning fall over each other when the other stages compute too: 17 tokens a second
            # against 46 with one of two cores taken, for 80 against 65 on an idle machine.
            variables["OMP_WAIT_POLICY"] = "passive"
    return variables


@contextlib.contextmanager
def _environment(variables: dict[str, str | None]) -> Iterator[None]:
    """Set variables for the processes that the engine starts, then restore those of this process."""
    before = {name: os.environ.get(name) for name in variables}
    _update_environment(variables)
    try:
        yield
    finally:
        _update_environment(before)


def _update_environment(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def _alone_on(device: str) -> Iterator[None]:
    """Start engines that share a GPU one after the other: each measures the free memory."""
    if device == "cpu":
        yield
        return
    with filelock.FileLock(private_folder() / "engine-start.lock", timeout=_GPU_START_TIMEOUT_S):
        yield


def _inspect_here(model: str, *, adapted: bool) -> None:
    """Let vLLM inspect the model's class in this process.

    It would start a Python process for it, to keep CUDA uninitialised here, and cache the result: the first engine on a
    machine would start 14 seconds later. A CPU does not need that. Raises Misconfigured for a model that supports no
    adapters, which otherwise only the log of the engine's process shows.
    """
    model_class = None
    with contextlib.suppress(Exception):  # optional: vLLM reports a faulty model itself
        (architecture,) = json.loads((Path(model) / "config.json").read_text(encoding="utf-8"))["architectures"]
        model_class = ModelRegistry.models[architecture].load_model_cls()
        ModelRegistry.register_model(architecture, model_class)
    if adapted and model_class is not None and not supports_lora(model_class):
        raise Misconfigured(
            "adapters: vLLM serves none for this model's architecture: merge the adapter into the model"
        )


def sampling_params(
    *,
    temperature: float,
    top_p: float,
    min_p: float,
    repetition_penalty: float,
    max_tokens: int,
    seed: int | None,
    grammar: str | None,
    compared: tuple[int, ...],
    streamed: bool = False,
) -> SamplingParams:
    """Return the parameters of one sequence with log-probabilities of its tokens, or of the `compared` ones.

    streamed: deliver the text so far every few tokens, else once at the end.
    """
    return SamplingParams(
        n=1,
        temperature=temperature,
        top_p=top_p,
        min_p=min_p,
        repetition_penalty=repetition_penalty,
        max_tokens=max_tokens,
        seed=seed,
        logprobs=0 if not compared else None,
        logprob_token_ids=list(compared) or None,
        structured_outputs=StructuredOutputsParams(grammar=grammar) if grammar is not None else None,
        output_kind=RequestOutputKind.CUMULATIVE if streamed else RequestOutputKind.FINAL_ONLY,
    )
