"""A bulk job on a real Ray, killed on its way and gone on with: no item is lost, none is answered twice."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet

from benchmarks.bulk.kills import Outcome, outcome_of, started, write_items
from serve_app.bulk.folder import Folder


def test_no_item_is_lost_or_answered_twice_when_the_job_is_killed(root: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "items.jsonl", tmp_path / "out"
    write_items(source, 60)
    with source.open("a") as file:
        file.write("no JSON\n")
    with started(source, out, root / "configs/fake.yaml") as job:
        job.kill_after(parts=2)
    done = sum(tally.rows for tally in Folder(out).tallies().values())
    assert 0 < done < 61
    with started(source, out, root / "configs/fake.yaml", "--format", "jsonl") as job:
        assert job.wait() == 2, job.output()  # one bad line
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["rows"], summary["decisions"], summary["dead_letters"]) == (61, 60, 1)
    assert summary["run"]["rows"] <= 61 - done
    assert outcome_of(source, out) == Outcome(lost=0, duplicated=0)


def test_parquet_in_and_out(root: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "items.parquet", tmp_path / "out"
    table = pyarrow.table({"id": ["a", "b"], "title": ["A heron in the fountain", "Night buses"]})
    pyarrow.parquet.write_table(table, source)
    with started(source, out, root / "configs/fake.yaml") as job:
        assert job.wait() == 0, job.output()
    read = pyarrow.parquet.read_table(out / "decisions").to_pylist()
    assert sorted((r["row"], r["item_id"], r["source"]) for r in read) == [
        ("items.parquet:1", "a", "GENERATED"), ("items.parquet:2", "b", "GENERATED"),
    ]  # fmt: skip
