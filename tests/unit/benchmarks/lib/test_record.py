"""Files of a benchmark's result."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from benchmarks.lib import record


def test_a_result_is_kept_with_where_it_was_measured_and_printed_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "some.yaml"
    config.write_text("a: 1\n")
    path = record.write("tax", {"p50_ratio": 1.5}, config=config, folder=tmp_path / "results")
    recorded = json.loads(path.read_text())
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"p50_ratio": 1.5}
    assert recorded["p50_ratio"] == 1.5
    assert recorded["environment"]["config"]["file"] == "some.yaml"
    assert recorded["environment"]["machine"]["cpus"] >= 1
    assert {"python", "ray", "grpcio"} <= set(recorded["environment"]["versions"])
    assert str(tmp_path) not in path.read_text()


def test_raw_rows_are_one_compressed_table_and_the_same_rows_the_same_file(tmp_path: Path) -> None:
    rows = [{"sent_s": 0.0, "code": "OK"}, {"sent_s": 0.5, "code": "UNAVAILABLE", "late": True}]
    record.write("load", {}, raw=rows, folder=tmp_path)
    first = (tmp_path / "raw" / "load.csv.gz").read_bytes()
    record.write("load", {}, raw=rows, folder=tmp_path)
    assert (tmp_path / "raw" / "load.csv.gz").read_bytes() == first
    read = list(csv.DictReader(gzip.decompress(first).decode().splitlines()))
    assert [row["code"] for row in read] == ["OK", "UNAVAILABLE"]
    assert read[1]["late"] == "True"
