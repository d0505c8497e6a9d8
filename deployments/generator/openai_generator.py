"""The generator on a server of others: one call for each candidate, all at once, handed over as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from deployments.deadline import Call
from deployments.engines.dialect import Chat
from deployments.engines.openai_engine import CONTROL_WORDS, OpenAiEngine
from deployments.engines.token_estimate import estimate_tokens
from deployments.engines.words import Message, Sample
from deployments.errors import DeadlineExceeded, PushGenError
from deployments.facts import facts
from deployments.generator import prompt, structured
from deployments.generator.drafting import drafts_until, refuse_impossible, seed_of, with_second_tries
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.types import Draft, GenerationTask, OutputField, Stage, StageRevision
from deployments.weights import public_name


@dataclass(frozen=True)
class _Job:
    """One candidate to write."""

    category: str
    chat: Chat
    fields: tuple[OutputField, ...]
    longest: dict[OutputField, int]
    second_tries: int

    def again(self, tries: int) -> _Job:
        """The same after so many tries, with another seed."""
        return replace(self, chat=replace(self.chat, seed=seed_of(self.chat.seed, self.category, -tries)))


class OpenAiGenerator:
    """Writes candidates in every category of a task. Implements Generator and Startable.

    The prompt is the vLLM generator's. The lengths are held by a JSON schema where the server takes one, else they are
    only asked for, and what is longer is cut at a sentence or is not `finished`.
    """

    knobs_type = OpenAiGeneratorKnobs

    def __init__(self, settings: OpenAiGeneratorSettings) -> None:
        self._engine = OpenAiEngine(settings.server, name="generator")
        self._knobs = OpenAiGeneratorKnobs()
        self._revision = StageRevision(
            stage=Stage.GENERATE,
            kind=settings.kind,
            model=public_name(settings.server.model),
            model_revision=settings.server.revision,
            prompt_revision=prompt.PROMPT_REVISION,
        )

    async def start(self, knobs: OpenAiGeneratorKnobs) -> None:
        """Raises Misconfigured when there is no key, or the server refuses it, the model or a small answer."""
        self._knobs = knobs
        schema = structured.schema(tuple(OutputField))
        await self._engine.start(_chat([Message("user", "Write any title and body, as JSON.")], schema, knobs, seed=1))

    async def reconfigure(self, knobs: OpenAiGeneratorKnobs) -> None:
        self._knobs = knobs

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        """Drafts as they finish, in no particular order.

        At the call's deadline the rest is cancelled; that ends the iteration early when some drafts were made, and
        raises DeadlineExceeded when none was. An answer that was cut or cannot be read is a draft that is not
        `finished`. A call that fails costs its own draft; when all fail, raises what the last did (Overloaded,
        StageUnavailable or StageFailed, see `OpenAiEngine.sample`). Raises InvalidInput when the task asks for an
        adapter or for more drafts than `max_drafts_per_request`. Ending the iteration cancels the calls in flight.
        """
        call.deadline.check("generating")
        knobs = self._knobs
        refuse_impossible(task, (), knobs.max_drafts_per_request)
        jobs = await asyncio.to_thread(self._jobs, task, knobs)
        async with aclosing(drafts_until(call.deadline, (self._draft(job, call) for job in jobs))) as drafts:
            async for draft in drafts:
                yield draft

    def _jobs(self, task: GenerationTask, knobs: OpenAiGeneratorKnobs) -> list[_Job]:
        """Every chat of the task. Milliseconds of counting: for a thread."""
        language = task.item.language
        fields = tuple(structured.in_order(task.output_fields))
        longest = structured.limits(task.profile, language)
        schema = structured.schema(fields)
        known = facts(task.item, task.caption, knobs.max_facts_tokens, estimate_tokens, CONTROL_WORDS)
        if knobs.temperature is not None and task.temperature is not None:
            knobs = knobs.model_copy(update={"temperature": task.temperature})
        second_tries = 0 if knobs.temperature == 0 else knobs.second_tries  # greedy, it would be the same again
        chats = [_chat(prompt.messages(task, plan, known), schema, knobs) for plan in task.plan]
        return [
            _Job(plan.category, replace(chat, seed=seed_of(task.seed, plan.category, n)), fields, longest, second_tries)
            for n in range(task.candidates_per_category)
            for plan, chat in zip(task.plan, chats, strict=True)
        ]

    async def _draft(self, job: _Job, call: Call) -> Draft | PushGenError:
        """One draft, and another in its place where it was cut and there is time. See `_try`."""

        def attempt(tries: int) -> Awaitable[Draft | PushGenError]:
            return self._try(job.again(tries) if tries else job, call)

        return await with_second_tries(attempt, job.second_tries, call.deadline)

    async def _try(self, job: _Job, call: Call) -> Draft | PushGenError:
        """One draft. A failure of this one is returned, so that it does not end the others."""
        try:
            sample = await self._engine.sample(job.chat, call)
        except DeadlineExceeded:  # which is that of the others too
            raise
        except PushGenError as failure:
            return failure
        return self._read(sample, job)

    def _read(self, sample: Sample, job: _Job) -> Draft:
        answer = structured.parse(structured.json_part(sample.text), job.longest)
        texts = {OutputField.TITLE: answer.title, OutputField.BODY: answer.body}
        complete = all(texts[field] for field in job.fields)
        return Draft(
            title=answer.title if OutputField.TITLE in job.fields else "",
            body=answer.body if OutputField.BODY in job.fields else "",
            category=job.category,
            likelihood=sample.logprob,
            finished=answer.finished and complete and not sample.length_cut,
            revision=self._revision,
            usage=sample.usage(self._engine.in_flight + 1),
        )

    def revision(self) -> StageRevision:
        return self._revision

    @property
    def unfinished_requests(self) -> int:
        """Calls in flight and waiting; 0 when idle."""
        return self._engine.unfinished_requests

    async def check_health(self) -> None:
        await self._engine.check_health()

    async def stop(self) -> None:
        await self._engine.stop()


def _chat(
    messages: Sequence[Message],
    schema: dict[str, Any],
    knobs: OpenAiGeneratorKnobs,
    seed: int | None = None,
) -> Chat:
    return Chat(
        messages=tuple(messages),
        schema=schema,
        temperature=knobs.temperature,
        top_p=knobs.top_p,
        max_tokens=knobs.max_tokens,
        seed=seed,
        logprobs=knobs.logprobs,
    )
