"""Lines are written beside Serve's log of the replica, by a thread of their own."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from logging.handlers import MemoryHandler, RotatingFileHandler
from pathlib import Path

import pytest

from serve_app.cluster.request_log import RequestLog
from serve_app.flow.journal import Journal, logger
from serve_app.flow.knobs import LogKnobs
from serve_app.flow.metrics import NoMetrics

SERVE = logging.getLogger("ray.serve")


@pytest.fixture
def log() -> Iterator[RequestLog]:
    log = RequestLog()
    yield log
    log.close()


@pytest.fixture(params=[False, True], ids=["file", "buffered"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The folder of a replica's own log, as Serve sets it up."""
    file = RotatingFileHandler(tmp_path / "replica_app_Ingress_x1.log")
    handler = MemoryHandler(10, target=file) if request.param else file
    SERVE.addHandler(handler)
    yield tmp_path
    SERVE.removeHandler(handler)
    file.close()


@pytest.fixture
def stdout(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    stdout = StringIO()
    monkeypatch.setattr(sys, "__stdout__", stdout)
    return stdout


def ask(name: str) -> None:
    with Journal(NoMetrics(), LogKnobs()).request("Rpc", "grpc", name):
        pass


def ids(text: str) -> list[str]:
    return [json.loads(line)["request_id"] for line in text.splitlines()]


def test_lines_go_to_a_file_of_the_replica(log: RequestLog, served: Path) -> None:
    log.reconfigure(LogKnobs())
    ask("a")
    ask("b")
    log.close()
    assert ids((served / "requests_app_Ingress_x1.jsonl").read_text()) == ["a", "b"]


def test_lines_go_to_standard_output_when_they_shall_and_outside_a_replica(log: RequestLog, stdout: StringIO) -> None:
    log.reconfigure(LogKnobs(destination="stdout"))
    ask("a")
    log.reconfigure(LogKnobs(destination="file"))
    ask("b")
    log.close()
    assert ids(stdout.getvalue()) == ["a", "b"]


def test_a_file_that_cannot_be_written_is_told_and_costs_no_request(
    log: RequestLog, served: Path, stdout: StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    (served / "requests_app_Ingress_x1.jsonl").mkdir()
    log.reconfigure(LogKnobs())
    ask("a")
    log.close()
    assert ids(stdout.getvalue()) == ["a"]
    assert "no file for the log of requests" in caplog.text


def test_once_closed_nothing_is_left(log: RequestLog) -> None:
    before = threading.active_count()
    log.reconfigure(LogKnobs())
    log.close()
    log.close()
    assert threading.active_count() == before
    assert not logger.handlers
