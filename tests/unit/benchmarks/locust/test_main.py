"""Refusals before anything starts."""

from __future__ import annotations

from typer.testing import CliRunner

from benchmarks.locust.__main__ import app


def test_a_config_that_is_not_there_is_refused() -> None:
    done = CliRunner().invoke(app, ["--config", "nowhere.yaml"])
    assert done.exit_code == 2
    assert "there is no file 'nowhere.yaml'" in " ".join(done.stderr.split())
