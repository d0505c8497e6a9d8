"""The only file that imports the `openai` client. Imported inside a started stage only: it takes most of a second.

It sends one call and reads one answer, or raises Failure; queue, retries and meaning are `openai_engine.py`'s.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import openai
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError

from deployments.engines.alternatives import Alternative
from deployments.engines.retry import Failure
from deployments.engines.words import Token
from deployments.loopback import is_loopback

_CONNECT_TIMEOUT_S = 10.0
# Placeholder of servers for "too unlikely"; vLLM writes it for a token without a probability.
_NO_LOGPROB = -9999.0


class _Alternative(BaseModel):
    token: str
    logprob: float


_ALTERNATIVES = TypeAdapter(list[_Alternative])


class _Token(BaseModel):
    token: str = ""
    logprob: float
    top_logprobs: Any = None
    """Validated on use: some servers put other content here when it was not requested."""


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class Answer(BaseModel):
    """The fields that are read of a chat completion; servers add to them and leave some out."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = _Usage()

    @property
    def text(self) -> str:
        return self.choices[0].message.content or ""

    @property
    def length_cut(self) -> bool:
        """True when the token limit or a content filter ended the answer."""
        return self.choices[0].finish_reason in ("length", "content_filter")

    @property
    def logprob(self) -> float | None:
        """Mean log-probability per token; None if the server gives none."""
        token_logprobs = [token.logprob for token in self.tokens if token.logprob is not None]
        return sum(token_logprobs) / len(token_logprobs) if token_logprobs else None

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Tokens with their log-probabilities; empty if the server gives none."""
        logprobs = self.choices[0].logprobs
        return tuple(
            Token(each.token, each.logprob if each.logprob > _NO_LOGPROB else None)
            for each in (logprobs and logprobs.content) or ()
        )

    @property
    def first_alternatives(self) -> list[Alternative]:
        """Alternatives of the first token; empty if the server lists none."""
        logprobs = self.choices[0].logprobs
        try:
            named = _ALTERNATIVES.validate_python(((logprobs and logprobs.content) or [])[0].top_logprobs)
        except (IndexError, ValidationError):
            return []
        return [Alternative(each.token, each.logprob) for each in named if each.logprob > _NO_LOGPROB]

    @property
    def cached_tokens(self) -> int:
        details = self.usage.prompt_tokens_details
        return (details and details.cached_tokens) or 0


class OpenAiClient:
    """Connections to one server. Without a key none is sent, also if the environment has one."""

    def __init__(self, base_url: str, key: SecretStr | None) -> None:
        api_key = "none" if key is None else key.get_secret_value()
        # A server on this machine is not looked for through the environment's proxy.
        direct = {"http://": None, "https://": None} if is_loopback(urlsplit(base_url).hostname or "") else None
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            max_retries=0,  # retries are `retry.py`'s
            http_client=openai.DefaultAsyncHttpxClient(mounts=direct),
        )
        self._headers = {"Authorization": openai.Omit()} if key is None else {}

    async def complete(self, request: Mapping[str, Any], timeout_s: float) -> Answer:
        """Make one call. Cancelling it closes the connection, which tells the server to stop. Raises Failure."""
        timeout = openai.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S))
        try:
            raw = await self._client.chat.completions.with_raw_response.create(
                **request, extra_headers=self._headers, timeout=timeout
            )
            return Answer.model_validate_json(raw.content)
        except openai.APITimeoutError as error:
            # Without a connection no request was sent, so the call may be tried again.
            connected = type(error.__cause__).__name__ not in ("ConnectTimeout", "PoolTimeout")
            raise Failure(timed_out=connected) from None
        except openai.APIStatusError as error:
            raise Failure(
                error.status_code,
                retry_after_s=_retry_after_s(error.response.headers),
                param=str(error.param or ""),
                text=error.message,
            ) from None
        except openai.APIConnectionError:
            raise Failure from None
        except (ValidationError, openai.APIError):
            raise Failure(unreadable=True) from None

    async def close(self) -> None:
        await self._client.close()


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read seconds from `retry-after-ms` (OpenAI's) or `retry-after`, seconds or a date; None without either."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())
