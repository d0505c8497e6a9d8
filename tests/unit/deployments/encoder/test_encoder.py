"""The encoder on its real weights: padding changes nothing, threads may tokenise at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from deployments.encoder import Encoder, EncoderSettings
from deployments.encoder.cuda_graphs import Buckets
from deployments.errors import Misconfigured


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    encoder = Encoder(EncoderSettings(max_length=32, dtype="float32"))  # bfloat16 rounds by what else is in a batch
    encoder.load()
    return encoder


def test_a_row_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    rows = encoder.pre(["A cat.", "The quick brown fox jumps over the lazy dog while the rain falls on the old town."])
    together, alone = encoder.core(rows), encoder.core(rows[:1])
    assert together.shape == (2, encoder.dim)
    np.testing.assert_allclose(together[0], alone[0], atol=1e-4)


def test_layers_are_pooled_side_by_side(encoder: Encoder) -> None:
    layered = Encoder(EncoderSettings(max_length=32, dtype="float32", layers=(0, 3, 6)))
    layered.load()
    rows = encoder.pre(["A cat.", "A dog sleeps."])
    assert layered.dim == 3 * encoder.dim
    np.testing.assert_allclose(layered.core(rows)[:, -encoder.dim :], encoder.core(rows), atol=1e-5)


def test_a_layer_that_the_model_does_not_have_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"layers=\[3, 7\]: the model has hidden states 0 to 6"):
        Encoder(EncoderSettings(layers=(3, 7))).load()


def test_like_texts_are_closer_than_unlike_ones(encoder: Encoder) -> None:
    texts = [
        "A kitten sleeps on the sofa.",
        "A young cat naps on the couch.",
        "Interest rates rose by a quarter point.",
    ]
    unit = encoder.post(encoder.core(encoder.pre(texts)))
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-5)
    assert unit[0] @ unit[1] > unit[0] @ unit[2] + 0.3


def test_long_texts_are_cut_and_threads_may_tokenise_at_once(encoder: Encoder) -> None:
    texts = ["word " * n for n in range(1, 80)]
    with ThreadPoolExecutor(8) as pool:
        lengths = list(pool.map(lambda text: encoder.pre([text])[0].tokens, texts))
    assert lengths == [min(n + 2, 32) for n in range(1, 80)]


def test_a_model_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(Misconfigured, match="nosuch-encoder"):
        Encoder(EncoderSettings(model="./nosuch-encoder")).load()


class FakeGraphs:
    """Stands in for captured graphs where there is no GPU: the same buckets, run as they come."""

    def __init__(self, encoder: Encoder, buckets: Buckets) -> None:
        self.buckets = buckets
        self.shapes: list[tuple[int, int]] = []
        self._encoder = encoder

    def run(self, ids: Any, mask: Any) -> Any:
        self.shapes.append(tuple(ids.shape))
        return self._encoder._forward(ids, mask)


def test_rows_padded_up_to_a_bucket_have_the_same_numbers(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = encoder.pre(["A cat.", "The quick brown fox jumps over the lazy dog.", "Rain falls."])
    plain = encoder.core(rows)
    graphs = FakeGraphs(encoder, Buckets(32, 512))
    monkeypatch.setattr(encoder, "_cuda_graphs", graphs)
    np.testing.assert_allclose(encoder.core(rows), plain, atol=1e-4)
    assert graphs.shapes == [(4, 16)]


def test_a_batch_above_every_bucket_runs_as_it_is(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = encoder.pre(["A cat.", "A dog."] * 8)
    plain = encoder.core(rows)
    graphs = FakeGraphs(encoder, Buckets(32, 8))
    monkeypatch.setattr(encoder, "_cuda_graphs", graphs)
    np.testing.assert_array_equal(encoder.core(rows), plain)
    assert graphs.shapes == []


def test_without_a_gpu_nothing_is_captured_and_graphs_by_name_are_refused(encoder: Encoder) -> None:
    encoder.warmup(256)
    assert encoder._cuda_graphs is None
    with pytest.raises(Misconfigured, match="graphs: on"):
        Encoder(EncoderSettings(graphs="on", device="cpu")).load()
