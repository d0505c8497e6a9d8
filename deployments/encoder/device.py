"""The device and the number format of a model."""

from __future__ import annotations

from deployments.encoder.settings import Device, DType
from deployments.errors import Misconfigured
from deployments.host import computes_in_bfloat16


def pick_device(setting: Device) -> str:
    """Return "cuda" or "cpu". Raises Misconfigured for `cuda` without a GPU."""
    import torch  # noqa: PLC0415 - heavy

    if setting == "cuda" and not torch.cuda.is_available():
        raise Misconfigured("device: cuda, and torch finds no GPU; use auto or cpu")
    return "cuda" if setting != "cpu" and torch.cuda.is_available() else "cpu"


def bound_memory(share: float | None, device: str) -> None:
    """Let torch allocate at most this share of the card in this process, whatever it loads; None sets no bound."""
    if share is None or device != "cuda":
        return
    import torch  # noqa: PLC0415 - heavy

    torch.cuda.set_per_process_memory_fraction(share)


def pick_dtype(setting: DType, device: str) -> str:
    """Return the setting, and for `auto` bfloat16 where the device computes in it, else float32."""
    if setting != "auto":
        return setting
    if device == "cuda":
        import torch  # noqa: PLC0415 - heavy

        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bfloat16" if computes_in_bfloat16() else "float32"
