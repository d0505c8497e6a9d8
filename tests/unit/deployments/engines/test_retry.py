"""Which failures are tried again, how long after, and when there is no time for it."""

from __future__ import annotations

import asyncio

import pytest

from deployments.deadline import Deadline
from deployments.engines import retry
from deployments.engines.retry import Failure, with_retries


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; none takes time."""
    made: list[float] = []

    async def sleep(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(retry, "asyncio", type("Asyncio", (), {"sleep": staticmethod(sleep)}))
    return made


class Server:
    """Fails with each of `failures`, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


@pytest.mark.parametrize(
    ("failure", "passing"),
    [
        (Failure(429), True),
        (Failure(500), True),
        (Failure(502), True),
        (Failure(503), True),
        (Failure(501), False),
        (Failure(400), False),
        (Failure(401), False),
        (Failure(404), False),
        (Failure(408), False),
        (Failure(), True),
        (Failure(timed_out=True), False),
        (Failure(unreadable=True), False),
    ],
    ids=str,
)
async def test_only_what_may_pass_is_tried_again(failure: Failure, passing: bool, pauses: list[float]) -> None:
    server = Server(failure)
    assert failure.passing is passing
    if passing:
        assert await with_retries(server, 1, Deadline.after(60)) == "answer"
    else:
        with pytest.raises(Failure):
            await with_retries(server, 1, Deadline.after(60))
    assert (server.calls, len(pauses)) == ((2, 1) if passing else (1, 0))


async def test_the_last_failure_is_raised_after_so_many_retries(pauses: list[float]) -> None:
    server = Server(*(Failure(500 + n) for n in (0, 2, 3, 4)))
    with pytest.raises(Failure) as caught:
        await with_retries(server, 2, Deadline.after(60))
    assert (caught.value.status, server.calls) == (503, 3)
    with pytest.raises(Failure):
        await with_retries(Server(Failure(500)), 0, Deadline.after(60))


async def test_pauses_grow_with_jitter_up_to_a_bound(pauses: list[float]) -> None:
    await with_retries(Server(*(Failure(500) for _ in range(9))), 9, Deadline.after(3600))
    for tries, pause in enumerate(pauses):
        longest = min(0.25 * 2**tries, 8.0)
        assert longest / 2 <= pause <= longest
    assert len({round(pause / min(0.25 * 2**n, 8.0), 6) for n, pause in enumerate(pauses)}) > 1, "jitter"


async def test_the_pause_is_at_least_what_the_server_asks_for(pauses: list[float]) -> None:
    await with_retries(Server(Failure(429, retry_after_s=20)), 1, Deadline.after(60))
    assert pauses == [20]
    await with_retries(Server(Failure(429, retry_after_s=0.001)), 1, Deadline.after(60))
    assert pauses[1] > 0.1, "a server that asks for nothing is not hurried"


async def test_a_pause_beyond_the_deadline_is_not_begun(pauses: list[float]) -> None:
    server = Server(Failure(429, retry_after_s=5))
    with pytest.raises(Failure):
        await with_retries(server, 3, Deadline.after(4))
    assert (server.calls, pauses) == (1, [])


async def test_any_other_error_is_not_tried_again(pauses: list[float]) -> None:
    server = Server(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await with_retries(server, 3, Deadline.after(60))
    assert server.calls == 1


async def test_cancelling_ends_the_pause() -> None:
    server = Server(Failure(429, retry_after_s=30))
    task = asyncio.create_task(with_retries(server, 1, Deadline.after(60)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.calls == 1
