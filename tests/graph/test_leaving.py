"""Callers who leave while their request waits for a thread: threads do not work for them."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import Any

import pytest

from serve_app.flow import pipeline
from serve_app.flow import service as flow
from tests.graph.stages import request
from tests.graph.test_service import service

# As many as asyncio's own pool has threads.
THREADS = min(32, (os.cpu_count() or 1) + 4)


@pytest.mark.parametrize(("where", "name"), [(flow, "make_brief"), (pipeline.candidates, "from_drafts")])
async def test_only_what_a_thread_has_begun_is_finished(where: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []
    go = threading.Event()
    real = getattr(where, name)

    def slow(*arguments: Any, **more: Any) -> Any:
        begun.append(time.monotonic())
        go.wait(10)
        return real(*arguments, **more)

    monkeypatch.setattr(where, name, slow)
    made = service(adaptive=False, max_in_flight=256, max_waiting=0)
    calls = [asyncio.create_task(made.generate(request(), f"r{n}")) for n in range(200)]
    async with asyncio.timeout(10):
        while len(begun) < THREADS:  # noqa: ASYNC110 - threads begin without a word
            await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    go.set()
    await asyncio.to_thread(lambda: None)  # behind whatever still waits for a thread
    assert len(begun) == THREADS
    assert await made.generate(request(), "one more")
