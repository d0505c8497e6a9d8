"""Refusals of the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.prefix.__main__ import app


@pytest.mark.parametrize("content", ["", "applications: []", "applications: [{args: {}}]"])
def test_a_file_that_is_no_serve_config_is_named(tmp_path: Path, content: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content)
    done = CliRunner().invoke(app, ["--config", str(config)])
    assert done.exit_code == 2
    message = " ".join(done.stderr.split())  # the console folds a long line
    assert "generator" in message or "no serve config" in message
