"""Small requests are read at once, larger ones in a thread."""

from __future__ import annotations

import threading

import pytest

from serve_app.ingress.reading import IN_THREAD_BYTES, off_loop


@pytest.mark.parametrize(("size", "on_loop"), [(0, True), (IN_THREAD_BYTES, True), (IN_THREAD_BYTES + 1, False)])
async def test_only_small_requests_are_read_on_the_loop(size: int, on_loop: bool) -> None:
    assert (await off_loop(threading.get_ident, size) == threading.get_ident()) is on_loop


async def test_what_is_wrong_is_raised_from_both() -> None:
    for size in (0, IN_THREAD_BYTES + 1):
        with pytest.raises(ZeroDivisionError):
            await off_loop(lambda: 1 // 0, size)
