"""Fitting on a planted signal: what can be learned is, and the spread is wide where nothing was learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from deployments.errors import Misconfigured
from deployments.reward import model
from training import evaluate, heads
from training.pairs import Pairs, make

DIM = 12


@pytest.fixture(scope="module")
def planted() -> tuple[torch.Tensor, Pairs, pd.DataFrame]:
    """400 tests of 3 arms whose click rate follows the first coordinate of the embedding."""
    draw = np.random.default_rng(1)
    embeddings = torch.as_tensor(draw.normal(size=(1200, DIM)), dtype=torch.float32)
    rate = 1 / (1 + np.exp(3.5 - 0.4 * embeddings[:, 0].numpy()))
    arms = pd.DataFrame(
        {
            "test_id": np.repeat(np.arange(400), 3), "text": [f"copy {i}" for i in range(1200)], "image_id": "",
            "impressions": 3000, "clicks": draw.binomial(3000, rate), "cluster": np.repeat(np.arange(400), 3),
        }
    )  # fmt: skip
    arms["fold"] = arms["cluster"] % 10
    return embeddings, make(arms), arms


@pytest.fixture(scope="module")
def fitted(planted: tuple[torch.Tensor, Pairs, pd.DataFrame]) -> heads.Fit:
    embeddings, pairs, _ = planted
    config = model.RewardConfig(encoder="none", max_length=16, dim=DIM, heads=4, hidden=0)
    recipe = heads.Recipe(learning_rate=1e-2, dropout=0.0, batch_size=64)
    return heads.fit(config, embeddings, pairs.in_folds((4, 5, 6, 7, 8, 9)), pairs.in_folds((2, 3)), recipe)


def test_the_planted_signal_is_found(planted: tuple, fitted: heads.Fit) -> None:
    embeddings, pairs, arms = planted
    scores, _ = heads.scores_of(fitted.heads, embeddings)
    report = evaluate.evaluate(scores, pairs.in_folds((0, 1)), arms)
    assert report["significant_pairs_accuracy"] > 0.95
    assert report["all_pairs_interval"][0] <= report["all_pairs_accuracy"] <= report["all_pairs_interval"][1]
    assert min(fitted.losses) < fitted.losses[0]
    assert report["length_baseline"]["all_pairs_accuracy"] < 0.65


def test_the_spread_is_wider_far_from_the_training_data(planted: tuple, fitted: heads.Fit) -> None:
    embeddings, _, _ = planted
    _, near = heads.scores_of(fitted.heads, embeddings)
    _, far = heads.scores_of(fitted.heads, embeddings * 5)
    assert far.mean() > 2 * near.mean()


def test_each_head_draws_whole_clusters() -> None:
    drawn = heads.bootstrap(np.array([7, 7, 8, 9, 9, 9]), heads=3, seed=0)
    assert drawn.shape == (6, 3)
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[3] == drawn[5]).all()


def test_saved_heads_come_back_the_same(tmp_path: Path, fitted: heads.Fit, planted: tuple) -> None:
    revision = model.save(fitted.heads, tmp_path)
    again = model.load(tmp_path)
    assert torch.equal(again(planted[0][:5]), fitted.heads(planted[0][:5]))
    assert model.revision_of(tmp_path) == revision
    (tmp_path / model.WEIGHTS_FILE).unlink()
    with pytest.raises(Misconfigured, match="missing"):
        model.load(tmp_path)


def test_ties_count_half_and_accuracy_is_of_the_better_copy() -> None:
    pairs = Pairs(*(np.array(x) for x in ([0, 0, 1], [1, 2, 2], [2.5, -2.5, -1.0], [0, 0, 0], [0, 0, 0], [0, 0, 0])))
    hits = evaluate.hits(np.array([1.0, 0.0, 1.0]), pairs)
    assert list(hits) == [1.0, 0.5, 1.0]
