"""Direct preference optimisation of an adapter (DPO; Rafailov et al., 2023, arXiv 2305.18290), with an anchor.

DPO alone may make both answers of a pair unlikely, as long as the rejected one falls further. The chosen answer's
negative log-likelihood, added to the loss, keeps it likely (Pang et al., 2024, arXiv 2404.19733).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import logsigmoid

from training.generator import tune
from training.generator.tokens import IGNORED, Tokens


@dataclass(frozen=True)
class Recipe:
    """`draws`: pairs seen in all. `beta`: how dear it is to leave the start; `anchor`: weight of the likelihood."""

    draws: int = 400
    batch: int = 4
    learning_rate: float = 5e-5
    warmup: float = 0.05
    beta: float = 0.1
    anchor: float = 1.0
    seed: int = 0


class Pair(NamedTuple):
    """Two answers to one prompt, and how likely the start finds each: log-probabilities in nats."""

    chosen: Tokens
    rejected: Tokens
    reference: tuple[float, float]


def collate(pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """[2 pairs, longest] as `tune.collate`, all chosen answers before all rejected ones; `reference`: [2 pairs]."""
    rows = [pair.chosen for pair in pairs] + [pair.rejected for pair in pairs]
    known = [pair.reference[0] for pair in pairs] + [pair.reference[1] for pair in pairs]
    return {**tune.collate(rows), "reference": torch.tensor(known)}


def loss(model: Any, batch: dict[str, torch.Tensor], beta: float, anchor: float) -> torch.Tensor:
    """-log sigmoid(beta ((w - w0) - (l - l0))) + anchor * -w / tokens, the mean over pairs.

    w and l are the log-probabilities of the chosen and the rejected answer, w0 and l0 those at the start.
    """
    likelihood = tune.answer_logprobs(model, batch)
    chosen, rejected = (likelihood - batch["reference"]).chunk(2)
    per_token = likelihood / (batch["labels"] != IGNORED).sum(dim=1)
    return (anchor * -per_token.chunk(2)[0] - logsigmoid(beta * (chosen - rejected))).mean()


@torch.no_grad()
def logprobs(
    model: Any, rows: Sequence[Tokens], batch: int = 16, step: Callable[[int], None] = lambda _rows: None
) -> NDArray[np.float64]:
    """[rows] log-probabilities of the answers, in nats. `step` is called with the rows of each batch that is done."""
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found = np.zeros(len(rows))
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        inputs = {name: value.to(model.device) for name, value in tune.collate([rows[i] for i in part]).items()}
        found[part] = tune.answer_logprobs(model, inputs).double().cpu().numpy()
        step(len(part))
    return found


def tune_pairs(
    model: Any, pairs: Sequence[Pair], recipe: Recipe, checkpoints: Path, every: int = 25
) -> list[tuple[int, float]]:
    """Train the adapter of `model`, which is at the start, on `pairs`: see `tune.fit`."""
    objective = partial(loss, beta=recipe.beta, anchor=recipe.anchor)
    return tune.fit(model, pairs, objective, collate, recipe, checkpoints, every)


def standing(pairs: Sequence[Pair], now: NDArray[np.float64]) -> dict[str, float]:
    """What `now`, [pairs, 2] log-probabilities of the chosen and the rejected answers, says of a model.

    chosen_likelier: share of pairs whose chosen answer is the likelier one. chosen_rewarded: share in which it gained
    more since the start, a tie counted half, so that the start itself has 0.5. margin: the mean difference of the
    gains, in nats. chosen_nll: nats a token of the chosen answers.
    """
    gain = now - np.array([pair.reference for pair in pairs])
    ahead, margin = now[:, 0] - now[:, 1], gain[:, 0] - gain[:, 1]
    found = {
        "chosen_likelier": (ahead > 0).mean(),
        "chosen_rewarded": (margin > 0).mean() + (margin == 0).mean() / 2,
        "margin": margin.mean(),
        "chosen_nll": -now[:, 0].sum() / sum(len(pair.chosen.answer) for pair in pairs),
    }
    return {name: round(float(value), 4) for name, value in found.items()}
