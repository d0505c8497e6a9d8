"""Fine-tunes the network: all copies of an item in one packed row, so that its facts are read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from deployments.item_text import prompt_facts
from deployments.reward.fit import FitRow, FitTokenizer, Piece, pack
from deployments.reward.fit_net import FitNet, Packed
from deployments.reward.grounding import Facts
from training.fitness.lessons import Lesson, Mix, lessons
from training.writer.corpus import Entry

Report = Callable[[int, float], None]


@dataclass(frozen=True)
class Recipe:
    """Every number of the training.

    pairs: weight of ranking each good copy above each bad one of its item, beside 1 for saying which is which.
    words: weight of finding the words that a rule changed.
    """

    epochs: int = 5
    batch: int = 8
    learning_rate: float = 2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    pairs: float = 0.5
    words: float = 0.5
    made: int = 7
    mark: float = 0.5
    tuned_from: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Example:
    """An item's row; fit, weights and wrong are of its copies. wrong: 1 for tokens that a rule changed, -1 unknown."""

    row: FitRow
    fit: list[float]
    weights: list[float]
    wrong: list[list[int]]


class Maker:
    """Makes examples. Pure: the same draw gives the same example."""

    def __init__(self, tokenizer: FitTokenizer, room: int, mix: Mix) -> None:
        self._tokenizer = tokenizer
        self._room = room
        self._mix = mix
        self._facts: dict[tuple[str, bool], str] = {}

    def example(self, entry: Entry, others: Sequence[Entry], draw: np.random.Generator) -> Example:
        item_facts = self.item_facts(entry, seen=bool(draw.random() < 0.7))
        held = Facts(item_facts)
        item_lessons = lessons(entry, others, draw, self._mix)
        pieces = tuple(self._tokenizer.copy(lesson.copy, held) for lesson in item_lessons)
        wrong = [self._wrong(lesson, piece) for lesson, piece in zip(item_lessons, pieces, strict=True)]
        return Example(
            FitRow(self._tokenizer.facts(item_facts), pieces),
            [f.fit for f in item_lessons],
            [f.weight for f in item_lessons],
            wrong,
        )

    def item_facts(self, entry: Entry, *, seen: bool) -> str:
        """Return the item's facts. seen: with the description of its image, which serving does not always have."""
        key = entry.id, seen
        if key not in self._facts:
            item = entry.item if seen else entry.item.model_copy(update={"images": ()})
            tokenizer = self._tokenizer
            self._facts[key] = prompt_facts(item, "", self._room, tokenizer.count, tokenizer.control_words)
        return self._facts[key]

    def _wrong(self, lesson: Lesson, piece: Piece) -> list[int]:
        if lesson.kind == "good":
            return [0] * len(piece)
        if lesson.original is None:
            return [-1] * len(piece)
        marks = [0] * len(piece)
        original = self._tokenizer.copy(lesson.original, Facts(""))
        for what, _, _, start, end in SequenceMatcher(None, original.ids, piece.ids, autojunk=False).get_opcodes():
            if what != "equal":
                marks[start:end] = [1] * (end - start)
        return marks


class Trainer:
    """AdamW on the tuned layers, the marks and the heads; a checkpoint after each epoch."""

    def __init__(self, net: FitNet, recipe: Recipe, steps: int) -> None:
        self.net = net
        self.recipe = recipe
        self.epoch = 0
        trunk = net.trunk
        for parameter in trunk.parameters():
            parameter.requires_grad_(False)
        layers = [p for layer in trunk.encoder.layer[recipe.tuned_from :] for p in layer.parameters()]
        heads = [p for part in (net.marks, net.inner, net.outer, net.tokens) for p in part.parameters()]
        for parameter in layers:
            parameter.requires_grad_(True)
        self._optimizer = torch.optim.AdamW(
            [{"params": layers, "lr": recipe.learning_rate}, {"params": heads, "lr": recipe.head_rate}],
            weight_decay=recipe.weight_decay,
        )
        warm = max(1, int(recipe.warmup * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
        )

    def run(self, make: Callable[[int, int], Example], items: int, report: Report) -> float:
        """One epoch; its mean loss. make: the example of an epoch and an item's number."""
        self.net.train()
        order = np.random.default_rng([self.recipe.seed, self.epoch]).permutation(items)
        losses: list[float] = []
        for start in range(0, items, self.recipe.batch):
            chosen = order[start : start + self.recipe.batch]
            losses.append(self.step([make(self.epoch, int(i)) for i in chosen]))
            report(start + len(chosen), losses[-1])
        self.epoch += 1
        return float(np.mean(losses))

    def step(self, examples: Sequence[Example]) -> float:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = self._loss(examples)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_([p for p in self.net.parameters() if p.requires_grad], 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _loss(self, examples: Sequence[Example]) -> torch.Tensor:
        packed = pack([e.row for e in examples])
        states = self.net.states(packed)
        logits = self.net.heads(packed, states).float()
        fit = torch.tensor([f for e in examples for f in e.fit])
        weights = torch.tensor([w for e in examples for w in e.weights])
        each = functional.binary_cross_entropy_with_logits(logits, fit, reduction="none")
        loss = (each * weights).sum() / weights.sum()
        if self.recipe.pairs:
            loss = loss + self.recipe.pairs * _ranking(logits, fit, weights, [len(e.fit) for e in examples])
        if self.recipe.words:
            loss = loss + self.recipe.words * self._words(packed, states, examples)
        return loss

    def _words(self, packed: Packed, states: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
        flat = [wrong for e in examples for wrong in e.wrong]
        labels = torch.tensor([label for wrong in flat for label in wrong])
        places = packed.copies[packed.copies >= 0]
        labelled = labels >= 0
        logits = self.net.tokens(states[places[labelled]])[:, 0].float()
        return functional.binary_cross_entropy_with_logits(
            logits, labels[labelled].float(), pos_weight=torch.tensor(4.0)
        )

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "recipe": asdict(self.recipe), "epoch": self.epoch, "net": self.net.state_dict(),
            "optimizer": self._optimizer.state_dict(), "schedule": self._schedule.state_dict(),
        }  # fmt: skip
        torch.save(state, folder / "unfinished.pt")
        (folder / "unfinished.pt").rename(folder / "last.pt")

    def resume(self, folder: Path) -> bool:
        """Go on from a checkpoint of the same recipe; False where there is none."""
        path = folder / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            return False
        self.net.load_state_dict(state["net"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.epoch = state["epoch"]
        return True


def _ranking(logits: torch.Tensor, fit: torch.Tensor, weights: torch.Tensor, counts: Sequence[int]) -> torch.Tensor:
    """Mean over items of softplus(worse - better), over the pairs of an item's copies whose labels lie well apart."""
    losses = []
    for mine, label, weight in zip(*(torch.split(each, list(counts)) for each in (logits, fit, weights)), strict=True):
        apart = (label[:, None] - label[None, :] > 0.4).float() * weight[:, None] * weight[None, :]
        if apart.any():
            losses.append((functional.softplus(mine[None, :] - mine[:, None]) * apart).sum() / apart.sum())
    return torch.stack(losses).mean() if losses else logits.sum() * 0
