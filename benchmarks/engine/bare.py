"""Bare vLLM, offline, in a process of its own: the steps of `vllm.LLM` with the graph's prompts and settings."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from deployments.engines import Engine
from deployments.errors import Misconfigured
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.generator.structured import overflows
from deployments.host import usable_cpus
from deployments.types import GenerationTask, LengthProfile, OutputField

_READY_S: Final = 300.0
_ANSWER_S: Final = 300.0
_STOP_S: Final = 10.0


@dataclass(frozen=True)
class Written:
    """One round. `seconds`: of the engine alone, the prompts being rendered before; `cpu_s`: of the process."""

    seconds: float
    cpu_s: float
    candidates: int
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int


class BareEngine:
    """The process, as its parent sees it. Raises Misconfigured when the engine does not start, or breaks.

    profile: of the tasks that it is given.
    """

    profile: LengthProfile

    def __init__(self, settings: GeneratorSettings, knobs: GeneratorKnobs) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, settings, knobs), name="bare-engine")
        with _environment(_threads(settings)):
            self._process.start()
        theirs.close()

    def __enter__(self) -> BareEngine:
        try:
            self._receive(_READY_S)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._pipe.send(None)
        self._end()

    def write(self, tasks: Sequence[GenerationTask]) -> Written:
        """Every candidate of every task, all prompts at once."""
        self._pipe.send(tuple(tasks))
        written = self._receive(_ANSWER_S)
        if not isinstance(written, Written):
            raise Misconfigured("the bare engine answered something else")
        return written

    def _receive(self, timeout_s: float) -> Written | None:
        if not self._pipe.poll(timeout_s):
            raise Misconfigured(f"the bare engine said nothing within {timeout_s:.0f} s")
        try:
            answer = self._pipe.recv()
        except EOFError:
            raise Misconfigured("the bare engine's process ended; its own words are above") from None
        if isinstance(answer, str):
            raise Misconfigured(f"the bare engine: {answer}")
        return answer  # type: ignore[no-any-return]

    def _end(self) -> None:
        self._process.join(_STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()


def _threads(settings: GeneratorSettings) -> dict[str, str]:
    """Return the environment that `vllm_api.launch` sets for an engine's process.

    OpenMP reads it once, when it is loaded, and here the engine runs in this process. `_started_as_served` checks that
    both agree.
    """
    if settings.engine.tensor_parallel_size > 1:
        return {}
    return {
        "OMP_NUM_THREADS": str(settings.engine.cpu_threads or usable_cpus()),
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive"),
    }


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _main(pipe: Connection, settings: GeneratorSettings, knobs: GeneratorKnobs) -> None:
    """Ends with None or when the parent has gone, which closes the pipe."""
    try:
        bare = Offline(settings)
        bare.begin(knobs)
        pipe.send(None)
        while (tasks := pipe.recv()) is not None:
            pipe.send(bare.write(tasks))
    except EOFError:
        return
    except Misconfigured as error:
        pipe.send(str(error))
    except Exception as error:
        pipe.send(f"{type(error).__name__}, see above")
        raise


class Offline(VllmGenerator):
    """The generator's prompts and settings, written by `vllm.LLM` instead of its engine."""

    def begin(self, knobs: GeneratorKnobs) -> None:
        """Start the engine. Raises Misconfigured."""
        self._check(knobs)
        self._knobs = knobs
        engine = _OfflineEngine(self._settings.engine, name="bare engine")
        engine.begin()
        self._engine = engine
        self._control_words = engine.control_words()

    def write(self, tasks: Sequence[GenerationTask]) -> Written:
        from deployments.engines import vllm_api  # noqa: PLC0415 - imports vLLM, which is loaded by now

        jobs = [job for task in tasks for job in self._jobs(task, self._knobs)]
        sampling = [
            vllm_api.sampling_params(**vars(replace(job.prompt.sampling, seed=job.seed)), streamed=True) for job in jobs
        ]
        adapters = [self._engine.adapters.get(job.prompt.adapter) for job in jobs]
        llm = self._engine._llm.llm_engine  # noqa: SLF001
        cpu, began = time.process_time(), time.perf_counter()
        for number, (job, params, adapter) in enumerate(zip(jobs, sampling, adapters, strict=True)):
            prompt = {"prompt_token_ids": list(job.prompt.words.token_ids)}
            lora = vllm_api.lora_request(adapter) if adapter else None
            llm.add_request(str(number), prompt, params, lora_request=lora)
        outputs = written_out(llm, [job.longest for job in jobs])
        seconds = time.perf_counter() - began
        return Written(
            seconds=seconds,
            cpu_s=time.process_time() - cpu,
            candidates=len(outputs),
            prompt_tokens=sum(len(o.prompt_token_ids) for o in outputs),
            cached_tokens=sum(o.num_cached_tokens or 0 for o in outputs),
            output_tokens=sum(len(o.outputs[0].token_ids) for o in outputs),
        )


def written_out(llm: Any, longest: Sequence[dict[OutputField, int]]) -> list[Any]:
    """Step vLLM's engine until every sequence has ended, and return their RequestOutputs.

    longest: of each sequence, which is known by its number. One that outgrows it is stopped where the graph stops it:
    else the bare engine would write longer answers to the same prompts, and fewer prompts for each of its tokens.
    """
    outputs = {}
    while llm.has_unfinished_requests():
        for output in llm.step():
            outputs[output.request_id] = output
            if not output.finished and overflows(output.outputs[0].text, longest[int(output.request_id)]):
                llm.abort_request([output.request_id])
    return list(outputs.values())


class _OfflineEngine(Engine):
    def begin(self) -> None:
        """`Engine.start`, with `vllm.LLM` in the place of `AsyncLLM`: the same arguments and environment reach it."""
        import vllm  # noqa: PLC0415 - 11 seconds
        from vllm.platforms import current_platform  # noqa: PLC0415

        from deployments.engines import vllm_api  # noqa: PLC0415

        vllm_api.AsyncLLM = in_place_of_async(  # type: ignore[misc, assignment]
            vllm.LLM, {field.name for field in dataclasses.fields(vllm.EngineArgs)}, current_platform.device_type
        )
        self._start()


def in_place_of_async(llm: Any, argument_names: Collection[str], device: str) -> Any:
    """Return a class that `vllm_api.launch` can start as it starts `AsyncLLM`, and that is `llm`.

    It takes no loggers of steps: they serve the graph's metrics and its watch over a hung engine.
    """

    class FromAsyncArguments(llm):  # type: ignore[misc]
        @classmethod
        def from_engine_args(cls, engine_args: Any, **_: Any) -> Any:
            if device == "cpu":
                _started_as_served()
            return cls(**{name: value for name, value in vars(engine_args).items() if name in argument_names})

    return FromAsyncArguments


def _started_as_served() -> None:
    """Called where the served engine's process would start. Raises Misconfigured when this one began otherwise."""
    began = Path("/proc/self/environ").read_bytes().decode(errors="replace").split("\0")
    at_start = dict(line.split("=", 1) for line in began if "=" in line)
    for name in sorted({name for name in (*os.environ, *at_start) if name.startswith(("OMP_", "KMP_"))}):
        if os.environ.get(name) != at_start.get(name):
            raise Misconfigured(f"{name} is {os.environ.get(name)} for the served engine, {at_start.get(name)} here")
