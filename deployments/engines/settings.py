"""Settings of an engine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from deployments.settings import Settings

MIB = 2**20

AdapterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
AdapterFolder = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class EngineSettings(Settings):
    """One vLLM engine: a model and its resources. An unset field suits the machine, see there.

    The defaults suit the demo on two CPU cores; `configs/gpu.yaml` shows a GPU's.
    """

    model: str = Field(min_length=1, max_length=1024)
    """`package:NAME` (see `deployments.weights`), a local folder, or a model hub id. `BASE+FOLDER`: with the LoRA
    adapter in FOLDER merged in, once, when the weights are prepared."""
    revision: str | None = None
    """A hub model's commit, branch or tag."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """The build of vLLM that must be installed; "auto" takes any."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """"auto": on a CPU bfloat16 where the CPU computes in it (AVX-512 BF16, AMX), else float32, which is 3 times faster
    there; on a GPU the checkpoint's."""
    max_model_len: int = Field(default=1024, ge=128, le=2**20)
    """Tokens of prompt and answer together."""
    max_num_seqs: int = Field(default=16, ge=1, le=4096)
    """Sequences in one step; further ones wait, REALTIME before BACKFILL."""
    max_num_batched_tokens: int | None = Field(default=None, ge=64, le=2**20)
    """Tokens computed in one step; None leaves it to vLLM. On a CPU at least `max_model_len`: prompts are not cut."""
    kv_cache_bytes: int | None = Field(default=None, ge=16 * MIB)
    """None: 512 MiB on a CPU, the rest of `gpu_memory_utilization` on a GPU. Set it where engines share a GPU."""
    kv_cache_dtype: Literal["auto", "fp8"] = "auto"
    """"fp8": twice the tokens in the same memory, on a GPU that computes in it (Ada, Hopper and later)."""
    block_size: int | None = Field(default=None, ge=8, le=512)
    """Tokens in a KV cache block, the grain of prefix sharing. None: 32 on a CPU, since vLLM's own 128 is longer than
    what the categories of an item share; vLLM's default on a GPU."""
    gpu_memory_utilization: float = Field(default=0.9, gt=0, le=1)
    """Share of the whole card for weights, activations and KV cache. It must be free when the engine starts, also when
    `kv_cache_bytes` sizes the cache: vLLM refuses else. On a part of a GPU at most 0.95 of `scaling`'s `num_gpus`: the
    rest is for CUDA's own context."""
    enforce_eager: bool = True
    """False compiles the model: minutes of start-up, no gain on a CPU, much on a GPU."""
    tensor_parallel_size: int = Field(default=1, ge=1, le=64)
    load_format: Literal["auto", "dummy"] = "auto"
    """"dummy": random weights in the shape of the model's config, for capacity studies. What they write is noise."""
    quantization: str | None = None
    """A vLLM quantization method, where the checkpoint does not name its own. "fp8" halves a bfloat16 checkpoint
    while it loads, on a GPU that computes in it (Ada, Hopper and later)."""
    max_images_per_prompt: int = Field(default=0, ge=0, le=64)
    """Images in one prompt; 0 for a text model."""
    adapters: dict[AdapterName, AdapterFolder] = Field(default_factory=dict, max_length=32)
    """LoRA adapters of the model, by the name that chooses one: folders in PEFT's format. All stay loaded and requests
    with different ones, or none, are computed together. On a CPU vLLM has no fast kernel for them: rank 8 on
    a 135M model leaves a quarter to two fifths of the tokens a second in bfloat16 and half in float32, and an engine
    with adapters a fifth less to requests without one. Merge one that all requests use: `model: BASE+FOLDER`."""
    max_lora_rank: int = Field(default=64, ge=1, le=512)
    """The highest rank of an adapter. Memory is reserved for the adapters' actual ranks."""
    cpu_threads: int | None = Field(default=None, ge=1, le=1024)
    """Compute threads on a CPU; None: every core that this process may use."""
    max_step_s: float = Field(default=120.0, gt=0)
    """An engine that has requests and makes no step for so long hangs, and its replica is replaced."""
    trust_remote_code: bool = False
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _possible(self) -> EngineSettings:
        if self.max_num_batched_tokens is not None and self.max_num_batched_tokens < self.max_num_seqs:
            raise ValueError(
                f"max_num_batched_tokens={self.max_num_batched_tokens} is below max_num_seqs={self.max_num_seqs}: "
                "a step computes at least one token of each sequence"
            )
        if self.device == "cpu" and self.dtype == "float16":
            raise ValueError("dtype 'float16' has no fast path on a CPU: use 'auto', 'bfloat16' or 'float32'")
        if self.adapters and self.max_images_per_prompt:
            raise ValueError("adapters are for text models: max_images_per_prompt must be 0")
        return self
