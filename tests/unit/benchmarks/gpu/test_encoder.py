"""The batches that the encoder step measures, and their arithmetic."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from benchmarks.gpu import encoder


def test_a_batch_has_the_stated_shape() -> None:
    batch = encoder._batch(3, 16)
    assert [row.tokens for row in batch] == [16, 16, 16]


def test_two_flops_a_weight_and_token_and_those_of_attention() -> None:
    class Layers(list[Any]):
        def parameters(self) -> list[SimpleNamespace]:
            return [SimpleNamespace(dim=lambda: 2, numel=lambda: 100), SimpleNamespace(dim=lambda: 1, numel=lambda: 7)]

    inner = SimpleNamespace(encoder=SimpleNamespace(layer=Layers([1, 2])), config=SimpleNamespace(hidden_size=10))
    model: Any = SimpleNamespace(encoder=SimpleNamespace(model=inner))
    assert encoder._flops(model, rows=4, length=8) == 4 * 8 * (2 * 100 + 4 * 8 * 10 * 2)
