"""`pushgen bulk` as it is typed: what reaches the job, the summary, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments.errors import Misconfigured
from serve_app.bulk.cluster import BulkFailed
from serve_app.bulk.job import Job
from serve_app.client.cli import app

SUMMARY: dict[str, Any] = {
    "rows": 3, "decisions": 2, "dead_letters": 1, "sources": {"GENERATED": 2}, "problems": {"INVALID_INPUT": 1},
    "partial": 0, "tokens": {"prompt_tokens": 1200, "cached_tokens": 800, "output_tokens": 90},
    "run": {"rows": 3, "seconds": 9.0, "answering_s": 3.0, "rows_per_s": 1.0, "cost": 0.01, "cost_per_1000": 3.3},
}  # fmt: skip


class FakeJobs:
    """What jobs were run, and what the next one returns or raises."""

    def __init__(self) -> None:
        self.ran: list[Job] = []
        self.end: dict[str, Any] | BaseException = SUMMARY | {"problems": {}}

    def run(self, job: Job, progress: Any) -> dict[str, Any]:
        self.ran.append(job)
        progress(1, 3)
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> FakeJobs:
    fake = FakeJobs()
    monkeypatch.setattr(Job, "run", lambda job, progress: fake.run(job, progress))
    return fake


def run(*typed: str) -> Result:
    return CliRunner().invoke(app, ["bulk", *typed], env={"COLUMNS": "160", "NO_COLOR": "1"})


def test_flags_reach_the_job(jobs: FakeJobs) -> None:
    done = run(
        "in.jsonl", "out", "--config", "c.yaml", "--format", "parquet", "--workers", "2", "--concurrency", "9",
        "--tenant", "shop", "--address", "auto", "--price-per-hour", "1.5",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    [job] = jobs.ran
    assert (job.source, job.out, job.config, job.output) == (Path("in.jsonl"), Path("out"), Path("c.yaml"), "parquet")
    assert (job.workers, job.concurrency, job.tenant, job.address, job.price_per_hour) == (2, 9, "shop", "auto", 1.5)


def test_the_summary_is_a_table_or_json(jobs: FakeJobs) -> None:
    table = run("in.jsonl", "out").stdout
    for shown in ("1,200", "3 items in 9 s, 1 items/s", "0.01, 3.3 for 1000 items"):
        assert shown in table
    assert json.loads(run("in.jsonl", "out", "--json").stdout) == SUMMARY | {"problems": {}}


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (SUMMARY, 2),
        (SUMMARY | {"problems": {"INVALID_INPUT": 1, "STAGE_FAILED": 1}}, 1),
        (Misconfigured("out is complete"), 2),
        (BulkFailed("2 of 3 rows have an answer"), 1),
        (ModuleNotFoundError("no", name="ray"), 2),
    ],
)
def test_exit_codes_and_words(jobs: FakeJobs, end: Any, code: int) -> None:
    jobs.end = end
    done = run("in.jsonl", "out")
    assert done.exit_code == code
    if isinstance(end, ModuleNotFoundError):
        assert "a bulk job needs ray: pip install 'pushgen-serve[serve]'" in done.stderr
    elif isinstance(end, Exception):
        assert str(end) in done.stderr
        assert "Traceback" not in done.stderr
