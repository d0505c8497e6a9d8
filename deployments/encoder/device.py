"""Where a model computes, and in which number format."""

from __future__ import annotations

from deployments.encoder.settings import Device, DType
from deployments.errors import Misconfigured
from deployments.host import computes_in_bfloat16


def pick_device(wanted: Device) -> str:
    """Raises Misconfigured when a GPU is asked for by name and there is none."""
    import torch  # noqa: PLC0415 - heavy

    if wanted == "cuda" and not torch.cuda.is_available():
        raise Misconfigured("device: cuda, and torch finds no GPU; use auto or cpu")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def pick_dtype(wanted: DType, device: str) -> str:
    """bfloat16 on a GPU that has it, and on a CPU that computes in it; float32 on any other."""
    if wanted != "auto":
        return wanted
    if device == "cuda":
        import torch  # noqa: PLC0415 - heavy

        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bfloat16" if computes_in_bfloat16() else "float32"
