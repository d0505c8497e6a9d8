"""Refusals of the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.engine.__main__ import app


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("applications: []", "no serve config"),
        ("applications: [{args: {generator: {kind: fake}}}]", "not of kind vllm"),
        ("applications: [{args: {generator: {kind: vllm}}}]", "engine"),
    ],
)
def test_a_config_without_an_engine_is_refused(tmp_path: Path, content: str, words: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content)
    done = CliRunner().invoke(app, ["--config", str(config)])
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
