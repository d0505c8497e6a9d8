"""The pipeline as it is given to Ray Data. A real one runs in tests/e2e/test_bulk.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import ray

from serve_app.bulk import ray_data
from serve_app.bulk.folder import Folder
from serve_app.bulk.pieces import Pieces
from serve_app.bulk.plan import Plan
from serve_app.bulk.worker import Worker
from serve_app.client.cli_input import request_of


class Recorder:
    """A dataset that keeps what it is asked to do."""

    def __init__(self) -> None:
        self.calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Recorder:
            self.calls[name] = args, kwargs
            return self

        return call


def test_rows_are_sorted_answered_by_workers_and_written_with_a_checkpoint(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "t"}\n')
    recorder = Recorder()
    monkeypatch.setattr(ray.data, "read_datasource", recorder.read_datasource)
    context = ray.data.DataContext.get_current().copy()
    monkeypatch.setattr(ray.data.DataContext, "get_current", lambda: context)
    plan, folder = Plan.of(root / "configs/fake.yaml"), Folder(tmp_path / "out")
    pieces = Pieces.of(tmp_path / "a.jsonl")
    ray_data.run(pieces, plan, request_of, folder, tmp_path / "checkpoint", "jsonl", 3, 16)

    assert recorder.calls["read_datasource"][1] == {"override_num_blocks": 1}, "the filter takes a while for each"
    assert recorder.calls["sort"][0] == (["key", "row"],)
    assert recorder.calls["repartition"][1] == {"target_num_rows_per_block": 16}
    (worker,), options = recorder.calls["map_batches"]
    assert worker is Worker
    assert (options["compute"].max_size, options["num_cpus"]) == (3, pytest.approx(0.4))
    assert options["compute"].max_concurrent_calls_per_actor == 2, "one table's end overlaps the next"
    assert options["compute"].max_tasks_in_flight_per_actor == 2, "the first worker does not take the others' tables"
    assert options["max_task_retries"] == 5, "a row that kills every worker ends the job"
    checkpoint = context.checkpoint_config
    assert checkpoint is not None
    assert (checkpoint.id_column, checkpoint.delete_checkpoint_on_success) == ("row", False)
    assert checkpoint.checkpoint_actor_pool_max_size == 1
    assert checkpoint.checkpoint_path == str(tmp_path / "checkpoint")
