"""Inputs and outputs of an engine. Imports no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from deployments.types import Usage

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Prompt:
    """A rendered chat: the token ids of a text prompt, or the text with image placeholders and the images."""

    token_ids: tuple[int, ...] = ()
    text: str = ""
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """Parameters of sampling one sequence. Temperature 0 is greedy; `grammar` (EBNF) constrains the answer.

    compared: token ids whose log-probabilities come with every token of the answer.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    max_tokens: int = 128
    seed: int | None = None
    grammar: str | None = None
    compared: tuple[int, ...] = ()


@dataclass(frozen=True)
class Token:
    """A token of an answer. text: empty for the first parts of a character. logprob: None if a server gives none."""

    text: str
    logprob: float | None


@dataclass(frozen=True)
class Sample:
    """One finished sequence and its cost.

    `length_cut`: `max_tokens`, the model's length or a stop ended it. `logprob`: mean log-probability per token, under
    a grammar of what it lets through. `tokens`: empty without log-probabilities. `queue_ms`: until the engine first
    scheduled it; `compute_ms`: from then to its last token.
    """

    text: str
    length_cut: bool
    logprob: float | None
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    queue_ms: float
    compute_ms: float
    tokens: tuple[Token, ...] = ()

    def usage(self, batch_size: int) -> Usage:
        return Usage(
            queue_ms=self.queue_ms,
            compute_ms=self.compute_ms,
            prompt_tokens=self.prompt_tokens,
            output_tokens=self.output_tokens,
            cached_tokens=self.cached_tokens,
            batch_size=batch_size,
        )


@dataclass(frozen=True)
class Contrast:
    """The model's preference for one word over another: log P(first) - log P(second), in nats.

    logit: None if a server answers without log-probabilities.
    """

    logit: float | None
    sample: Sample
