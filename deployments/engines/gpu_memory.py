"""The memory of a card of an engine: its part must be free, and hold the weights, the KV cache and the work."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured

logger = logging.getLogger("ray.serve")

LARGEST_SHARE: Final = 0.95
"""Of a replica's part of a card for its models: a CUDA context takes some 0.5 GB beside them, in each process."""
_GIB: Final = 2**30
# Activations of a step and CUDA graphs take a gigabyte at the very least.
_WORK_BYTES: Final = _GIB


def memory_of_card(number_of: Callable[[int], int]) -> tuple[int, int] | None:
    """Return total and free bytes of this process's first card; None where NVML does not tell, as of a slice of a card.

    number_of: the driver's number of a visible device. CUDA must not be asked: it would take memory for this process.
    """
    try:
        import pynvml  # noqa: PLC0415 - comes with vLLM's CUDA build

        pynvml.nvmlInit()
        try:
            memory = pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByIndex(number_of(0)))
        finally:
            pynvml.nvmlShutdown()
    except Exception as error:  # noqa: BLE001 - NVML has errors of its own; the engine looks at the free memory too
        logger.warning("the memory of the card is not known before the engine starts: %s", type(error).__name__)
        return None
    return int(memory.total), int(memory.free)


def check_memory(settings: EngineSettings, model: str, total: int, free: int) -> None:
    """Raise Misconfigured where the engine would not start on a card of `total` bytes, of which `free` are free now.

    vLLM finds that out too, minutes later, and its reason stays in the log of a process. model: a folder, or the id at
    a hub, whose weights are not counted.
    """
    share = settings.gpu_memory_utilization
    part = math.ceil(total * share)  # as `request_memory` in vllm/v1/worker/utils.py
    asks = f"engine.gpu_memory_utilization={share:g} of a card of {total / _GIB:.1f} GiB is {part / _GIB:.1f} GiB"
    if free < part:
        raise Misconfigured(
            f"{asks}, and {free / _GIB:.1f} GiB are free: other processes hold the rest; lower it or use another card"
        )
    weights = _weights_bytes(settings, model) // settings.tensor_parallel_size
    cache = settings.kv_cache_bytes or 0
    work = part - weights - cache
    if work < _WORK_BYTES:
        raise Misconfigured(
            f"{asks}: weights of {weights / _GIB:.1f} GiB and kv_cache_bytes of {cache / _GIB:.1f} GiB leave "
            f"{work / _GIB:.1f} GiB to work in, and at least {_WORK_BYTES / _GIB:.0f} is needed"
        )
    logger.info(
        "%s: weights %.1f, KV cache %s, the rest to work in",
        asks, weights / _GIB, f"{cache / _GIB:.1f}" if cache else "what is left",
    )  # fmt: skip


def _weights_bytes(settings: EngineSettings, model: str) -> int:
    """Return the size of the checkpoint's files; 0 where they do not tell what the weights take on the card."""
    if settings.load_format == "dummy" or settings.quantization is not None or settings.dtype == "float32":
        return 0
    files = Path(model).glob("*.safetensors")
    return sum(file.stat().st_size for file in files if not file.name.startswith("consolidated"))
