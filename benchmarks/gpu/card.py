"""The card itself: its name, memory, and what PyTorch reaches on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from deployments.errors import Misconfigured

_SIDE: Final = 8192
_RUNS: Final = 20


@dataclass(frozen=True)
class Card:
    """bf16_tflops: of a product of two random 8192 x 8192 matrices; copy_tb_s: bytes read and written on the card."""

    name: str
    memory_gib: float
    bf16_tflops: float
    copy_tb_s: float


def measure() -> Card:
    """Seconds. Raises Misconfigured without a GPU."""
    import torch  # noqa: PLC0415 - heavy

    if not torch.cuda.is_available():
        raise Misconfigured("torch finds no GPU here: these steps need one")
    properties = torch.cuda.get_device_properties(0)
    a, b = (torch.randn(_SIDE, _SIDE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    product_s = seconds(lambda: a @ b)
    copy_s = seconds(lambda: a.clone())
    return Card(
        name=properties.name,
        memory_gib=round(properties.total_memory / 2**30, 1),
        bf16_tflops=round(2 * _SIDE**3 / product_s / 1e12, 1),
        copy_tb_s=round(2 * a.numel() * a.element_size() / copy_s / 1e12, 2),
    )


def seconds(work: Callable[[], object]) -> float:
    """The mean of some runs after three that do not count; the device's queue is empty before and after."""
    import torch  # noqa: PLC0415 - heavy

    for _ in range(3):
        work()
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(_RUNS):
        work()
    torch.cuda.synchronize()
    return (time.perf_counter() - began) / _RUNS
