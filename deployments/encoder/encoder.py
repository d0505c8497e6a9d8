"""A transformer sentence encoder in four verbs, so that threads can overlap them.

`pre` tokenises (any thread), `core` runs the device (the batcher's thread), `post` normalises rows, `warmup` runs
typical lengths once. All of them block: call them from a thread, never from the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployments.encoder.cuda_graphs import Buckets, CudaGraphs
from deployments.encoder.device import bound_memory, pick_device, pick_dtype
from deployments.encoder.settings import EncoderSettings
from deployments.errors import Misconfigured
from deployments.weights import resolve, revision

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

logger = logging.getLogger("ray.serve")


@dataclass(frozen=True)
class Tokens:
    """One tokenised text. `tokens` counts the encoder's special tokens too."""

    ids: list[int]

    @property
    def tokens(self) -> int:
        return len(self.ids)


class Encoder:
    """Any BERT-like model that `AutoModel` loads, mean-pooled over its mask: text in, one float32 row out.

    One pass serves all `layers` that are pooled. Lower layers carry more style, upper ones more meaning.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self.settings = settings
        self.model: Any = None
        self.device = "cpu"
        self._tokenizer: Any = None
        self._pad_id = 0
        self._revision: str | None = None
        self._cuda_graphs: CudaGraphs | None = None

    def load(self) -> None:
        """Load tokenizer and weights. Takes seconds. Raises Misconfigured."""
        import torch  # noqa: PLC0415 - heavy
        from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415 - heavy

        settings = self.settings
        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        self.device = pick_device(settings.device)
        bound_memory(settings.gpu_memory_utilization, self.device)
        if settings.graphs == "on" and self.device != "cuda":
            raise Misconfigured("graphs: on, and the encoder runs on no GPU; use auto or off")
        folder = resolve(settings.model)
        self._revision = revision(settings.model)
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
        """Return [rows, dim] float32 on the device: the mean over each row's tokens, without padding."""
        import torch  # noqa: PLC0415 - heavy

        shape = len(rows), max(row.tokens for row in rows)
        bucket = self._cuda_graphs.buckets.fit(*shape) if self._cuda_graphs is not None else None
        ids, mask = self._padded(rows, *(bucket or shape))
        with torch.inference_mode():
            if self._cuda_graphs is not None and bucket is not None:
                return self._cuda_graphs.run(ids, mask)[: len(rows)]
            return self._forward(ids.to(self.device, non_blocking=True), mask.to(self.device, non_blocking=True))

    def _padded(self, rows: Sequence[Tokens], count: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return [count, length] ids and mask in main memory, pinned for a GPU.

        A filling row has one token: without any, attention and mean would be NaN.
        """
        import torch  # noqa: PLC0415 - heavy

        pinned = self.device == "cuda"  # a copy from pageable memory blocks, even with non_blocking
        filling = count - len(rows)
        padded = [row.ids + [self._pad_id] * (length - row.tokens) for row in rows] + [
            [self._pad_id] * length
        ] * filling
        ids = torch.tensor(padded, pin_memory=pinned)
        counts = torch.tensor([[row.tokens] for row in rows] + [[1]] * filling)
        mask = torch.arange(length)[None, :] < counts
        return ids, mask.pin_memory() if pinned else mask

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return [rows, dim] for ids and mask on the device."""
        import torch  # noqa: PLC0415 - heavy

        layers = self.settings.layers
        out = self.model(input_ids=ids, attention_mask=mask.long(), output_hidden_states=bool(layers))
        states = [out.hidden_states[layer] for layer in layers] or [out.last_hidden_state]
        count = mask.sum(1, keepdim=True)
        return torch.cat([(state.float() * mask[:, :, None]).sum(1) / count for state in states], dim=1)

    def core(self, rows: Sequence[Tokens]) -> NDArray[np.float32]:
        """Return [rows, dim] float32 in main memory. The batcher runs this."""
        return self.pooled(rows).cpu().numpy()

    def post(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scale rows to unit length, so that their dot product is the cosine."""
        import numpy as np  # noqa: PLC0415 - heavy

        return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)

    def warmup(self, max_batch_tokens: int) -> None:
        """Run short, middle and long rows once, so that the first request pays for no allocation. On a GPU, capture.

        Raises Misconfigured for `graphs: on` when the model cannot be captured.
        """
        if self.device == "cuda" and self.settings.graphs != "off":
            self._capture(max_batch_tokens)
        for length in sorted({8, self.settings.max_length // 4, self.settings.max_length}):
            row = Tokens([self._pad_id + 1] * length)
            self.core([row] * max(1, min(8, max_batch_tokens // length)))

    def _capture(self, max_batch_tokens: int) -> None:
        cuda_graphs = CudaGraphs(self._forward, Buckets(self.settings.max_length, max_batch_tokens))
        try:
            cuda_graphs.capture(self.device)
        except RuntimeError as error:
            if self.settings.graphs == "on":
                raise Misconfigured(f"graphs: on, and {self.settings.model!r} cannot be captured; use off") from error
            logger.warning("encoder %s runs without CUDA graphs", self.settings.model, exc_info=error)
            return
        self._cuda_graphs = cuda_graphs

    def revision(self) -> str:
        """Return the revision of the weights, before `load` of those it would load. Empty for a model of a hub."""
        return revision(self.settings.model) if self._revision is None else self._revision
