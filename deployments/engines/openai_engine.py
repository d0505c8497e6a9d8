"""A model on a server that speaks the OpenAI API, in the words of a stage."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from deployments.deadline import Call, Deadline
from deployments.engines import dialect
from deployments.engines.alternatives import contrast
from deployments.engines.dialect import Chat
from deployments.engines.gate import Gate
from deployments.engines.openai_settings import OpenAiServer
from deployments.engines.retry import Failure, with_retries
from deployments.engines.words import Contrast, Sample
from deployments.errors import DeadlineExceeded, Misconfigured, Overloaded, PushGenError, StageFailed, StageUnavailable
from deployments.readings import Reading

if TYPE_CHECKING:
    from deployments.engines.openai_api import Answer, OpenAiClient

logger = logging.getLogger("ray.serve")

# Control tokens of chat templates that do not begin with "<", so that `text.clean` does not see them. A server may read
# them as its own anywhere in a text.
CONTROL_WORDS: Final = (
    "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[IMG]", "[gMASK]", "[sop]",
    "<\uff5c",  # DeepSeek's bar
)  # fmt: skip

_LOG_PAUSE_S = 60.0
_MAX_LOGGED_CHARS = 300
# Failures that the operator must fix, and the setting to look at.
_FOR_OPERATORS: Final = {
    401: "it refuses the key: see {key}",
    402: "it asks for a payment: see your account",
    403: "the key may not do this: see {key} and what your account may use",
    404: "it has no such model or path: see server.model and server.base_url (which usually ends in /v1)",
}


@dataclass
class OpenAiEngine:
    """One server. `start` before anything else, `stop` at the end."""

    settings: OpenAiServer
    name: str = "engine"
    """Its name in errors for clients."""
    _client: OpenAiClient | None = field(default=None, init=False, repr=False)
    _key: SecretStr | None = field(default=None, init=False, repr=False)
    _without: frozenset[str] = field(default=frozenset(), init=False)
    """The features that this server has refused."""
    _logged: dict[int | None, float] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._gate = Gate(self.settings.max_concurrency, self.settings.max_waiting, f"the {self.name}'s server")

    async def start(self, warm_up: Chat) -> None:
        """Read the key and make one small call, which finds the features that the server supports.

        Raises Misconfigured without a key, or if the server refuses the key, the model or the call. An unreachable or
        busy server is only logged.
        """
        from deployments.engines.openai_api import OpenAiClient  # noqa: PLC0415 - imports openai

        self._key = await asyncio.to_thread(self.settings.api_key)
        self._client = OpenAiClient(self.settings.base_url, self._key)
        try:
            await self._ask(warm_up, Deadline.after(self.settings.timeout_s))
        except Failure as failure:
            if failure.status is None or failure.passing:
                self._log(failure)
                return
            await self.stop()
            raise Misconfigured(f"the {self.name}'s server refuses its first call: {self._reason(failure)}") from None

    async def sample(self, chat: Chat, call: Call) -> Sample:
        """Answer one chat. Cancelling this coroutine closes the connection, which tells the server to stop.

        Raises DeadlineExceeded; Overloaded when the queue is full or the server still answers 429; StageUnavailable
        when the server cannot be reached, fails, or refuses key or model; StageFailed when it refuses this chat or its
        answer cannot be read.
        """
        return (await self._answered(chat, call))[1]

    async def contrast(self, chat: Chat, words: tuple[str, str], call: Call) -> Contrast | None:
        """Compare two words as the beginning of the answer, see `alternatives.contrast`. Raises as `sample` does.

        None, without a call, once the server has refused to name alternatives.
        """
        if {dialect.ALTERNATIVES, dialect.LOGPROBS} & self._without:
            return None
        answer, sample = await self._answered(chat, call)
        return Contrast(contrast(answer.first_alternatives, *words), sample)

    async def _answered(self, chat: Chat, call: Call) -> tuple[Answer, Sample]:
        """Answer as `sample` does; return the server's whole answer too."""
        began = time.monotonic()
        async with self._gate.place(call):
            try:
                answer, sent_at = await self._ask(chat, call.deadline)
            except Failure as failure:
                self._log(failure, call.request_id)
                raise self._translated(failure, call.deadline) from None
            ended = time.monotonic()
        return answer, Sample(
            text=answer.text,
            length_cut=answer.length_cut,
            logprob=answer.logprob,
            prompt_tokens=answer.usage.prompt_tokens or 0,
            cached_tokens=answer.cached_tokens,
            output_tokens=answer.usage.completion_tokens or 0,
            queue_ms=1000 * (sent_at - began),
            compute_ms=1000 * (ended - sent_at),
            tokens=answer.tokens,
        )

    async def _ask(self, chat: Chat, deadline: Deadline) -> tuple[Answer, float]:
        """Return the answer and the start of its try. Leaves out refused features. Raises Failure."""
        without = self._without
        while True:
            try:
                answer, sent_at = await self._ask_without(chat, without, deadline)
            except Failure as refusal:
                part = dialect.suspect(refusal, chat, without)
                if part is None:
                    raise
                without |= {part}
                continue
            if without - self._without:
                logger.warning(
                    "the %s's server takes no %s: left out from now on",
                    self.name,
                    ", ".join(sorted(without - self._without)),
                )
                self._without |= without
            return answer, sent_at

    async def _ask_without(self, chat: Chat, without: frozenset[str], deadline: Deadline) -> tuple[Answer, float]:
        client = self._client
        if client is None:
            raise StageUnavailable(f"the {self.name} is not started")
        request = dialect.body(chat, self.settings.model, self.settings.extra_body, without)

        async def ask() -> tuple[Answer, float]:
            sent_at = time.monotonic()
            timeout_s = max(0.001, min(self.settings.timeout_s, deadline.remaining_s()))
            try:
                async with asyncio.timeout(timeout_s):  # the client's timeout bounds each read, not the call
                    return await client.complete(request, timeout_s), sent_at
            except TimeoutError:
                raise Failure(timed_out=True) from None

        return await with_retries(ask, self.settings.max_retries, deadline)

    def _translated(self, failure: Failure, deadline: Deadline) -> PushGenError:
        """Return the failure as an error for clients, without the server's text."""
        server = f"the {self.name}'s server"
        if failure.timed_out and deadline.expired:
            return DeadlineExceeded(f"the time budget was spent while waiting for {server}")
        if failure.status == 429:
            return Overloaded(f"{server} has no room for another call", failure.retry_after_s or 1.0)
        if failure.unreadable:
            return StageFailed(f"{server} gave an answer that cannot be read")
        if failure.status is None or failure.passing or failure.status in _FOR_OPERATORS:
            return StageUnavailable(f"{server} cannot be used at the moment")
        return StageFailed(f"{server} could not work on this request")

    def _log(self, failure: Failure, request_id: str = "") -> None:
        """Log the failure, at most once a minute per status."""
        now = time.monotonic()
        if now - self._logged.get(failure.status, -_LOG_PAUSE_S) >= _LOG_PAUSE_S:
            self._logged[failure.status] = now
            asked = f" on request {request_id}" if request_id else ""
            logger.error("the %s's server failed%s: %s", self.name, asked, self._reason(failure))

    def _reason(self, failure: Failure) -> str:
        """Describe the failure for the operator. A refused key hides the server's text, which may repeat it."""
        at = f"{self.settings.base_url} with model {self.settings.model!r}"
        if failure.timed_out:
            return f"{at}: no answer in time (server.timeout_s={self.settings.timeout_s:g}, or the deadline)"
        if failure.unreadable:
            return f"{at}: its answer is no chat completion"
        if failure.status is None:
            return f"{at}: no connection: see server.base_url"
        if failure.status in _FOR_OPERATORS:
            return f"{at}: {failure.status}, {_FOR_OPERATORS[failure.status].format(key=self.settings.key_setting)}"
        words = " ".join(failure.text.split())
        if self._key is not None:
            words = words.replace(self._key.get_secret_value(), "[key]")
        return f"{at}: {failure.status}, {words[:_MAX_LOGGED_CHARS]}"

    def readings(self) -> Iterator[Reading]:
        return self._gate.readings()

    @property
    def unfinished_requests(self) -> int:
        """Number of calls in flight and waiting; 0 when idle."""
        return self._gate.in_flight + self._gate.waiting

    @property
    def in_flight(self) -> int:
        return self._gate.in_flight

    async def check_health(self) -> None:
        """Raise StageUnavailable when stopped. A server that is down does not count: a new replica would not help."""
        if self._client is None:
            raise StageUnavailable(f"the {self.name} is not started")

    async def stop(self) -> None:
        """Close the connections. May be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
