"""A running vLLM engine, in the words of a stage."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from deployments import weights
from deployments.deadline import Deadline
from deployments.engines.adapters import Adapter, check_name, load
from deployments.engines.processes import OwnedProcesses
from deployments.engines.progress import Progress
from deployments.engines.settings import EngineSettings
from deployments.engines.stats import EngineStats
from deployments.engines.words import Contrast, Message, Prompt, Sample, Sampling, Token
from deployments.errors import InvalidInput, Misconfigured, StageFailed, StageUnavailable, Violation
from deployments.readings import Reading
from deployments.types import Priority

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger("ray.serve")

# vLLM serves the lower number first. A lane is 34 years of milliseconds wide, and two of them fit an int64.
_LANES = {Priority.REALTIME: 0, Priority.BACKFILL: 1}
_LANE_MS = 2**40


def scheduling_priority(priority: Priority, deadline: Deadline | None) -> int:
    """Return vLLM's `priority`: REALTIME before BACKFILL, then the earlier deadline, work without a deadline last.

    It is the instant of the deadline, not the time left, so that requests compare whenever they arrive. The instant is
    in milliseconds of this process's monotonic clock: only one process calls an engine.
    """
    latest = _LANE_MS - 1
    at_ms = latest if deadline is None else int(min(max(deadline.at_s * 1000, 0), latest))
    return _LANES[priority] * _LANE_MS + at_ms


@dataclass
class Engine:
    """One engine process. `start` before anything else, `stop` at the end."""

    settings: EngineSettings
    name: str = "engine"
    """Its name in errors for clients."""
    adapters: dict[str, Adapter] = field(default_factory=dict, init=False)
    """By name; filled by `start`."""
    _llm: Any = None
    _tokenizer: Any = None
    _templates: Any = None
    # vLLM lends copies of its tokenizer, of which it has two, and makes another one for each call that overlaps: tenths
    # of a second each. One is for the threads that render, the other for the event loop.
    _rendering: Lock = field(default_factory=Lock, init=False)
    _stats: EngineStats = field(default_factory=EngineStats)
    _processes: OwnedProcesses = field(default_factory=OwnedProcesses)
    _progress: Progress = field(default_factory=Progress)

    async def start(self) -> None:
        """Resolve the model and start the engine with its adapters, in a thread. Raises Misconfigured."""
        await asyncio.to_thread(self._start)
        for adapter in self.adapters.values():
            await self._add(adapter)

    async def _add(self, adapter: Adapter) -> None:
        from deployments.engines import vllm_api  # noqa: PLC0415 - imports vLLM, which is loaded by now

        try:
            await self._llm.add_lora(vllm_api.lora_request(adapter))
        except Exception as error:
            # vLLM raises anything here; the engine's own log has the details.
            await self.stop()
            key = f"engine.adapters.{adapter.name}"
            raise Misconfigured(f"{key}: the engine cannot load this adapter for {self.settings.model!r}") from error

    def _start(self) -> None:
        from deployments.engines import vllm_api  # noqa: PLC0415 - imports vLLM

        settings = self.settings
        model = weights.resolve(settings.model)
        self.adapters = load(settings.adapters, settings.max_lora_rank, settings.model, model)
        with self._processes.watch():
            self._llm = vllm_api.launch(settings, model, self.adapters.values(), self._stepped)
        self._tokenizer = self._llm.renderer.tokenizer if hasattr(self._llm, "renderer") else self._llm.tokenizer
        self._templates = self._tokenizer
        if self.settings.max_images_per_prompt:
            from transformers import AutoProcessor  # noqa: PLC0415 - heavy

            self._templates = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                model, revision=self.settings.revision, trust_remote_code=self.settings.trust_remote_code
            )

    def _stepped(self, scheduler_stats: Any, iteration_stats: Any) -> None:
        self._progress.stepped()
        self._stats.record(scheduler_stats, iteration_stats)

    def count_tokens(self, text: str) -> int:
        with self._rendering:
            return len(self._tokenizer.encode(text, add_special_tokens=False))

    def control_words(self) -> tuple[str, ...]:
        """Return the texts that the tokenizer turns into control tokens. Item text must not contain them."""
        added = self._tokenizer.added_tokens_decoder.values()
        return tuple({*self._tokenizer.all_special_tokens, *(token.content for token in added if token.special)})

    def render(self, messages: Sequence[Message], images: Sequence[Image] = ()) -> Prompt:
        """Apply the model's chat template. Images go before the text of the last message.

        Raises InvalidInput when no room is left for an answer. Takes milliseconds for a text prompt.
        """
        if not images:
            chat = [{"role": message.role, "content": message.text} for message in messages]
            with self._rendering:
                text = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
                token_ids = tuple(self._tokenizer.encode(text, add_special_tokens=False))
            if len(token_ids) >= self.settings.max_model_len:
                limit = self.settings.max_model_len - 1
                raise InvalidInput([Violation("item", f"makes a prompt of {len(token_ids)} tokens; {limit} fit")])
            return Prompt(token_ids=token_ids)
        image_parts = [{"type": "image"}] * len(images)
        parts = [
            {
                "role": message.role,
                "content": [*(image_parts if message is messages[-1] else ()), {"type": "text", "text": message.text}],
            }
            for message in messages
        ]
        text = self._templates.apply_chat_template(parts, tokenize=False, add_generation_prompt=True)
        return Prompt(text=text, images=tuple(images))

    async def sample(
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        request_id: str,
        priority: Priority = Priority.REALTIME,
        deadline: Deadline | None = None,
        adapter: str = "",
        stop_when: Callable[[str], bool] | None = None,
    ) -> Sample:
        """Sample one sequence, with the model or one of its LoRA adapters.

        Cancelling this coroutine aborts the sequence in the engine. The deadline orders it among others
        (`scheduling_priority`) and does not end it.

        stop_when: reads the text every few tokens; True ends the sequence, and the sample is `length_cut`.

        Raises StageUnavailable when the engine has died or hangs, StageFailed when it refuses or breaks on this prompt,
        Misconfigured for an adapter that it does not have.
        """
        output = await self._finished(prompt, sampling, request_id, priority, deadline, adapter, stop_when)
        return _sample(output)

    async def _finished(
        self,
        prompt: Prompt,
        sampling: Sampling,
        request_id: str,
        priority: Priority,
        deadline: Deadline | None,
        adapter: str,
        stop_when: Callable[[str], bool] | None = None,
    ) -> Any:
        """Return vLLM's RequestOutput of one sequence that has finished, or that `stop_when` has stopped."""
        from deployments.engines import vllm_api  # noqa: PLC0415 - imports vLLM, which is loaded by now

        check_name(adapter, self.adapters)
        self._progress.check(self.settings.max_step_s, self.name)
        lora = vllm_api.lora_request(self.adapters[adapter]) if adapter else None
        params = vllm_api.sampling_params(**vars(sampling), streamed=stop_when is not None)
        request: dict[str, Any] = (
            {"prompt": prompt.text, "multi_modal_data": {"image": list(prompt.images)}}
            if prompt.images
            else {"prompt_token_ids": list(prompt.token_ids)}
        )
        urgency = scheduling_priority(priority, deadline)
        last = None
        try:
            outputs = self._llm.generate(request, params, request_id, lora_request=lora, priority=urgency)
            with self._progress.request():
                async with aclosing(outputs):  # closing it early aborts the request
                    async for output in outputs:
                        last = output
                        if stop_when is not None and not output.finished and stop_when(output.outputs[0].text):
                            break
        except vllm_api.EngineDeadError:
            raise StageUnavailable(f"the {self.name}'s engine has stopped") from None
        except Exception as error:
            logger.exception("%s: the engine failed on request %s", self.name, request_id)
            raise StageFailed(f"the {self.name}'s engine could not work on this request") from error
        if last is None or last.outputs[0].finish_reason == "abort":
            raise StageFailed(f"the {self.name}'s engine dropped this request")
        return last

    async def contrast(
        self,
        prompt: Prompt,
        words: tuple[str, str],
        *,
        request_id: str,
        priority: Priority = Priority.REALTIME,
        deadline: Deadline | None = None,
        adapter: str = "",
    ) -> Contrast:
        """Compare the first tokens of two words as the answer. Raises as `sample` does."""
        first, second = (self._tokenizer.encode(word, add_special_tokens=False)[0] for word in words)
        sampling = Sampling(temperature=0.0, max_tokens=1, compared=(first, second))
        output = await self._finished(prompt, sampling, request_id, priority, deadline, adapter)
        logprobs = {token: entry.logprob for token, entry in (output.outputs[0].logprobs or [{}])[0].items()}
        if first not in logprobs or second not in logprobs:
            raise StageFailed(f"the {self.name}'s engine gave no probability of the words asked about")
        return Contrast(logprobs[first] - logprobs[second], _sample(output))

    def readings(self) -> Iterator[Reading]:
        return self._stats.readings()

    @property
    def unfinished_requests(self) -> int:
        """Number of sequences in the engine, waiting ones included."""
        return int(self._llm.output_processor.get_num_unfinished_requests())

    async def check_health(self) -> None:
        """Raises StageUnavailable when the engine has died or hangs."""
        if self._llm is None or self._llm.errored:
            raise StageUnavailable(f"the {self.name}'s engine has stopped")
        self._progress.check(self.settings.max_step_s, self.name)

    async def stop(self) -> None:
        """Stop the engine and end all of its processes. May be called twice."""
        llm, self._llm = self._llm, None
        if llm is not None:
            if llm.output_handler is not None:  # it would log the end of the engine as a failure
                llm.output_handler.cancel()
            await asyncio.to_thread(llm.shutdown)
        await asyncio.to_thread(self._processes.end)


def _sample(output: Any) -> Sample:
    """Read vLLM's RequestOutput of one sequence."""
    (sequence,) = output.outputs
    tokens = len(sequence.token_ids)
    times = output.metrics  # of the engine's own clock
    return Sample(
        text=sequence.text,
        length_cut=sequence.finish_reason in {"length", None},  # None: stopped before its end
        logprob=sequence.cumulative_logprob / tokens if tokens and sequence.cumulative_logprob is not None else None,
        prompt_tokens=len(output.prompt_token_ids or ()),
        cached_tokens=output.num_cached_tokens or 0,
        output_tokens=tokens,
        queue_ms=max(0.0, 1000 * (times.scheduled_ts - times.queued_ts)) if times else 0.0,
        compute_ms=max(0.0, 1000 * (times.last_token_ts - times.scheduled_ts)) if times else 0.0,
        tokens=tuple(_tokens(sequence)),
    )


def _tokens(sequence: Any) -> Iterator[Token]:
    """Read the tokens of vLLM's CompletionOutput, as far as it has their log-probabilities."""
    for token_id, entries in zip(sequence.token_ids, sequence.logprobs or (), strict=False):
        if token_id in entries:
            yield Token(entries[token_id].decoded_token or "", entries[token_id].logprob)
