"""Examples as token ids: the prompt as the engine renders it, and the answer that the loss is taken on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

IGNORED: Final = -100  # what PyTorch's cross entropy leaves out
_RARE: Final = 0.25  # with the square root a category of few examples was hardly learnt: 0.09 of copies showed it
_WINDOW: Final = 16  # batches among which examples of like length are put together


@dataclass(frozen=True)
class Tokens:
    """`prompt` + `answer` is one sequence; only `answer`, which ends with the end-of-turn token, is learnt."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


class BadExamples(ValueError):
    """The examples cannot be trained on; says which file and line."""


def read(folders: Sequence[Path], name: str, answers: Sequence[str] = ("answer",)) -> list[dict[str, Any]]:
    """Rows of `name` in every folder that has it, each with these answers. Raises BadExamples."""
    rows: list[dict[str, Any]] = []
    for path in (folder / name for folder in folders if (folder / name).is_file()):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                _ = [message["content"] for message in row["messages"]], row["category"]
                _ = [row[answer] for answer in answers]
            except (ValueError, KeyError, TypeError):
                raise BadExamples(f"{path.name}, line {number}: no example as `build` writes them") from None
            rows.append(row)
    return rows


def tokens_of(row: Mapping[str, Any], tokenizer: Any) -> Tokens:
    """Rendered by the chat template, as `deployments.engines.engine.Engine.render` does."""
    text = tokenizer.apply_chat_template(row["messages"], tokenize=False, add_generation_prompt=True)
    prompt = tokenizer.encode(text, add_special_tokens=False)
    answer = tokenizer.encode(row["answer"], add_special_tokens=False)
    return Tokens(tuple(prompt), (*answer, tokenizer.eos_token_id))


def shares(rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """[rows] how often each row is drawn, summing to 1.

    A row counts for its evidence (`weight`) and for how far its facts hold it (`support`), twice when it is title and
    body, as serving asks; a style of many rows counts little more than one of few (their number to the power `_RARE`).
    """
    styles = Counter(row.get("style", "") for row in rows)
    share = np.array(
        [
            float(row.get("weight", 1.0))
            * max(0.1, float(row.get("support", 1.0)))
            * (2 if len(row.get("fields", ())) > 1 else 1)
            / styles[row.get("style", "")] ** (1 - _RARE)
            for row in rows
        ]
    )
    return share / share.sum()


def drawn(rows: Sequence[Mapping[str, Any]], count: int, seed: int) -> np.ndarray:
    """[count] indexes of rows by their `shares`: each row as often as its share says, give or take one, in any order.

    Systematic sampling, so that no row is missed by chance that should come once.
    """
    rng = np.random.default_rng(seed)
    points = (np.arange(count) + rng.random()) / count
    order = rng.permutation(len(rows))
    picked = order[np.searchsorted(np.cumsum(shares(rows)[order]), points, side="right").clip(max=len(rows) - 1)]
    return rng.permutation(picked)


def by_length(lengths: Sequence[int], batch: int, seed: int) -> list[int]:
    """An order in which a batch holds examples of like length, near their place in the order given."""
    rng = np.random.default_rng(seed)
    found: list[int] = []
    for start in range(0, len(lengths), batch * _WINDOW):
        window = sorted(range(start, min(start + batch * _WINDOW, len(lengths))), key=lambda i: lengths[i])
        batches = [window[i : i + batch] for i in range(0, len(window), batch)]
        found += [i for number in rng.permutation(len(batches)) for i in batches[number]]
    return found
