"""The command, from options to the JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.capacity.__main__ import app


@pytest.mark.parametrize(
    ("option", "value"),
    [("--peak-factor", "0.5"), ("--cache-hit", "1.5"), ("--utilisation", "0"), ("--notifications-per-day", "0")],
)
def test_impossible_volumes_are_refused_by_option(tmp_path: Path, option: str, value: str) -> None:
    done = CliRunner().invoke(app, ["--notifications-per-day", "1e6", "--results", str(tmp_path), option, value])
    assert done.exit_code == 2
    assert option in done.stderr


def test_a_given_rate_wins_and_takes_what_the_config_gives_a_replica(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text(json.dumps({"graph": {"candidates_per_s": 5.0}}))
    arguments = ["--notifications-per-day", "100e6", "--results", str(tmp_path), "--json", "--price", "gpu=2"]
    done = CliRunner().invoke(app, [*arguments, "--price", "cpu=0", "--rate", "generator=900"])
    assert done.exit_code == 0, done.stderr
    stage = json.loads(done.stdout.splitlines()[-1])["stages"]["generator"]
    assert stage["rate"] == {"per_s": 900.0, "origin": "given", "replica": {"cpus": 4.0, "gpus": 1.0}}
    assert stage["replicas_peak"] == 45  # 100e6 / 86400 x 3 x 8 / (900 x 0.7) = 44.1
    assert stage["cost_peak"] == 45 * 2 * 24


def test_a_config_that_is_none_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("applications: []")
    arguments = ["--notifications-per-day", "1e6", "--rate", "router=5", "--config", str(config)]
    done = CliRunner().invoke(app, [*arguments, "--results", str(tmp_path)])
    assert done.exit_code == 2
    assert "--config" in done.stderr
