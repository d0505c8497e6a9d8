"""Refusals of the command."""

from __future__ import annotations

from typer.testing import CliRunner

from benchmarks.ingress.__main__ import app


def test_stages_that_compute_are_refused() -> None:
    done = CliRunner().invoke(app, ["--config", "configs/demo.yaml"])
    assert done.exit_code == 2
    assert "captioner, router, generator, reward is not of kind fake" in " ".join(done.stderr.split())


def test_a_missing_config_is_named() -> None:
    done = CliRunner().invoke(app, ["--config", "configs/none.yaml"])
    assert done.exit_code == 2
    assert "configs/none.yaml" in done.stderr
