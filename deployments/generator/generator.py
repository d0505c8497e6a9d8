"""The generator on vLLM: one engine request per candidate, all at once, yielded as they finish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace

from deployments import weights
from deployments.deadline import Call
from deployments.engines import Contrast, Engine, Message, Prompt, Sample, Sampling, adapters
from deployments.errors import Misconfigured, PushGenError, StageFailed
from deployments.generator import prompt, structured
from deployments.generator.choice import chosen
from deployments.generator.drafting import drafts_until, refuse_impossible
from deployments.generator.jobs import Job, jobs_of, judged_draft
from deployments.generator.judge import FitJudge
from deployments.generator.likelihood import words_likelihood
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.item_text import prompt_facts
from deployments.readings import Reading
from deployments.stages import Startable
from deployments.types import Draft, GenerationTask, OutputField, Stage, StageRevision
from deployments.weights import public_name

# Room for an instruction of the catalogue.
_INSTRUCTION_TOKENS = 160
_MIN_FACTS_TOKENS = 32


@dataclass(frozen=True)
class _Prompt:
    """The engine request of every candidate of a category."""

    words: Prompt
    sampling: Sampling
    adapter: str


class VllmGenerator(Startable[GeneratorKnobs]):
    """Writes candidates in every category of a task.

    All requests of a task go to the engine at once, one per candidate, since vLLM returns n > 1 samples together, after
    the last. They share a prefix, whose KV blocks the engine computes once, also for requests that arrive together, if
    a block is shorter than the prefix (`EngineSettings.block_size`).
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
        self._judge = FitJudge()

    async def start(self, knobs: GeneratorKnobs) -> None:
        """Start the engine. Raises Misconfigured if the model cannot be served or is too short for facts and answer."""
        self._check(knobs)
        self._knobs = knobs
        if self._settings.fit is not None:
            self._judge = FitJudge(self._settings.fit.load())
        await self._engine.start()
        self._control_words = self._judge.control_words = self._engine.control_words()
        await self._warm_up()
        model_revision = await asyncio.to_thread(weights.revision, self._settings.engine.model)
        self._revision = self._revision.model_copy(
            update={
                "model_revision": model_revision or self._settings.engine.revision or "",
                "prompt_revision": prompt.revision(),
            }
        )

    async def _warm_up(self) -> None:
        """Write one small answer: the first grammar takes a second or two, and the engine is known to work."""
        grammar = structured.grammar(tuple(OutputField), "en")
        words = self._engine.render([Message("user", "Ready?")])
        await self._engine.sample(words, Sampling(max_tokens=4, grammar=grammar), request_id="warm-up")

    async def reconfigure(self, knobs: GeneratorKnobs) -> None:
        self._check(knobs)
        self._knobs = knobs

    def _check(self, knobs: GeneratorKnobs) -> None:
        adapters.check_name(chosen(None, knobs.adapter), self._settings.adapter_names)
        room, needed = self._settings.engine.max_model_len, knobs.max_tokens + _INSTRUCTION_TOKENS + _MIN_FACTS_TOKENS
        if room < needed:
            raise Misconfigured(
                f"max_model_len={room} has no room for max_tokens={knobs.max_tokens} and a prompt: "
                f"raise max_model_len to {needed} or lower max_tokens"
            )

    async def generate(self, task: GenerationTask, call: Call) -> AsyncGenerator[Draft, None]:
        """Yield drafts as they finish, in no particular order.

        At the call's deadline unfinished drafts are aborted: the iteration ends if it had drafts, else it raises
        DeadlineExceeded. A cut or unreadable answer is a draft that is not `finished`. Raises StageUnavailable when the
        engine has died, StageFailed when every draft failed, InvalidInput for an unknown adapter or more drafts than
        `max_drafts_per_request`. Ending the iteration aborts unfinished drafts in the engine.
        """
        call.deadline.check("generating")
        knobs = self._knobs
        refuse_impossible(task, self._settings.adapter_names, knobs.max_drafts_per_request)
        jobs = await asyncio.to_thread(self._jobs, task, knobs)
        async with aclosing(drafts_until(call.deadline, (self._draft(job, call) for job in jobs))) as drafts:
            async for draft in drafts:
                yield draft

    def _jobs(self, task: GenerationTask, knobs: GeneratorKnobs) -> list[Job[_Prompt]]:
        """Render every prompt of the task. Tokenising takes some milliseconds: call it in a thread."""
        sampling = Sampling(
            temperature=knobs.temperature if task.temperature is None else task.temperature,
            top_p=knobs.top_p,
            min_p=knobs.min_p,
            repetition_penalty=knobs.repetition_penalty,
            max_tokens=knobs.max_tokens,
        )
        if knobs.grammar:
            sampling = replace(sampling, grammar=structured.grammar(task.output_fields, task.item.language))
        room, count = self._room(task, knobs), self._engine.count_tokens
        item_facts = prompt_facts(task.item, task.caption, room, count, self._control_words)
        adapter = chosen(task.adapter, knobs.adapter)
        chats = (prompt.messages(task, plan, item_facts, self._control_words) for plan in task.plan)
        rendered = map(self._engine.render, chats)
        prompts = [_Prompt(words, sampling, adapter) for words in rendered]
        return jobs_of(task, prompts, item_facts, sampling.temperature, knobs.second_tries)

    def _room(self, task: GenerationTask, knobs: GeneratorKnobs) -> int:
        """Return the tokens left for the facts, beside the longest prompt without facts and the answer."""
        bare = max(len(self._engine.render(prompt.messages(task, plan, "")).token_ids) for plan in task.plan)
        return min(knobs.max_facts_tokens, self._settings.engine.max_model_len - knobs.max_tokens - bare)

    async def _draft(self, job: Job[_Prompt], call: Call) -> Draft | PushGenError:
        async def ask(messages: list[Message]) -> Contrast:
            return await self._engine.contrast(
                await asyncio.to_thread(self._engine.render, messages),
                (prompt.YES, prompt.NO),
                request_id=f"{_request_id(job, call)}-fit",
                priority=call.priority,
                deadline=call.deadline,
                adapter=job.prompt.adapter,
            )

        return await judged_draft(job, call, lambda each: self._try(each, call), self._judge, ask)

    async def _try(self, job: Job[_Prompt], call: Call) -> Draft | PushGenError:
        """Write one draft. Returns its failure, so that the other drafts go on."""
        sampling = job.prompt.sampling
        try:
            sample = await self._engine.sample(
                job.prompt.words,
                replace(sampling, seed=job.seed, temperature=job.temperature or 0.0),
                request_id=_request_id(job, call),
                priority=call.priority,
                deadline=call.deadline,
                adapter=job.prompt.adapter,
                stop_when=lambda text: structured.overflows(text, job.longest),
            )
        except StageFailed as failure:
            return failure
        return self._read(sample, job)

    def _read(self, sample: Sample, job: Job[_Prompt]) -> Draft:
        answer = structured.parse(sample.text, job.longest)
        return Draft(
            title=answer.title,
            body=answer.body,
            category=job.plan.category,
            index=job.index,
            temperature=job.first_temperature,
            likelihood=words_likelihood(sample.tokens),
            answer_likelihood=sample.logprob,
            finished=answer.finished and not sample.length_cut,
            revision=self._revision_with(job.prompt.adapter),
            usage=sample.usage(self._engine.unfinished_requests + 1),
        )

    def revision(self) -> StageRevision:
        """Return the revision for a request that names no adapter. Each draft carries its own."""
        return self._revision_with(chosen(None, self._knobs.adapter))

    def _revision_with(self, adapter: str) -> StageRevision:
        """Add name and revision of the adapter to the base's revision: `base+name@0123456789ab`."""
        if not adapter or adapter not in self._engine.adapters:  # the engine has no adapters before its start
            return self._revision
        used = f"{self._revision.model_revision}+{adapter}@{self._engine.adapters[adapter].revision}"
        return self._revision.model_copy(update={"model_revision": used})

    @property
    def unfinished_requests(self) -> int:
        """Number of sequences in the engine; 0 when idle."""
        return self._engine.unfinished_requests

    def readings(self) -> Iterable[Reading]:
        return self._engine.readings()

    async def check_health(self) -> None:
        await self._engine.check_health()

    async def stop(self) -> None:
        await self._engine.stop()


def _request_id(job: Job[_Prompt], call: Call) -> str:
    """Return an id that is unique in the engine and readable in its log."""
    return f"{call.request_id or 'task'}-{job.name}"
