"""The writer's commands, where they need no model."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.unit.training.fitness.entries import ENTRIES
from training.writer.__main__ import app


def test_a_corpus_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": "a", "titel": "x"}\n')
    done = CliRunner().invoke(app, ["calibrate", "--items", str(items), "--marks", str(items), "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "items.jsonl, line 1" in " ".join(done.output.split())


def test_items_that_are_written_already_are_not_written_again(tmp_path: Path) -> None:
    items, out = tmp_path / "items.jsonl", tmp_path / "out.jsonl"
    items.write_text(ENTRIES[0].model_dump_json() + "\n")
    out.write_text(json.dumps({"id": ENTRIES[0].id}) + "\n")
    done = CliRunner().invoke(app, ["sample", "--items", str(items), "--out", str(out), "--model", "none"])
    assert (done.exit_code, "nothing left to write" in done.output) == (0, True)
    assert len(out.read_text().splitlines()) == 1
