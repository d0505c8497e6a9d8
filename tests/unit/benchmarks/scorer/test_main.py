"""Refusals before anything is measured."""

from __future__ import annotations

from typer.testing import CliRunner

from benchmarks.scorer.__main__ import app


def test_a_folder_without_a_model_is_refused_with_the_option() -> None:
    done = CliRunner().invoke(app, ["--model", "nowhere"])
    assert done.exit_code == 2
    assert "name its folder with --model" in " ".join(done.stderr.split())
