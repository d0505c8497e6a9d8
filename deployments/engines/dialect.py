"""The features of the OpenAI API that a server supports. Pure.

Servers differ: some support no JSON schema, some no log-probabilities, some name the token limit differently. A refused
feature is left out or renamed, and stays so once a call has worked without it.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deployments.engines.retry import Failure
from deployments.engines.words import Message


@dataclass(frozen=True)
class Chat:
    """One chat to answer. None leaves a parameter to the server.

    images: JPEGs, before the text of the last message. schema: JSON schema of the answer; None for free text.
    alternatives: number of likeliest tokens to list with log-probabilities at each position.
    """

    messages: tuple[Message, ...]
    images: tuple[bytes, ...] = ()
    schema: Mapping[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int = 128
    seed: int | None = None
    logprobs: bool = False
    alternatives: int = 0


# Features that may be left out, in the order of suspicion, and the words of a refusal that name them.
SCHEMA: Final = "response_format json_schema"
ALTERNATIVES: Final = "top_logprobs"
LOGPROBS: Final = "logprobs"
SEED: Final = "seed"
MAX_TOKENS: Final = "max_tokens (now max_completion_tokens)"
_NAMED_BY: Final = {
    SCHEMA: ("response_format", "json_schema", "schema", "guided", "structured", "grammar"),
    ALTERNATIVES: ("logprob",),  # "20 logprobs are too many" does not refuse `logprobs`, which is suspected next
    LOGPROBS: ("logprob",),
    SEED: ("seed",),
    MAX_TOKENS: ("max_tokens",),
}
_UNNAMED: Final = (SCHEMA,)
_TOO_LONG: Final = ("context length", "context_length", "maximum context", "too long")


def body(chat: Chat, model: str, extra: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    """Return the parameters of `chat.completions.create`."""
    request: dict[str, Any] = {
        "model": model,
        "messages": _messages(chat),
        "max_completion_tokens" if MAX_TOKENS in without else "max_tokens": chat.max_tokens,
    }
    request |= {name: value for name in ("temperature", "top_p") if (value := getattr(chat, name)) is not None}
    if chat.seed is not None and SEED not in without:
        request["seed"] = chat.seed
    if (chat.logprobs or chat.alternatives) and LOGPROBS not in without:
        request["logprobs"] = True
        if chat.alternatives and ALTERNATIVES not in without:
            request["top_logprobs"] = chat.alternatives
    if chat.schema is not None and SCHEMA not in without:
        named = {"name": "notification", "strict": True, "schema": dict(chat.schema)}
        request["response_format"] = {"type": "json_schema", "json_schema": named}
    if extra:
        request["extra_body"] = dict(extra)
    return request


def suspect(refusal: Failure, chat: Chat, without: Collection[str]) -> str | None:
    """Return the feature to leave out of a refused chat; None when no feature is to blame."""
    if refusal.status not in (400, 422, 501):
        return None
    words = f"{refusal.param} {refusal.text}".casefold()
    if any(phrase in words for phrase in _TOO_LONG):
        return None
    sent = [part for part in _sent(chat) if part not in without]
    named = [part for part in sent if any(word in words for word in _NAMED_BY[part])]
    unnamed = [part for part in sent if part in _UNNAMED]
    return next(iter(named or unnamed), None)


def _sent(chat: Chat) -> list[str]:
    """Return the optional features of a chat."""
    sent = {
        SCHEMA: chat.schema is not None,
        ALTERNATIVES: chat.alternatives > 0,
        LOGPROBS: chat.logprobs or chat.alternatives > 0,
        SEED: chat.seed is not None,
        MAX_TOKENS: True,
    }
    return [part for part, there in sent.items() if there]


def _messages(chat: Chat) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": each.role, "content": each.text} for each in chat.messages]
    if chat.images:
        image_parts = [{"type": "image_url", "image_url": {"url": _data_url(data)}} for data in chat.images]
        messages[-1]["content"] = [*image_parts, {"type": "text", "text": messages[-1]["content"]}]
    return messages


def _data_url(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
