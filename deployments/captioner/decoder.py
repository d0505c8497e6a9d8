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
from deployments.errors import DeadlineExceeded, StageUnavailable
from deployments.host import usable_cpus
from deployments.types import RefusedPicture, Usage
from deployments.watchdog import Watchdog

logger = logging.getLogger("ray.serve")
T = TypeVar("T")

# No picture takes that long: a codec that does hangs.
_MAX_TIME_S = 20.0
# The kernel ends the process of such a picture. A thread that still waits for one will wait for ever.
_HANGS_S = 3 * _MAX_TIME_S
_START_TIME_S = 60.0
_ATTEMPTS = 2
_STOPPING = "the captioner is stopping"
_KILLS = b"cannot be decoded: it ends the process that tries"
_BLANK_SIDE = 8


class Decoded(NamedTuple, Generic[T]):
    """Decoded pictures in the order of the call, None in the place of a refused one; and the cost of all."""

    pictures: list[T | None]
    refused: tuple[RefusedPicture, ...]
    usage: Usage

    def usable(self) -> list[T]:
        """Return the pictures that were decoded."""
        return [picture for picture in self.pictures if picture is not None]


class _DiedError(Exception):
    """The process ended while it decoded a picture."""


class _Result(NamedTuple, Generic[T]):
    """The outcome of one picture: decoded or refused, and its times in seconds."""

    outcome: T | RefusedPicture
    queued_s: float
    computed_s: float


class Decoder:
    """A few decoder processes, each with a thread that waits for it."""

    def __init__(self, settings: DecoderSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(
            min(settings.processes, usable_cpus()), thread_name_prefix="captioner-decoder"
        )
        self._watchdog = Watchdog("decoder of the captioner")
        self._lock = threading.Lock()  # guards the three below, which the threads and the loop change
        self._idle: list[_Process] = []
        self._processes: set[_Process] = set()
        self._stopped = False

    async def start(self) -> None:
        """Start the first process and decode a blank image. Raises StageUnavailable on failure."""
        await self.images([_blank()], _BLANK_SIDE, Call(Deadline.after(_START_TIME_S)))

    def check_health(self) -> None:
        """Raise StageUnavailable when a thread waits for a process that neither answers nor ends."""
        self._watchdog.check(_HANGS_S)

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

        A picture that cannot be decoded, or that ends its process, is refused and costs no other. Raises
        StageUnavailable if no process works; DeadlineExceeded. At the deadline a process that still decodes is killed.
        """
        return await self._all(pictures, max_side, 0, call, lambda r: Pillow.frombytes("RGB", r.size, r.data))

    async def jpegs(self, pictures: Sequence[Picture], max_side: int, quality: int, call: Call) -> Decoded[bytes]:
        """Decode as `images` does, and encode each as a JPEG without metadata."""
        return await self._all(pictures, max_side, quality, call, lambda reply: reply.data)

    async def _all(
        self, pictures: Sequence[Picture], max_side: int, quality: int, call: Call, read: Callable[[Reply], T]
    ) -> Decoded[T]:
        queued_at = time.perf_counter()

        def work(picture: Picture) -> _Result[T]:
            began_at = time.perf_counter()
            reply = self._decode(picture, max_side, quality, call)
            outcome = RefusedPicture(field=picture.field, reason=reply.data.decode()) if reply.refused else read(reply)
            return _Result(outcome, began_at - queued_at, time.perf_counter() - began_at)

        async with call.deadline.limit("decoding pictures"):
            if self._stopped:
                raise StageUnavailable(_STOPPING)
            futures = [asyncio.wrap_future(self._threads.submit(work, picture)) for picture in pictures]
            results = await asyncio.gather(*futures, return_exceptions=True)
        done: list[_Result[T]] = []
        for result in results:  # all have ended: none works on for a call that has failed
            if isinstance(result, BaseException):
                raise result
            done.append(result)
        usage = Usage(
            queue_ms=max((result.queued_s for result in done), default=0.0) * 1000,
            compute_ms=sum(result.computed_s for result in done) * 1000,
        )
        refused = tuple(result.outcome for result in done if isinstance(result.outcome, RefusedPicture))
        decoded = [None if isinstance(result.outcome, RefusedPicture) else result.outcome for result in done]
        return Decoded(decoded, refused, usage)

    def _decode(self, picture: Picture, max_side: int, quality: int, call: Call) -> Reply:
        """Decode one picture, in a thread. If its process ends, try once more in a new one, then refuse the picture.

        A StageUnavailable would be tried again on other replicas, with one more process each time. Raises it only when
        a blank picture fails as well.
        """
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(_DiedError):
                return self._attempt(picture, max_side, quality, call.deadline)
            words = "a decoder process ended with a picture of %d bytes, of request %s"
            logger.warning(words, len(picture.data), call.request_id)
        try:
            self._attempt(_blank(), _BLANK_SIDE, 0, call.deadline)
        except _DiedError:
            raise StageUnavailable("the captioner cannot keep a process that decodes pictures") from None
        return Reply(True, (0, 0), _KILLS)

    def _attempt(self, picture: Picture, max_side: int, quality: int, deadline: Deadline) -> Reply:
        """Decode one picture in one process. Raises _DiedError, DeadlineExceeded."""
        deadline.check("decoding a picture")
        process = self._take()
        try:
            with self._watchdog.working():
                reply = process.decode(picture.data, max_side, quality, min(deadline.remaining_s(), _MAX_TIME_S))
        except _DiedError:
            self._drop(process)
            if deadline.expired:
                raise DeadlineExceeded("the time budget was spent while decoding a picture") from None
            raise
        self._give_back(process)
        return reply

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
            try:
                process = _Process(self._settings.max_memory_mb)
            except OSError:
                logger.exception("no decoder process can be started")
                raise StageUnavailable("the captioner cannot start a process that decodes pictures") from None
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


def _blank() -> Picture:
    """A picture that every working process decodes."""
    return Picture("", pixels.jpeg(Pillow.new("RGB", (_BLANK_SIDE, _BLANK_SIDE)), quality=50))
