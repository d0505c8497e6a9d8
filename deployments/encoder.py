"""A transformer sentence encoder in four verbs, so that threads can overlap them.

`pre` tokenises (any thread), `core` runs the device (the batcher's thread), `post` finishes rows, `warmup` touches
the lengths that traffic will bring. Everything here blocks: call it from a thread, never from the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from deployments.errors import Misconfigured
from deployments.host import computes_in_bfloat16
from deployments.settings import Settings
from deployments.weights import resolve, revision

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

Device = Literal["auto", "cpu", "cuda"]
DType = Literal["auto", "float32", "bfloat16", "float16"]


class EncoderSettings(Settings):
    """Which encoder, and where it runs. `dtype: auto` is bfloat16 where the device computes in it, else float32."""

    model: str = Field(default="package:all-minilm-l6-v2", min_length=1)
    max_length: int = Field(default=128, ge=8, le=512, description="tokens; what is longer is cut")
    layers: tuple[int, ...] = Field(
        default=(), description="hidden states to pool side by side, 0 the embeddings; none: the last alone"
    )
    device: Device = "auto"
    dtype: DType = "auto"
    threads: int | None = Field(default=None, ge=1, le=256, description="of torch, in this process; unset: torch's own")


@dataclass(frozen=True)
class Tokens:
    """One tokenised text. `tokens` counts the encoder's special tokens too."""

    ids: list[int]

    @property
    def tokens(self) -> int:
        return len(self.ids)


class Encoder:
    """Any BERT-like model that `AutoModel` loads, mean-pooled over its mask: text in, one float32 row out.

    One pass, whatever `layers` are pooled: lower layers know more of style, upper ones more of meaning.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self.settings = settings
        self.model: Any = None
        self.device = "cpu"
        self._tokenizer: Any = None
        self._pad_id = 0

    def load(self) -> None:
        """Load tokenizer and weights. Seconds. Raises Misconfigured."""
        import torch  # noqa: PLC0415 - heavy
        from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415 - heavy

        settings = self.settings
        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        self.device = pick_device(settings.device)
        folder = resolve(settings.model)
        dtype = getattr(torch, pick_dtype(settings.dtype, self.device))
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True)
            self.model = AutoModel.from_pretrained(folder, dtype=dtype).eval().to(self.device)
        except (OSError, ValueError) as error:
            raise Misconfigured(f"encoder {settings.model!r} could not be loaded: {type(error).__name__}") from error
        if any(not 0 <= layer <= self.depth for layer in settings.layers):
            raise Misconfigured(
                f"encoder.layers={list(settings.layers)}: the model has hidden states 0 to {self.depth}"
            )
        limit = getattr(self.model.config, "max_position_embeddings", settings.max_length)
        if settings.max_length > limit:
            raise Misconfigured(f"encoder.max_length={settings.max_length} exceeds the {limit} positions of the model")
        self._pad_id = tokenizer.pad_token_id or 0
        # The backend is set up once: the wrapper changes its padding and truncation on each call, which two threads
        # may not do at the same time.
        self._tokenizer = tokenizer.backend_tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(settings.max_length)

    @property
    def depth(self) -> int:
        """Number of layers; hidden state 0 is the embeddings, hidden state `depth` the last."""
        return int(self.model.config.num_hidden_layers)

    @property
    def dim(self) -> int:
        return int(self.model.config.hidden_size) * max(1, len(self.settings.layers))

    def pre(self, texts: Sequence[str]) -> list[Tokens]:
        return [Tokens(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]

    def pooled(self, rows: Sequence[Tokens]) -> torch.Tensor:
        """[rows, dim] float32 on the device: the mean over each row's own tokens, padding left out."""
        import torch  # noqa: PLC0415 - heavy

        longest = max(row.tokens for row in rows)
        ids = torch.tensor([row.ids + [self._pad_id] * (longest - row.tokens) for row in rows])
        mask = torch.arange(longest)[None, :] < torch.tensor([[row.tokens] for row in rows])
        ids, mask = ids.to(self.device, non_blocking=True), mask.to(self.device, non_blocking=True)
        with torch.inference_mode():
            layers = self.settings.layers
            out = self.model(input_ids=ids, attention_mask=mask.long(), output_hidden_states=bool(layers))
            states = [out.hidden_states[layer] for layer in layers] or [out.last_hidden_state]
            count = mask.sum(1, keepdim=True)
            return torch.cat([(state.float() * mask[:, :, None]).sum(1) / count for state in states], dim=1)

    def core(self, rows: Sequence[Tokens]) -> NDArray[np.float32]:
        """[rows, dim] float32 in main memory; what the batcher runs."""
        return self.pooled(rows).cpu().numpy()

    def post(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows of unit length, whose dot product is the cosine."""
        import numpy as np  # noqa: PLC0415 - heavy

        return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)

    def warmup(self, max_batch_tokens: int) -> None:
        """Run short, middle and long rows, so that the first request does not pay for allocation."""
        for length in sorted({8, self.settings.max_length // 4, self.settings.max_length}):
            row = Tokens([self._pad_id + 1] * length)
            self.core([row] * max(1, min(8, max_batch_tokens // length)))

    def revision(self) -> str:
        """Which weights these are; empty where only a model hub knows."""
        return revision(self.settings.model)


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
