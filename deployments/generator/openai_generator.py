"""The generator on a server that speaks the OpenAI API: one call per candidate, all at once, yielded as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from deployments.deadline import Call
from deployments.engines.dialect import Chat
from deployments.engines.openai_engine import CONTROL_WORDS, OpenAiEngine
from deployments.engines.token_estimate import estimate_tokens
from deployments.engines.words import Contrast, Message, Sample
from deployments.errors import DeadlineExceeded, Misconfigured, PushGenError
from deployments.generator import prompt, structured
from deployments.generator.drafting import drafts_until, refuse_impossible
from deployments.generator.jobs import Job, jobs_of, judged_draft
from deployments.generator.judge import FitJudge
from deployments.generator.likelihood import words_likelihood
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.item_text import prompt_facts
from deployments.readings import Reading
from deployments.stages import Startable
from deployments.types import Draft, GenerationTask, OutputField, Stage, StageRevision
from deployments.weights import public_name

# The maximum of the API's definition.
_ALTERNATIVES = 20


class OpenAiGenerator(Startable[OpenAiGeneratorKnobs]):
    """Writes candidates in every category of a task.

    The prompt is the vLLM generator's. A JSON schema gives the form of the answer if the server supports one. Lengths
    are only asked for: a longer answer is not `finished`.
    """

    knobs_type = OpenAiGeneratorKnobs

    def __init__(self, settings: OpenAiGeneratorSettings) -> None:
        self._settings = settings
        self._engine = OpenAiEngine(settings.server, name="generator")
        self._knobs = OpenAiGeneratorKnobs()
        self._judge = FitJudge()
        self._revision = StageRevision(
            stage=Stage.GENERATE,
            kind=settings.kind,
            model=public_name(settings.server.model),
            model_revision=settings.server.revision,
            prompt_revision=prompt.revision(),
        )

    async def start(self, knobs: OpenAiGeneratorKnobs) -> None:
        """Connect. Raises Misconfigured without a key, or if the server refuses the key, the model or a small call."""
        if self._settings.fit is not None:
            self._judge = FitJudge(self._settings.fit.load(), CONTROL_WORDS)
        await self.reconfigure(knobs)
        schema = structured.schema(tuple(OutputField))
        await self._engine.start(_chat([Message("user", "Write any title and body, as JSON.")], schema, knobs, seed=1))

    async def reconfigure(self, knobs: OpenAiGeneratorKnobs) -> None:
        """Take new knobs. Raises Misconfigured if the calibration needs a likelihood and `logprobs` is false."""
        calibration = self._judge.calibration
        if calibration is not None and calibration.likelihood_weight and not knobs.logprobs:
            raise Misconfigured("logprobs: false leaves no likelihood to generator.fit.calibration, which weighs it")
        self._knobs = knobs

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        """Yield drafts as they finish, in no particular order.

        At the call's deadline calls in flight are cancelled: the iteration ends if it had drafts, else it raises
        DeadlineExceeded. A cut or unreadable answer is a draft that is not `finished`. A failed call costs its own
        draft; when all fail, raises the last error (Overloaded, StageUnavailable or StageFailed, see
        `OpenAiEngine.sample`). Raises InvalidInput for an adapter or more drafts than `max_drafts_per_request`. Ending
        the iteration cancels the calls in flight.
        """
        call.deadline.check("generating")
        knobs = self._knobs
        refuse_impossible(task, (), knobs.max_drafts_per_request)
        jobs = await asyncio.to_thread(self._jobs, task, knobs)
        async with aclosing(drafts_until(call.deadline, (self._draft(job, call) for job in jobs))) as drafts:
            async for draft in drafts:
                yield draft

    def _jobs(self, task: GenerationTask, knobs: OpenAiGeneratorKnobs) -> list[Job[Chat]]:
        """Make every chat of the task. Counting tokens takes milliseconds: call it in a thread."""
        schema = structured.schema(task.output_fields)
        item_facts = prompt_facts(task.item, task.caption, knobs.max_facts_tokens, estimate_tokens, CONTROL_WORDS)
        if knobs.temperature is not None and task.temperature is not None:
            knobs = knobs.model_copy(update={"temperature": task.temperature})
        chats = [_chat(prompt.messages(task, plan, item_facts, CONTROL_WORDS), schema, knobs) for plan in task.plan]
        return jobs_of(task, chats, item_facts, knobs.temperature, knobs.second_tries)

    async def _draft(self, job: Job[Chat], call: Call) -> Draft | PushGenError:
        async def ask(messages: list[Message]) -> Contrast | None:
            chat = _question(messages, job.prompt)
            return await self._engine.contrast(chat, (prompt.YES, prompt.NO), call)

        return await judged_draft(job, call, lambda each: self._try(each, call), self._judge, ask)

    async def _try(self, job: Job[Chat], call: Call) -> Draft | PushGenError:
        """Write one draft. Returns its failure, so that the other drafts go on."""
        chat = replace(job.prompt, seed=job.seed, temperature=job.temperature)
        try:
            sample = await self._engine.sample(chat, call)
        except DeadlineExceeded:  # the other drafts have the same deadline
            raise
        except PushGenError as failure:
            return failure
        return self._read(sample, job)

    def _read(self, sample: Sample, job: Job[Chat]) -> Draft:
        answer = structured.parse(structured.json_part(sample.text), job.longest)
        texts = {OutputField.TITLE: answer.title, OutputField.BODY: answer.body}
        fields = structured.in_order(job.task.output_fields)
        complete = all(texts[field] for field in fields)
        return Draft(
            title=answer.title if OutputField.TITLE in fields else "",
            body=answer.body if OutputField.BODY in fields else "",
            category=job.plan.category,
            index=job.index,
            temperature=job.first_temperature,
            likelihood=words_likelihood(sample.tokens),
            answer_likelihood=sample.logprob,
            finished=answer.finished and complete and not sample.length_cut,
            revision=self._revision,
            usage=sample.usage(self._engine.in_flight + 1),
        )

    def revision(self) -> StageRevision:
        return self._revision

    @property
    def unfinished_requests(self) -> int:
        """Number of calls in flight and waiting; 0 when idle."""
        return self._engine.unfinished_requests

    def readings(self) -> Iterable[Reading]:
        return self._engine.readings()

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


def _question(messages: Sequence[Message], written: Chat) -> Chat:
    """Make the chat of the fit question: one token, of which only the alternatives count.

    Temperature and top_p are 1, if the model takes any: some servers list probabilities after applying them.
    """
    plain = None if written.temperature is None else 1.0
    return Chat(
        messages=tuple(messages),
        temperature=plain,
        top_p=plain,
        max_tokens=1,
        logprobs=True,
        alternatives=_ALTERNATIVES,
    )
