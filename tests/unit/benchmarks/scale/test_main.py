"""The command over stand-ins for the application and the load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchmarks.scale.__main__ as command
from benchmarks.lib import record


def test_each_number_of_replicas_is_measured_with_requests_in_proportion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    concurrency: list[int] = []

    @contextmanager
    def started(*_: object) -> Iterator[None]:
        yield None

    async def measure(_served: None, replicas: int, under_way: int, *_: object) -> list[dict[str, Any]]:
        concurrency.append(under_way)
        return [
            {"replicas": replicas, "items_per_s": 4.0 * replicas, "machine_busy": 0.5, "app_cpus": 1.0, "degraded": 0}
        ]

    monkeypatch.setattr(command, "started", started)
    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(command.record, "write", lambda name, result, **_: print(json.dumps(result)))  # noqa: T201
    done = CliRunner().invoke(command.app, ["--ongoing", "2"])
    assert done.exit_code == 0, done.output
    assert concurrency == [6, 12, 24]
    assert json.loads(done.stdout.splitlines()[-1])["efficiency_4x"] == 1.0
    assert (tmp_path / "scale.png").exists()
