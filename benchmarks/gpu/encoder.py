"""The shipped reward model on the card: with CUDA graphs and without, against the CPU's answers and the card's peak."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.gpu.card import seconds

if TYPE_CHECKING:
    from deployments.reward.model import RewardModel

_FOLDER: Final = Path("models/reward")
_BATCH_TOKENS: Final = 4096
# Rows and tokens a row of batches that are measured.
_SHAPES: Final = ((1, 32), (8, 32), (32, 32), (64, 32), (64, 64), (32, 96))
_COPIES: Final = (
    "The bakery that opens at four in the morning",
    "How one town cut the noise of its night buses in half. Three changes, and what each of them cost.",
    "Six small walks that need no car",
    "You will not believe what the storm left on the beach",
    "Sale!!! Sale!!! Sale!!!",
    "A school grows its own lunch: beans, kale and far too many courgettes, twice a week, by a class of eleven.",
)


def measure(peak_tflops: float) -> dict[str, Any]:
    """Some 20 seconds. Raises Misconfigured."""
    import torch  # noqa: PLC0415 - heavy

    from deployments.reward.model import RewardModel  # noqa: PLC0415 - imports torch

    exact = RewardModel.load(_FOLDER, device="cpu", dtype="float32")
    eager = RewardModel.load(_FOLDER, graphs="off")
    captured = RewardModel.load(_FOLDER, graphs="on")
    before, began = torch.cuda.memory_reserved(), time.perf_counter()
    captured.warmup(_BATCH_TOKENS)
    torch.cuda.synchronize()
    capture_s, capture_bytes = time.perf_counter() - began, torch.cuda.memory_reserved() - before
    means = {name: model.forward(model.encode(_COPIES)) for name, model in
             (("cpu", exact), ("eager", eager), ("graphs", captured))}  # fmt: skip
    return {
        "capture_s": round(capture_s, 2),
        "capture_mib": round(capture_bytes / 2**20),
        "graphs_to_eager": float(abs(means["graphs"] - means["eager"]).max()),
        "eager_to_cpu_float32": float(abs(means["eager"] - means["cpu"]).max()),
        "shapes": {f"{rows}x{length}": _shape(eager, captured, rows, length, peak_tflops) for rows, length in _SHAPES},
    }


def _shape(eager: RewardModel, captured: RewardModel, rows: int, length: int, peak_tflops: float) -> dict[str, Any]:
    batch = _batch(rows, length)
    eager_s, graphs_s = (seconds(lambda model=model: model.forward(batch)) for model in (eager, captured))  # type: ignore[misc]
    flops = _flops(eager, rows, length)
    return {
        "eager_ms": round(1000 * eager_s, 3),
        "graphs_ms": round(1000 * graphs_s, 3),
        "copies_per_s": round(rows / graphs_s),
        "share_of_peak": round(flops / graphs_s / (1e12 * peak_tflops), 4),
    }


def _batch(rows: int, length: int) -> list[Any]:
    from deployments.encoder import Tokens  # noqa: PLC0415
    from deployments.reward.model import Encoded  # noqa: PLC0415

    return [Encoded(Tokens([2000 + (7 * n + row) % 9000 for n in range(length)]), 0.0, 3.0) for row in range(rows)]


def _flops(model: RewardModel, rows: int, length: int) -> float:
    """Two a weight of the layers and token, and the attention's two products; embeddings cost none."""
    layers = model.encoder.model.encoder.layer
    weights = sum(p.numel() for p in layers.parameters() if p.dim() > 1)
    attention = 4 * length * int(model.encoder.model.config.hidden_size) * len(layers)
    return float(rows * length * (2 * weights + attention))
