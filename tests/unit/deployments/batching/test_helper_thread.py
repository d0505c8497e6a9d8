"""The second thread: in order, whatever fails, until it is closed or the loop is gone."""

from __future__ import annotations

import asyncio
import threading

import pytest

from deployments.batching.helper_thread import HelperThread


def never() -> None:
    raise AssertionError("the loop was not lost")


async def test_callbacks_run_in_order_and_off_the_event_loop() -> None:
    seen: list[tuple[int, bool]] = []
    helper = HelperThread(asyncio.get_running_loop(), "toy", never)
    main = threading.current_thread()
    for n in range(50):
        helper.run(lambda n=n: seen.append((n, threading.current_thread() is main)))
    helper.close()
    await asyncio.to_thread(helper._thread.join, 10)
    assert seen == [(n, False) for n in range(50)]


async def test_what_is_for_the_loop_runs_there() -> None:
    helper = HelperThread(asyncio.get_running_loop(), "toy", never)
    answer: asyncio.Future[tuple[str, threading.Thread]] = asyncio.get_running_loop().create_future()
    helper.run_in_loop(lambda text: answer.set_result((text, threading.current_thread())), "hello")
    assert await asyncio.wait_for(answer, 10) == ("hello", threading.current_thread())
    helper.close()


async def test_a_callback_that_fails_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    helper = HelperThread(asyncio.get_running_loop(), "toy", never)
    done = threading.Event()

    def fail() -> None:
        raise ValueError("broken callback")

    helper.run(fail)
    helper.run(done.set)
    assert await asyncio.to_thread(done.wait, 10)
    helper.close()
    assert "toy-helper failed" in caplog.text
    assert "broken callback" in caplog.text


def test_a_closed_loop_is_reported_once_and_ends_the_thread() -> None:
    loop = asyncio.new_event_loop()
    lost: list[bool] = []
    helper = HelperThread(loop, "toy", lambda: lost.append(True))
    loop.close()
    helper.run_in_loop(never)
    helper.run_in_loop(never)
    helper._thread.join(10)
    assert not helper._thread.is_alive()
    assert lost == [True]
