"""A model with a LoRA adapter merged into its weights. It is as fast as the model alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deployments.errors import Misconfigured
from deployments.weights import lora
from deployments.weights.cache import Progress, make_once, silent, weights_dir
from deployments.weights.package import Package

if TYPE_CHECKING:
    from torch import Tensor

# Counts up whenever the merge's output changes.
_RECIPE: Final = 1
# The base's share of the time when nothing is prepared.
_BASE_SHARE: Final = 0.6
# Formats of the base's weights that a merge does not write; they are not copied, so that no loader finds them.
_OTHER_WEIGHTS: Final = frozenset({".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".safetensors"})


@dataclass(frozen=True)
class Merged:
    """A merge. `reference` is `BASE+FOLDER` as configured; `base_reference` and `adapter` are its parts."""

    reference: str
    base_reference: str
    base: Package
    adapter: str

    @property
    def name(self) -> str:
        return f"{self.base.name}+{Path(self.adapter).name}"

    @property
    def key(self) -> str:
        return self._key(self._read())

    def revision(self) -> str:
        """Return the base's revision and 12 hexadecimal digits of the adapter's content."""
        return f"{self.base.revision()} + {self._read().revision}"

    def ready(self) -> bool:
        return weights_dir(self.key).is_dir()

    def resolve(self, progress: Progress = silent) -> Path:
        """Return the merged checkpoint. The first process to call makes it. Raises Misconfigured."""
        adapter = self._read()
        key = self._key(adapter)
        start = 0.0
        if not weights_dir(key).is_dir() and not self.base.ready():
            start = _BASE_SHARE
            self.base.resolve(lambda step, done: progress(step, start * done))

        def merging(done: float) -> None:
            progress("merging the adapter", start + (1 - start) * done)

        def make(target: Path) -> None:
            with _one_thread():
                self._merge(adapter, target, merging)

        return make_once(key, self.reference, make, progress)

    def _read(self) -> lora.Lora:
        adapter = lora.read(self._what, self.adapter)
        lora.check_base(self._what, adapter, self.base_reference)
        return adapter

    @property
    def _what(self) -> str:
        return f"model {self.reference!r}"

    def _key(self, adapter: lora.Lora) -> str:
        return f"{self.base.key}+{adapter.revision}-m{_RECIPE}"

    def _merge(self, adapter: lora.Lora, target: Path, progress: Callable[[float], None]) -> None:
        from safetensors.torch import load, save_file  # noqa: PLC0415 - heavy

        base = self.base.resolve()
        files = lora.checkpoint(base) if base.is_dir() else []
        if not files:
            raise Misconfigured(f"{self._what}: the base has no weights in safetensors: convert it, or name another")
        shapes = {name: s for file in files for name, s in lora.read_shapes(file, self._what).items()}
        lora.check_layers(self._what, adapter, shapes, self.base_reference)
        _, weights, revision = lora.content(self._what, adapter.folder)
        if revision != adapter.revision:  # the revision names the result
            raise Misconfigured(f"{self._what}: the adapter was written over while it was merged: start again")
        factors, done = load(weights), 0
        for file in files:
            tensors, metadata = _read(file)
            for layer in (layer for layer in adapter.layers if f"{layer}.weight" in tensors):
                name, pair = f"{layer}.weight", [factors[name] for name in lora.tensor_names(layer)]
                try:
                    tensors[name] = _merged(tensors[name], pair, adapter.scale(layer))
                except ValueError as error:
                    raise Misconfigured(f"{self._what}: {layer} {error}") from None
                done += 1
                progress(done / len(adapter.layers))
            save_file(tensors, target / file.name, metadata or {"format": "pt"})
        for file in base.iterdir():
            if file.is_file() and file.suffix not in _OTHER_WEIGHTS and file.name != lora.CONFIG:
                shutil.copy(file, target / file.name)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit torch to one thread. The matrices are small: two threads on a busy machine are 30 times slower."""
    import torch  # noqa: PLC0415 - heavy

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _read(file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read tensors and metadata of a file in safetensors."""
    from safetensors import safe_open  # noqa: PLC0415 - heavy

    with safe_open(str(file), framework="pt") as opened:  # type: ignore[no-untyped-call]
        return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata()  # noqa: SIM118


def _merged(weight: Tensor, factors: Iterable[Tensor], scale: float) -> Tensor:
    """Compute W + scale * B @ A in float32; return it in the type of W. Raises ValueError for a bad type or result."""
    import torch  # noqa: PLC0415 - heavy

    if weight.dtype not in (torch.bfloat16, torch.float16, torch.float32):
        raise ValueError("is quantized in the base: merge into unquantized weights")
    b, a = (factor.float() for factor in factors)
    merged = torch.addmm(weight.float(), b, a, alpha=scale).to(weight.dtype)
    if not merged.sum(dtype=torch.float32).isfinite():  # one bad value spoils the sum
        raise ValueError("is not finite after the merge: the adapter is damaged, train it anew")
    return merged
