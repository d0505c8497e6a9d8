"""Decodes a captioner's images and frames in child processes, whose death costs one picture.

`concurrent.futures.ProcessPoolExecutor` does not fit: one dead process fails all calls, a hanging one cannot be
ended, and its children import Ray with the replica's main module.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, NamedTuple, TypeVar

from PIL import Image as Pillow

from deployments import pixels
from deployments.captioner.decoder_process import MAIN, Order, Reply, receive_reply, send_order
from deployments.captioner.decoder_settings import DecoderSettings
from deployments.captioner.pictures import Picture
from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, StageUnavailable, Violation
from deployments.host import usable_cpus
from deployments.types import Usage

logger = logging.getLogger("ray.serve")
T = TypeVar("T")

# No picture takes that long: a codec that does hangs.
_MAX_TIME_S = 20.0
_START_TIME_S = 60.0
_ATTEMPTS = 2
_STOPPING = "the captioner is stopping"


class Decoded(NamedTuple, Generic[T]):
    """Decoded pictures in the order of the call, and their cost."""

    pictures: list[T]
    usage: Usage


class _DiedError(Exception):
    """The process ended while it decoded a picture."""


class Decoder:
    """A few decoder processes, each with a thread that waits for it."""

    def __init__(self, settings: DecoderSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(
            min(settings.processes, usable_cpus()), thread_name_prefix="captioner-decoder"
        )
        self._lock = threading.Lock()  # guards the three below, which the threads and the loop change
        self._idle: list[_Process] = []
        self._processes: set[_Process] = set()
        self._stopped = False

    async def start(self) -> None:
        """Start the first process and decode a blank image. Raises StageUnavailable on failure."""
        blank = Picture("", pixels.jpeg(Pillow.new("RGB", (8, 8)), quality=50))
        await self.images([blank], 8, Call(Deadline.after(_START_TIME_S)))

    async def stop(self) -> None:
        """End all processes. Calls in flight fail with StageUnavailable."""
        with self._lock:
            self._stopped = True
            idle, self._idle = self._idle, []
            busy = self._processes.difference(idle)
        for process in busy:  # its own thread frees it
            process.kill()
        for process in idle:
            process.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def images(self, pictures: Sequence[Picture], max_side: int, call: Call) -> Decoded[Pillow.Image]:
        """Decode to upright RGB images of at most `max_side` pixels a side.

        Raises InvalidInput with every picture that cannot be decoded; StageUnavailable for one that ends its process
        twice; DeadlineExceeded. At the deadline a process that still decodes is killed.
        """
        return await self._all(pictures, max_side, 0, call, lambda r: Pillow.frombytes("RGB", r.size, r.data))

    async def jpegs(self, pictures: Sequence[Picture], max_side: int, quality: int, call: Call) -> Decoded[bytes]:
        """Decode as `images` does, and encode each as a JPEG without metadata."""
        return await self._all(pictures, max_side, quality, call, lambda reply: reply.data)

    async def _all(
        self, pictures: Sequence[Picture], max_side: int, quality: int, call: Call, read: Callable[[Reply], T]
    ) -> Decoded[T]:
        queued_at = time.perf_counter()

        def work(picture: Picture) -> tuple[T, float, float]:
            began_at = time.perf_counter()
            decoded = read(self._decode(picture, max_side, quality, call.deadline))
            return decoded, began_at - queued_at, time.perf_counter() - began_at

        async with call.deadline.limit("decoding pictures"):
            if self._stopped:
                raise StageUnavailable(_STOPPING)
            futures = [asyncio.wrap_future(self._threads.submit(work, picture)) for picture in pictures]
            results = await asyncio.gather(*futures, return_exceptions=True)
        _raise_failures(results)
        done: list[tuple[T, float, float]] = [r for r in results if not isinstance(r, BaseException)]
        usage = Usage(
            queue_ms=max((queued for _, queued, _ in done), default=0.0) * 1000,
            compute_ms=sum(computed for _, _, computed in done) * 1000,
        )
        return Decoded([decoded for decoded, _, _ in done], usage)

    def _decode(self, picture: Picture, max_side: int, quality: int, deadline: Deadline) -> Reply:
        """Decode one picture, in a thread. If its process ends, try once more in a new one."""
        for _ in range(_ATTEMPTS):
            deadline.check("decoding a picture")
            process = self._take()
            try:
                reply = process.decode(picture.data, max_side, quality, min(deadline.remaining_s(), _MAX_TIME_S))
            except _DiedError:
                self._drop(process)
                if deadline.expired:
                    raise DeadlineExceeded("the time budget was spent while decoding a picture") from None
                logger.warning("a decoder process ended with a picture of %d bytes", len(picture.data))
                continue
            self._give_back(process)
            if reply.refused:
                raise InvalidInput([Violation(picture.field, reply.data.decode())])
            return reply
        raise StageUnavailable("the captioner lost the process that decodes pictures")

    def _take(self) -> _Process:
        with self._lock:
            if self._stopped:
                raise StageUnavailable(_STOPPING)
            while self._idle:
                process = self._idle.pop()
                if process.alive():
                    return process
                self._processes.discard(process)
                process.end()
            process = _Process(self._settings.max_memory_mb)
            self._processes.add(process)
            return process

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            if not self._stopped:
                self._idle.append(process)
                return
        process.end()

    def _drop(self, process: _Process) -> None:
        with self._lock:
            self._processes.discard(process)
        process.end()


class _Process:
    """One decoder process. It ends with this process, which closes its input."""

    def __init__(self, max_memory_mb: int) -> None:
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        self._child = subprocess.Popen(
            [sys.executable, "-c", MAIN, str(max_memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._orders: Any = self._child.stdin
        self._replies: Any = self._child.stdout

    def decode(self, data: bytes, max_side: int, quality: int, time_s: float) -> Reply:
        """Decode one picture. Blocks. Raises _DiedError."""
        try:
            send_order(self._orders, Order(max_side, quality, time_s), data)
            return receive_reply(self._replies)
        except (EOFError, OSError):
            raise _DiedError from None

    def alive(self) -> bool:
        return self._child.poll() is None

    def kill(self) -> None:
        self._child.kill()

    def end(self) -> None:
        """Kill the process and close its pipes. For the thread that uses it."""
        self._child.kill()
        self._child.wait()
        for stream in (self._orders, self._replies):
            with contextlib.suppress(OSError):  # an unread order in the buffer
                stream.close()


def _raise_failures(results: Sequence[object]) -> None:
    """Raise the first failure that is no InvalidInput, else one InvalidInput with all violations."""
    failures = [result for result in results if isinstance(result, BaseException)]
    violations = [v for failure in failures if isinstance(failure, InvalidInput) for v in failure.violations]
    for failure in failures:
        if not isinstance(failure, InvalidInput):
            raise failure
    if violations:
        raise InvalidInput(violations)
