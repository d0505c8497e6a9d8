"""The generator on vLLM: one engine request for each candidate, all at once, handed over as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import replace

from deployments import weights
from deployments.deadline import Call
from deployments.engines import Contrast, Engine, Message, Sample, Sampling, adapters
from deployments.errors import Misconfigured, PushGenError, StageFailed
from deployments.facts import facts
from deployments.generator import prompt, structured
from deployments.generator.choice import chosen
from deployments.generator.drafting import (
    drafts_until,
    one_after_the_other,
    refuse_impossible,
    seed_of,
    with_second_tries,
)
from deployments.generator.fit import FitCalibration
from deployments.generator.jobs import Job
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.types import (
    Copy,
    Draft,
    GenerationTask,
    OutputField,
    Stage,
    StageRevision,
    Usage,
)
from deployments.weights import public_name

# What the chat template and the rules add is measured at start; an instruction from the catalogue may take this much.
_INSTRUCTION_TOKENS = 160
_MIN_FACTS_TOKENS = 32


class VllmGenerator:
    """Writes candidates in every category of a task.

    All requests of a task go to the engine at once. They begin with the same tokens, whose KV blocks the engine
    computes once even for requests that arrive together, as long as a block is shorter than what is shared
    (`EngineSettings.block_size`).
    """

    knobs_type = GeneratorKnobs

    def __init__(self, settings: GeneratorSettings) -> None:
        self._settings = settings
        self._engine = Engine(settings.engine, name="generator")
        self._knobs = GeneratorKnobs()
        self._revision = StageRevision(
            stage=Stage.GENERATE, kind=settings.kind, model=public_name(settings.engine.model)
        )
        self._control_words: tuple[str, ...] = ()
        self._calibration = FitCalibration()

    async def start(self, knobs: GeneratorKnobs) -> None:
        """Raises Misconfigured when the model cannot be served, or leaves no room for facts and answer."""
        self._check(knobs)
        self._knobs = knobs
        if self._settings.fit is not None:
            self._calibration = self._settings.fit.load()
        await self._engine.start()
        self._control_words = self._engine.control_words()
        await self._warm_up()
        known = await asyncio.to_thread(weights.revision, self._settings.engine.model)
        self._revision = self._revision.model_copy(
            update={
                "model_revision": known or self._settings.engine.revision or "",
                "prompt_revision": prompt.PROMPT_REVISION,
            }
        )

    async def _warm_up(self) -> None:
        """One small answer: the first grammar takes a second or two more, and a start that ends well has served."""
        grammar = structured.grammar(tuple(OutputField), "en")
        words = self._engine.render([Message("user", "Ready?")])
        await self._engine.sample(words, Sampling(max_tokens=4, grammar=grammar), request_id="warm-up")

    async def reconfigure(self, knobs: GeneratorKnobs) -> None:
        self._check(knobs)
        self._knobs = knobs

    def _check(self, knobs: GeneratorKnobs) -> None:
        adapters.known(chosen(None, knobs.adapter), self._settings.adapter_names)
        room, needed = self._settings.engine.max_model_len, knobs.max_tokens + _INSTRUCTION_TOKENS + _MIN_FACTS_TOKENS
        if room < needed:
            raise Misconfigured(
                f"max_model_len={room} has no room for max_tokens={knobs.max_tokens} and a prompt: "
                f"raise max_model_len to {needed} or lower max_tokens"
            )

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        """Drafts as they finish, in no particular order.

        At the call's deadline the rest is aborted; that ends the iteration early when some drafts were made, and raises
        DeadlineExceeded when none was. An answer that was cut or cannot be read is a draft that is not `finished`.
        Raises StageUnavailable when the engine has died, StageFailed when every draft failed, InvalidInput when the
        task asks for an unknown adapter or for more drafts than `max_drafts_per_request`. Ending the iteration
        aborts the rest in the engine.
        """
        call.deadline.check("generating")
        knobs = self._knobs
        refuse_impossible(task, self._settings.adapter_names, knobs.max_drafts_per_request)
        jobs = await asyncio.to_thread(self._jobs, task, call, knobs)
        async with aclosing(drafts_until(call.deadline, (self._draft(job, call) for job in jobs))) as drafts:
            async for draft in drafts:
                yield draft

    def _jobs(self, task: GenerationTask, call: Call, knobs: GeneratorKnobs) -> list[Job]:
        """Every prompt of the task, rendered. Some milliseconds of tokenising: for a thread."""
        language = task.item.language
        longest = structured.limits(task.profile, language)
        sampling = Sampling(
            temperature=knobs.temperature if task.temperature is None else task.temperature,
            top_p=knobs.top_p,
            min_p=knobs.min_p,
            repetition_penalty=knobs.repetition_penalty,
            max_tokens=knobs.max_tokens,
        )
        if knobs.grammar:
            sampling = replace(sampling, grammar=structured.grammar(task.output_fields, language))
        known = facts(task.item, task.caption, self._room(task, knobs), self._engine.count_tokens, self._control_words)
        rendered = [self._engine.render(prompt.messages(task, plan, known)) for plan in task.plan]
        return [
            Job(
                plan=plan,
                prompt=tokens,
                sampling=replace(sampling, seed=seed_of(task.seed, plan.category, n)),
                request_id=f"{call.request_id or 'task'}-{plan.category}-{n}",
                task=task,
                known=known,
                longest=longest,
                adapter=chosen(task.adapter, knobs.adapter),
                second_tries=knobs.second_tries if sampling.temperature else 0,  # greedy, it would be the same again
            )
            for n in range(task.candidates_per_category)
            for plan, tokens in zip(task.plan, rendered, strict=True)
        ]

    def _room(self, task: GenerationTask, knobs: GeneratorKnobs) -> int:
        """Tokens for the facts: what the model's length leaves beside the longest prompt without them."""
        bare = max(len(self._engine.render(prompt.messages(task, plan, "")).token_ids) for plan in task.plan)
        return min(knobs.max_facts_tokens, self._settings.engine.max_model_len - knobs.max_tokens - bare)

    async def _draft(self, job: Job, call: Call) -> Draft | PushGenError:
        """One draft, and another in its place where it was cut and there is time; judged when it is whole."""

        def attempt(tries: int) -> Awaitable[Draft | PushGenError]:
            return self._try(job.again(tries) if tries else job, call)

        draft = await with_second_tries(attempt, job.second_tries, call.deadline)
        if (
            isinstance(draft, PushGenError)
            or not draft.finished
            or draft.likelihood is None
            or not self._knows(job.task)
        ):
            return draft
        try:
            said = await self._asked(job, draft.copy_text, call)
        except StageFailed:
            return draft  # the draft is whole; what is not known of it is the flow's business
        usage = one_after_the_other(draft.usage, said.sample.usage(draft.usage.batch_size))
        usage = usage.model_copy(update={"output_tokens": draft.usage.output_tokens})
        return draft.model_copy(update={"fit": self._calibration.fit(said.logit, draft.likelihood), "usage": usage})

    def _knows(self, task: GenerationTask) -> bool:
        return self._settings.fit is not None and task.item.language in self._calibration.languages

    async def _asked(self, job: Job, copy: Copy, call: Call) -> Contrast:
        words = await asyncio.to_thread(lambda: self._engine.render(prompt.fit_messages(job.task, copy, job.known)))
        return await self._engine.contrast(
            words,
            (prompt.YES, prompt.NO),
            request_id=f"{job.request_id}-fit",
            priority=call.priority,
            deadline=call.deadline,
            adapter=job.adapter,
        )

    async def _try(self, job: Job, call: Call) -> Draft | PushGenError:
        """One draft. A failure of this one is returned, so that it does not end the others."""
        try:
            sample = await self._engine.sample(
                job.prompt,
                job.sampling,
                request_id=job.request_id,
                priority=call.priority,
                deadline=call.deadline,
                adapter=job.adapter,
            )
        except StageFailed as failure:
            return failure
        return self._read(sample, job)

    def _read(self, sample: Sample, job: Job) -> Draft:
        answer = structured.parse(sample.text, job.longest)
        return Draft(
            title=answer.title,
            body=answer.body,
            category=job.plan.category,
            likelihood=sample.logprob,
            finished=answer.finished and not sample.length_cut,
            revision=self._revision_with(job.adapter),
            usage=Usage(
                queue_ms=sample.queue_ms,
                compute_ms=sample.compute_ms,
                prompt_tokens=sample.prompt_tokens,
                output_tokens=sample.output_tokens,
                cached_tokens=sample.cached_tokens,
                batch_size=self._engine.unfinished_requests + 1,
            ),
        )

    def revision(self) -> StageRevision:
        """Of what writes for a request that names no adapter; a draft carries that of what wrote it."""
        return self._revision_with(chosen(None, self._knobs.adapter))

    def _revision_with(self, adapter: str) -> StageRevision:
        """The base's revision, then the adapter's name and revision: `base+name@0123456789ab`."""
        if not adapter or adapter not in self._engine.adapters:  # the second: not started yet
            return self._revision
        used = f"{self._revision.model_revision}+{adapter}@{self._engine.adapters[adapter].revision}"
        return self._revision.model_copy(update={"model_revision": used})

    @property
    def unfinished_requests(self) -> int:
        """Sequences in the engine; 0 when idle."""
        return self._engine.unfinished_requests

    async def check_health(self) -> None:
        await self._engine.check_health()

    async def stop(self) -> None:
        await self._engine.stop()
