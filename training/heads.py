"""Fits the Bradley-Terry heads on embeddings of a frozen encoder."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from deployments.reward.model import BradleyTerryHeads, RewardConfig
from training.pairs import Pairs


@dataclass(frozen=True)
class Recipe:
    """Every number of the fit. `patience`: epochs without a better loss on the choice folds before it ends.

    Chosen by cross-validation (folds 4, 6 and 8 of the shipped data, trained on the other five of 4 to 9): hidden
    layers of 16 and 32 units, dropout 0.3 to 0.5, sharper labels and weights by impressions were no better.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    dropout: float = 0.1
    batch_size: int = 1024
    max_epochs: int = 30
    patience: int = 4
    seed: int = 0


@dataclass(frozen=True)
class Fit:
    heads: BradleyTerryHeads
    epochs: int
    losses: list[float]


def fit(
    config: RewardConfig,
    embeddings: torch.Tensor,
    train: Pairs,
    choice: Pairs,
    recipe: Recipe,
    progress: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> Fit:
    """Heads of the epoch with the lowest loss on `choice`.

    Each head sees its own bootstrap sample of the training clusters (not of pairs, which are not independent), so that
    the heads disagree where the data is thin.
    """
    torch.manual_seed(recipe.seed)
    heads = BradleyTerryHeads(config)
    rows = np.unique(np.concatenate([train.a, train.b]))
    heads.feature_mean.copy_(embeddings[rows].mean(0))
    heads.feature_scale.copy_(embeddings[rows].std(0).clamp_min(1e-6))
    left, right = torch.as_tensor(train.a), torch.as_tensor(train.b)
    labels = torch.as_tensor(train.labels, dtype=torch.float32)
    weights = torch.as_tensor(
        bootstrap(train.cluster, config.heads, recipe.seed) * train.weights[:, None], dtype=torch.float32
    )
    optimizer = torch.optim.AdamW(heads.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    order = torch.Generator().manual_seed(recipe.seed)
    best, best_epoch, losses = copy.deepcopy(heads), 0, [loss_on(heads, embeddings, choice)]
    for epoch in range(1, recipe.max_epochs + 1):
        heads.train()
        for index in torch.randperm(len(train), generator=order).split(recipe.batch_size):  # type: ignore[no-untyped-call]
            scores = heads(embeddings[torch.cat([left[index], right[index]])], recipe.dropout)
            margin = scores[: len(index)] - scores[len(index) :]
            target = labels[index][:, None].expand_as(margin)
            loss = nn.functional.binary_cross_entropy_with_logits(margin, target, weight=weights[index])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        losses.append(loss_on(heads, embeddings, choice))
        progress(epoch, losses[-1])
        if losses[-1] <= min(losses):
            best, best_epoch = copy.deepcopy(heads), epoch
        elif epoch - best_epoch >= recipe.patience:
            break
    return Fit(best.eval(), best_epoch, losses)


def bootstrap(clusters: NDArray[np.int64], heads: int, seed: int) -> NDArray[np.float64]:
    """[pairs, heads]: how often each pair's cluster was drawn for each head."""
    draw = np.random.default_rng(seed)
    names, index = np.unique(clusters, return_inverse=True)
    counts = [np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))[index] for _ in range(heads)]
    return np.stack(counts, axis=1).astype(float)


@torch.inference_mode()
def scores_of(heads: BradleyTerryHeads, embeddings: torch.Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread over the heads for every row."""
    logits = heads.eval()(embeddings).double().numpy()
    return logits.mean(1), logits.std(1)


def loss_on(heads: BradleyTerryHeads, embeddings: torch.Tensor, pairs: Pairs) -> float:
    """Cross entropy of the mean score's win probability against the soft labels."""
    mean, _ = scores_of(heads, embeddings)
    margin = torch.as_tensor(mean[pairs.a] - mean[pairs.b])
    return float(nn.functional.binary_cross_entropy_with_logits(margin, torch.as_tensor(pairs.labels)))
