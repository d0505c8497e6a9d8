"""LoRA fine-tuning of a causal language model: transformers' Trainer, with a loss that reads the answers only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import torch
from torch import nn
from torch.utils.data import Dataset, SequentialSampler
from transformers import Trainer, TrainingArguments

from deployments.host import computes_in_bfloat16
from training.generator.tokens import IGNORED, Tokens

# Few lengths: the allocator has blocks of the same sizes to give again, where any length took 11 GB after 120 steps.
_LENGTHS: Final = 32
MODULES: Final = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Recipe:
    """`draws`: examples seen in all. The adapter's scale is alpha / rank; `learning_rate` is the peak of a cosine.

    No dropout: a few thousand draws do not overfit, and drawing its masks takes a quarter of a step on a CPU.
    """

    draws: int = 4000
    batch: int = 8
    learning_rate: float = 8e-4
    warmup: float = 0.05
    rank: int = 32
    alpha: int = 32
    seed: int = 0


class Schedule(Protocol):
    """What `fit` needs of a recipe."""

    @property
    def batch(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def warmup(self) -> float: ...
    @property
    def seed(self) -> int: ...


class _Rows(Dataset):
    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Any:
        return self.rows[index]


def collate(rows: Sequence[Tokens]) -> dict[str, torch.Tensor]:
    """[rows, longest] ids, mask and labels, padded at the end to a multiple of `_LENGTHS`."""
    longest = -(-max(map(len, rows)) // _LENGTHS) * _LENGTHS
    shape = (len(rows), longest)
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    labels = torch.full(shape, IGNORED)
    for i, row in enumerate(rows):
        start, end = len(row.prompt), len(row)
        ids[i, :end] = torch.tensor([*row.prompt, *row.answer])
        mask[i, :end] = 1
        labels[i, start:end] = ids[i, start:end]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _answer_entropy(model: Any, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """[tokens] cross entropy of each token of the answers, and [tokens] the row it stands in.

    The vocabulary is a fifth of a small model's work: it is computed where an answer stands, and nowhere else.
    """
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = inner.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    labels = batch["labels"][:, 1:]
    learnt = labels != IGNORED
    logits = inner.lm_head(hidden[:, :-1][learnt])
    return nn.functional.cross_entropy(logits.float(), labels[learnt], reduction="none"), learnt.nonzero()[:, 0]


def answer_loss(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Mean cross entropy of the answers' tokens."""
    return _answer_entropy(model, batch)[0].mean()


def answer_logprobs(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """[rows] log-probability of each row's answer after its prompt, in nats."""
    entropy, row = _answer_entropy(model, batch)
    return -entropy.new_zeros(len(batch["labels"])).index_add(0, row, entropy)


class _Trainer(Trainer):
    """Any loss of a model and a batch, on rows in the order given."""

    def __init__(self, loss: Callable[[Any, Any], torch.Tensor], **more: Any) -> None:
        super().__init__(**more)
        self._loss = loss

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **_more: Any) -> Any:  # type: ignore[override]
        loss = self._loss(model, inputs)
        return (loss, {}) if return_outputs else loss

    def _get_train_sampler(self, *_args: Any) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)  # type: ignore[arg-type]  # drawn and ordered before


def load(base: str) -> Any:
    """The frozen base, in bfloat16 where this machine computes in it. Raises OSError where there is no such model."""
    from transformers import AutoModelForCausalLM  # noqa: PLC0415 - seconds

    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if _fast() else torch.float32)
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def _fast() -> bool:
    return torch.cuda.is_available() or computes_in_bfloat16()


def adapted(model: Any, recipe: Recipe, start: Path | None = None) -> Any:
    """The model with a new adapter on every linear layer, or with the one in `start` to go on with."""
    from peft import LoraConfig, PeftModel, get_peft_model  # noqa: PLC0415 - seconds

    if start is not None:
        return PeftModel.from_pretrained(model, str(start), is_trainable=True)
    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(MODULES), task_type="CAUSAL_LM",
    )  # fmt: skip
    return get_peft_model(model, config)


@torch.no_grad()
def mean_loss(model: Any, rows: Sequence[Tokens], batch: int = 16) -> float:
    """Nats a token of the answers."""
    model.eval()
    order = sorted(rows, key=len)
    total, tokens = 0.0, 0
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        inputs = {name: value.to(model.device) for name, value in collate(part).items()}
        count = sum(len(row.answer) for row in part)
        total += float(answer_loss(model, inputs)) * count
        tokens += count
    return total / tokens


def tune(
    model: Any, rows: Sequence[Tokens], recipe: Recipe, checkpoints: Path, every: int = 100
) -> list[tuple[int, float]]:
    """Train the adapter of `model` to give the answers of `rows`: see `fit`."""
    return fit(model, rows, answer_loss, collate, recipe, checkpoints, every)


def fit(
    model: Any,
    rows: Sequence[Any],
    loss: Callable[[Any, dict[str, torch.Tensor]], torch.Tensor],
    collator: Callable[[Any], dict[str, torch.Tensor]],
    recipe: Schedule,
    checkpoints: Path,
    every: int,
) -> list[tuple[int, float]]:
    """Train the adapter of `model` on `rows`, once each and in their order; [(step, loss)] every 10 steps.

    A checkpoint is written after `every` steps, and the newest one found is gone on from.
    """
    arguments = TrainingArguments(
        output_dir=str(checkpoints), per_device_train_batch_size=recipe.batch, num_train_epochs=1,
        learning_rate=recipe.learning_rate, lr_scheduler_type="cosine", warmup_steps=recipe.warmup, weight_decay=0.0,
        max_grad_norm=1.0, seed=recipe.seed, logging_steps=10, save_steps=every, save_total_limit=1,
        report_to="none", remove_unused_columns=False, dataloader_pin_memory=torch.cuda.is_available(),
        use_cpu=not torch.cuda.is_available(), bf16=_fast(),
    )  # fmt: skip
    trainer = _Trainer(loss, model=model, args=arguments, train_dataset=_Rows(rows), data_collator=collator)
    trainer.train(resume_from_checkpoint=True if any(checkpoints.glob("checkpoint-*")) else None)
    return [(int(entry["step"]), float(entry["loss"])) for entry in trainer.state.log_history if "loss" in entry]


def save(model: Any, out: Path, base: str) -> None:
    """The adapter in PEFT's format, in bfloat16, half the size that it was trained in. It names `base` as its model."""
    out.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16)
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(str(out), save_embedding_layers=False)
    (out / "README.md").unlink(missing_ok=True)  # peft's empty one; ours comes after
