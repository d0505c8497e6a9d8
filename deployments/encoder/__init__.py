"""A transformer sentence encoder, shared by the router and the reward scorer. Importing it loads no framework."""

from deployments.encoder.device import bound_memory, pick_device, pick_dtype
from deployments.encoder.encoder import Encoder, Tokens
from deployments.encoder.settings import CudaGraphUse, Device, DType, EncoderSettings

__all__ = [
    "CudaGraphUse",
    "DType",
    "Device",
    "Encoder",
    "EncoderSettings",
    "Tokens",
    "bound_memory",
    "pick_device",
    "pick_dtype",
]
