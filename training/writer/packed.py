"""All answers about one item as one sequence: what they share is computed once.

    facts | write in A: answer | write in B: answer | is this copy fit? Yes | is that one? No

Each branch sees the shared tokens and itself, at the positions it would have alone, so its loss is what separate
sequences would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Branch:
    """`prompt` begins with what the item's branches share; only `answer` is learnt, each of its tokens by `weight`."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Packed:
    """[tokens] each, but for `mask` [1, 1, tokens, tokens], where True means seen.

    source: positions whose output predicts a learnt token; target: that token; weight: of its loss; branch: which
    branch it is of. pairs [pairs, 2]: branches of which the first is to be likelier than the second.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    source: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    branch: torch.Tensor
    pairs: torch.Tensor

    def __len__(self) -> int:
        return len(self.ids)


def pack(branches: Sequence[Branch], pairs: Sequence[tuple[int, int]] = ()) -> Packed:
    """One sequence of all branches. The last token of a prompt is never shared: it predicts the branch's own answer."""
    prompts = [b.prompt for b in branches]
    shared = _common(prompts)
    ids, positions, segments = list(prompts[0][:shared]), list(range(shared)), [0] * shared
    source: list[int] = []
    target: list[int] = []
    weight: list[float] = []
    owner: list[int] = []
    for number, branch in enumerate(branches, start=1):
        branch_ids = (*branch.prompt[shared:], *branch.answer[:-1])
        first = len(ids) + len(branch.prompt) - shared - 1
        source += range(first, first + len(branch.answer))
        target += branch.answer
        weight += [branch.weight] * len(branch.answer)
        owner += [number - 1] * len(branch.answer)
        ids += branch_ids
        positions += range(shared, shared + len(branch_ids))
        segments += [number] * len(branch_ids)
    segment = torch.tensor(segments)
    seen = (segment[None, :] == 0) | (segment[None, :] == segment[:, None])
    mask = seen & torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    return Packed(
        ids=torch.tensor(ids),
        positions=torch.tensor(positions),
        mask=mask[None, None],
        source=torch.tensor(source),
        target=torch.tensor(target),
        weight=torch.tensor(weight),
        branch=torch.tensor(owner),
        pairs=torch.tensor(pairs, dtype=torch.long).reshape(-1, 2),
    )


def _common(prompts: Sequence[Sequence[int]]) -> int:
    """Length of the common prefix, below the length of the shortest prompt."""
    most = min(map(len, prompts)) - 1
    first = prompts[0]
    return next((i for i in range(most) if any(p[i] != first[i] for p in prompts)), most)


@dataclass(frozen=True)
class Preference:
    """Weight and loss of a pair, beside the learnt tokens: SimPO, https://arxiv.org/abs/2405.14734.

    -log sigmoid(beta x (mean log-likelihood of the first - that of the second) - margin), in nats a token.
    """

    weight: float = 0.0
    beta: float = 2.5
    margin: float = 0.5


def loss(model: Any, packed: Packed, preference: Preference = Preference()) -> torch.Tensor:
    """Weighted mean cross entropy of the learnt tokens, in nats, and what the pairs ask for.

    The vocabulary is computed for the learnt tokens alone.
    """
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = inner.model(
        input_ids=packed.ids[None], attention_mask=packed.mask, position_ids=packed.positions[None], use_cache=False
    ).last_hidden_state
    logits = inner.lm_head(hidden[0].index_select(0, packed.source))
    each = nn.functional.cross_entropy(logits.float(), packed.target, reduction="none")
    written = (each * packed.weight).sum() / packed.weight.sum()
    if not preference.weight or not len(packed.pairs):
        return written
    better, worse = (-_means(each, packed.branch)[column] for column in packed.pairs.T)
    preferred = nn.functional.softplus(preference.margin - preference.beta * (better - worse))
    return written + preference.weight * preferred.mean()


def _means(each: torch.Tensor, owner: torch.Tensor) -> torch.Tensor:
    """The mean of `each` over the tokens of every branch: [branches]."""
    branches = int(owner.max()) + 1
    count = torch.bincount(owner, minlength=branches)
    return torch.zeros(branches).index_add(0, owner, each) / count
