"""An engine that answers when told, and a generator over it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

from deployments.deadline import Call, Deadline
from deployments.engines import Contrast, Message, Prompt, Sample, Sampling
from deployments.engines.adapters import Adapter
from deployments.engines.words import Token
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.kinds import build_generator
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile, Priority


class Engine:
    """Answers each request with what `answer` makes of its number; a number in `blocked` waits for ever."""

    def __init__(self, answer: Callable[[int], str | Exception], blocked: Sequence[int] = ()) -> None:
        self.answer, self.blocked = answer, blocked
        self.requests: list[tuple[Prompt, Sampling, str, Priority]] = []
        self.unfinished_requests = 0
        self.prompts: list[list[Message]] = []
        self.adapters: dict[str, Adapter] = {}
        self.requested_adapters: list[str] = []
        self.deadlines: list[Deadline] = []
        self.contrasts = 0
        self.contrast_error: Exception | None = None
        self.contrast_blocked = False

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def render(self, messages: list[Message]) -> Prompt:
        self.prompts.append(messages)
        return Prompt(token_ids=tuple(range(sum(self.count_tokens(m.text) for m in messages))))

    async def sample(
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        request_id: str,
        priority: Priority,
        deadline: Deadline,
        adapter: str,
        stop_when: Callable[[str], bool],
    ) -> Sample:
        self.requested_adapters.append(adapter)
        self.deadlines.append(deadline)
        number = len(self.requests)
        self.requests.append((prompt, sampling, request_id, priority))
        self.unfinished_requests += 1
        try:
            if number in self.blocked:
                await asyncio.Event().wait()
            answer = self.answer(number)
            if isinstance(answer, Exception):
                raise answer
            grown = (answer[:end] for end in range(1, len(answer)))
            text = next((text for text in grown if stop_when(text)), answer)
            forced, words = answer.partition("Title")[::2]
            tokens = (Token(forced, 0.0), Token(words, -0.75))
            return Sample(text, text != answer, -0.5, len(prompt.token_ids), 3, 7, 1.0, 2.0, tokens)
        finally:
            self.unfinished_requests -= 1

    async def contrast(
        self,
        prompt: Prompt,
        words: tuple[str, str],
        *,
        request_id: str,
        priority: Priority,
        deadline: Deadline,
        adapter: str,
    ) -> Contrast:
        self.contrasts += 1
        if self.contrast_blocked:
            await asyncio.Event().wait()
        if self.contrast_error is not None:
            raise self.contrast_error
        assert words == ("Yes", "No")
        return Contrast(1.5, Sample("Yes", True, -0.1, len(prompt.token_ids), 3, 1, 1.0, 2.0))


def copy(n: int) -> str:
    return json.dumps({"title": f"Title {n}", "body": f"This is body number {n}."})


def generator(engine: Engine, knobs: GeneratorKnobs | None = None) -> VllmGenerator:
    stage = build_generator(GeneratorSettings.model_validate({"engine": {"model": "m"}}))
    stage._engine = engine  # type: ignore[assignment]
    stage._knobs = knobs or GeneratorKnobs()
    return stage


def task(**changes: object) -> GenerationTask:
    plans = [CategoryPlan(category=name, instruction=f"Be {name}.") for name in ("A", "B")]
    profile = LengthProfile(length_profile="p", max_title=40, max_body=90)
    fields = {"item": Item(title="A cat"), "caption": "", "plan": plans, "profile": profile, "seed": 5}
    return GenerationTask.model_validate(fields | {"candidates_per_category": 2} | changes)


async def drafts(stage: VllmGenerator, work: GenerationTask, seconds: float = 5) -> list[Draft]:
    return [draft async for draft in stage.generate(work, Call(Deadline.after(seconds), Priority.BACKFILL, "r"))]
