"""Refusals before anything starts."""

from __future__ import annotations

from typer.testing import CliRunner

from benchmarks.tax.__main__ import app


def test_only_flags_of_ray_and_of_this_project_are_taken() -> None:
    done = CliRunner().invoke(app, ["--env", "HOME=/"])
    assert done.exit_code == 2
    assert "--env 'HOME=/'" in " ".join(done.stderr.split())
