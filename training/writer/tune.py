"""LoRA fine-tuning on packed examples: one item a step of the model, some items a step of the optimiser.

Resumable: a checkpoint holds the adapter, the optimiser and how many items were seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch

from training.writer.packed import Packed, Preference, loss

MODULES: Final = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
FEW: Final = ("q_proj", "v_proj", "o_proj", "down_proj")
_STATE: Final = "state.pt"


@dataclass(frozen=True)
class Recipe:
    """`items`: seen in all. The adapter's scale is alpha / rank. `learning_rate` falls along a cosine to a tenth.

    first_layer: those below have no adapter, and nothing is computed back through them. few: adapters on FEW alone. On
    a 1.5B model of 28 layers first_layer=8 with few takes 0.7 of the time of a full step. preference: weight of the
    examples' pairs.
    """

    items: int
    batch: int = 4
    learning_rate: float = 2e-4
    warmup: int = 8
    rank: int = 16
    alpha: int = 32
    first_layer: int = 0
    few: bool = False
    preference: float = 0.0
    seed: int = 0


@dataclass
class Trainer:
    """A frozen base with an adapter in bfloat16, and float32 copies of the adapter that the optimiser moves.

    The adapter computes in the base's type: in float32, as PEFT leaves it, every layer converts its input and back,
    which takes as long as the matrices.
    """

    model: Any
    recipe: Recipe
    seen: int = 0

    def __post_init__(self) -> None:
        self._live = [p for p in self.model.parameters() if p.requires_grad]
        self._masters = [torch.nn.Parameter(p.detach().float().clone()) for p in self._live]
        self._optimiser = torch.optim.AdamW(self._masters, lr=self.recipe.learning_rate, weight_decay=0.0)

    def train(
        self,
        make: Callable[[int], Packed],
        checkpoints: Path,
        every: int,
        report: Callable[[int, float], None],
        until: int | None = None,
    ) -> None:
        """See items `seen` to `recipe.items` (or `until`); `make(i)` is the example of the i-th."""
        recipe, preference = self.recipe, Preference(weight=self.recipe.preference)
        last = min(recipe.items, until or recipe.items)
        self.model.train()
        while self.seen < last:
            count = min(recipe.batch, last - self.seen)
            total = 0.0
            for offset in range(count):
                value = loss(self.model, make(self.seen + offset), preference)
                (value / count).backward()  # type: ignore[no-untyped-call]
                total += float(value.detach())
            self._step(self._rate())
            self.seen += count
            report(self.seen, total / count)
            if (self.seen // recipe.batch) % every == 0 or self.seen >= last:
                self.save(checkpoints)

    def _rate(self) -> float:
        step, steps = self.seen // self.recipe.batch + 1, max(1, self.recipe.items // self.recipe.batch)
        cosine = 0.55 + 0.45 * float(torch.cos(torch.tensor(torch.pi * min(1.0, step / steps))))
        return self.recipe.learning_rate * min(1.0, step / self.recipe.warmup) * cosine

    def _step(self, rate: float) -> None:
        for master, live in zip(self._masters, self._live, strict=True):
            master.grad = None if live.grad is None else live.grad.float()
            live.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, 1.0)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.step()
        with torch.no_grad():
            for master, live in zip(self._masters, self._live, strict=True):
                live.copy_(master)

    def save(self, folder: Path) -> None:
        """Whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "seen": self.seen,
            "masters": [m.data for m in self._masters],
            "optimiser": self._optimiser.state_dict(),
        }
        torch.save(state, folder / f"{_STATE}.unfinished")
        (folder / f"{_STATE}.unfinished").rename(folder / _STATE)
        (folder / "recipe.json").write_text(json.dumps(asdict(self.recipe), indent=2) + "\n")

    def resume(self, folder: Path) -> bool:
        """Go on from a checkpoint, if there is one."""
        if not (folder / _STATE).is_file():
            return False
        state = torch.load(folder / _STATE, weights_only=True)
        self.seen = state["seen"]
        with torch.no_grad():
            for master, live, saved in zip(self._masters, self._live, state["masters"], strict=True):
                master.copy_(saved)
                live.copy_(saved)
        self._optimiser.load_state_dict(state["optimiser"])
        return True


def adapted(base: str, recipe: Recipe) -> Any:
    """The frozen base with a new adapter on its linear layers, both in bfloat16. Seconds."""
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - seconds
    from transformers import AutoModelForCausalLM  # noqa: PLC0415 - seconds

    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=list(FEW if recipe.few else MODULES),
        layers_to_transform=list(range(recipe.first_layer, model.config.num_hidden_layers)),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config, autocast_adapter_dtype=False)


def save_adapter(model: Any, out: Path, base: str) -> None:
    """The adapter in PEFT's format. It names `base` as its model."""
    out.mkdir(parents=True, exist_ok=True)
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(str(out), save_embedding_layers=False)
    (out / "README.md").unlink(missing_ok=True)  # peft's empty one; ours comes after


def order(count: int, items: int, seed: int) -> Sequence[int]:
    """Draw the entry of each of `items` examples: whole passes, each in a new order."""
    drawn: list[int] = []
    for number in range(-(-items // count)):
        generator = torch.Generator().manual_seed(seed * 1000 + number)
        drawn += torch.randperm(count, generator=generator).tolist()
    return drawn[:items]
