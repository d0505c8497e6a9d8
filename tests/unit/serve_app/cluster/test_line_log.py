"""Lines of a logger are written elsewhere, and hold nobody up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from serve_app.cluster import line_log
from serve_app.cluster.line_log import LineLog

SOURCE = logging.getLogger("pushgen.test")


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(str(record.msg))


class Hangs(logging.Handler):
    def __init__(self, let_go: threading.Event) -> None:
        super().__init__()
        self.let_go = let_go

    def emit(self, _record: logging.LogRecord) -> None:
        assert self.let_go.wait(10)


@pytest.fixture
def log() -> Iterator[LineLog]:
    log = LineLog(SOURCE)
    yield log
    log.close()


def test_a_new_destination_gets_the_later_lines(log: LineLog) -> None:
    first, second = Kept(), Kept()
    log.write_to("a", lambda: first)
    SOURCE.info("one")
    log.write_to("a", lambda: second)  # the same place: nothing is opened again
    SOURCE.info("two")
    log.write_to("b", lambda: second)
    SOURCE.info("three")
    log.close()
    assert (first.lines, second.lines) == (["one", "two"], ["three"])


def test_a_disk_that_hangs_holds_nobody_up(
    log: LineLog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(line_log, "_MAX_WAITING", 5)
    log.write_to("a", lambda: Hangs(let_go))
    with caplog.at_level("ERROR", "ray.serve"):
        for _ in range(10):
            SOURCE.info("line")
    let_go.set()
    assert caplog.text.count("the log pushgen.test cannot be written fast enough") == 1


def test_once_closed_nothing_is_left(log: LineLog) -> None:
    before = threading.active_count()
    log.write_to("a", Kept)
    log.close()
    log.close()
    assert threading.active_count() == before
    assert not SOURCE.handlers
