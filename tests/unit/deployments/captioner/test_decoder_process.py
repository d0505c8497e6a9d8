"""The decoder process by itself: it answers in frames, prints nothing between them, and ends with its input."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from deployments.captioner.decoder_process import MAIN, Order, receive_reply, send_order
from tests.unit.deployments.pictures import REAL, truncated

PRINTING = f"import os; from PIL import Image; Image.preinit = lambda: os.write(1, b'a codec speaks'); {MAIN}"


def start(root: Path, code: str = MAIN) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, "512"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


@pytest.fixture
def process(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    with start(root) as made:
        yield made
        made.kill()


def streams(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def test_pictures_and_refusals_come_back_in_turn(process: subprocess.Popen[bytes]) -> None:
    orders, replies = streams(process)
    for data, refused in ((REAL["PNG"], False), (truncated(), True), (b"", True), (REAL["GIF"], False)):
        send_order(orders, Order(40, 0, 30.0), data)
        reply = receive_reply(replies)
        assert reply.refused is refused
        assert len(reply.data) == 40 * 30 * 3 or refused


def test_it_ends_with_its_input(process: subprocess.Popen[bytes]) -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_it_ends_with_its_reader(process: subprocess.Popen[bytes]) -> None:
    orders, replies = streams(process)
    replies.close()
    send_order(orders, Order(40, 0, 30.0), REAL["PNG"])
    assert process.wait(30) == 0


def test_the_kernel_ends_it_when_the_time_is_over(process: subprocess.Popen[bytes]) -> None:
    orders, replies = streams(process)
    send_order(orders, Order(40, 0, 1e-6), REAL["PNG"])
    with pytest.raises(EOFError):
        receive_reply(replies)
    assert process.wait(30) == -signal.SIGALRM


def test_what_a_codec_prints_is_no_reply(root: Path) -> None:
    with start(root, PRINTING) as process:
        orders, replies = streams(process)
        send_order(orders, Order(40, 0, 30.0), REAL["PNG"])
        assert receive_reply(replies).size == (40, 30)
        process.kill()


def test_a_reply_that_breaks_off_is_an_end() -> None:
    with pytest.raises(EOFError):
        receive_reply(io.BytesIO(b"\0" * 5))


def test_it_imports_little(root: Path) -> None:
    heavy = "('pydantic', 'numpy', 'ray', 'torch')"
    code = f"import deployments.captioner.decoder_process, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).strip() == "[]"
