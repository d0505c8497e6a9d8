"""A job from beginning to end, with a pipeline that answers at once in place of Ray Data."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from deployments.errors import Misconfigured
from serve_app.bulk import answers, cluster, ray_data
from serve_app.bulk.cluster import BulkFailed
from serve_app.bulk.folder import Folder
from serve_app.bulk.job import Job, part_rows_of
from serve_app.bulk.outputs import OUTPUTS
from serve_app.bulk.pieces import Pieces
from serve_app.bulk.tally import Tally
from serve_app.client.cli_input import request_of
from tests.unit.serve_app.bulk.test_answers import DECISION


class FakePipeline:
    """Answers rows that the checkpoint lacks, a part each, until it has answered `stop_after` of them."""

    def __init__(self) -> None:
        self.stop_after = 1000
        self.runs = 0

    def __call__(
        self, pieces: Pieces, plan: Any, read: Any, folder: Folder, checkpoint: Path, output: str, *_: Any
    ) -> None:
        self.runs += 1
        done = {path.stem for path in checkpoint.iterdir()}
        rows = [row for piece in pieces.pieces for row in piece.rows() if row.name.replace(":", "_") not in done]
        for count, row in enumerate(rows):
            if count == self.stop_after:
                raise KeyboardInterrupt
            table = answers.table_of([answers.decided(row, DECISION) | {"began_s": 0.0, "ended_s": 1.0}])
            name = row.name.replace(":", "_").replace(".", "_")
            decisions, _ = answers.split(table)
            (folder.parts / "decisions" / f"{name}.{output}").write_bytes(OUTPUTS[output](decisions))
            (folder.parts / "tallies" / f"{name}.json").write_text(Tally.of(table).model_dump_json())
            (checkpoint / f"{name}.parquet").touch()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    fake = FakePipeline()
    monkeypatch.setattr(ray_data, "run", fake)
    monkeypatch.setattr(cluster, "local", lambda *_: nullcontext())
    return fake


@pytest.fixture
def job(root: Path, tmp_path: Path) -> Job:
    source = tmp_path / "in.jsonl"
    source.write_text('{"title": "t"}\n' * 5)
    return Job(source=source, out=tmp_path / "out", config=root / "configs/fake.yaml", read=request_of)


def run(job: Job) -> dict[str, Any]:
    return job.run(lambda done, rows: None)


def test_a_job_ends_with_a_summary_and_is_not_done_again(pipeline: FakePipeline, job: Job) -> None:
    summary = run(job)
    assert (summary["rows"], summary["decisions"], summary["run"]["rows"]) == (5, 5, 5)
    assert json.loads((job.out / "summary.json").read_text()) == summary
    lines = [json.loads(p.read_text()) for p in (job.out / "decisions").iterdir()]
    assert {line["row"] for line in lines} == {f"in.jsonl:{n}" for n in range(1, 6)}
    with pytest.raises(Misconfigured, match="is complete"):
        run(job)


def test_a_job_that_was_all_done_needs_no_cluster(pipeline: FakePipeline, job: Job) -> None:
    def cut_off(*_: Any) -> None:
        raise KeyboardInterrupt

    complete, Folder.complete = Folder.complete, cut_off  # type: ignore[method-assign]
    try:
        with pytest.raises(KeyboardInterrupt):
            run(job)
    finally:
        Folder.complete = complete  # type: ignore[method-assign]
    assert run(job)["run"]["rows"] == 0
    assert pipeline.runs == 1


def test_rows_without_an_answer_are_not_called_done(
    pipeline: FakePipeline, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_data, "run", lambda *_: None)
    with pytest.raises(BulkFailed, match="0 of 5"):
        run(job)
    monkeypatch.setattr(ray_data, "run", pipeline)
    assert run(job)["rows"] == 5


@pytest.mark.parametrize(
    ("rows", "workers", "concurrency", "part_rows"),
    [
        (100, 1, 8, 8),
        (100_000, 1, 16, 196),
        (10**7, 1, 16, 1024),
        (1000, 2, 64, 64),
        (10**7, 1, 4096, 4096),
        (32, 2, 64, 16),
    ],
)  # fmt: skip
def test_a_part_fills_its_worker(rows: int, workers: int, concurrency: int, part_rows: int) -> None:
    assert part_rows_of(rows, workers, concurrency) == part_rows


def test_a_changed_input_is_seen(pipeline: FakePipeline, job: Job) -> None:
    pipeline.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        run(job)
    job.source.write_text('{"title": "u"}\n')
    with pytest.raises(Misconfigured, match="another input"):
        run(job)
