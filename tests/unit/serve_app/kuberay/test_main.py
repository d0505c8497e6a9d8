"""The command writes what is kept under configs/kuberay, and tells when that has drifted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from serve_app.kuberay.__main__ import app


@pytest.fixture(autouse=True)
def _in_the_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_what_is_kept_is_what_the_config_says_now() -> None:
    done = CliRunner().invoke(app, ["configs/cluster.yaml", "--check"])
    assert done.exit_code == 0, f"{done.output}run: python -m serve_app.kuberay configs/cluster.yaml"


def test_what_differs_is_named_and_written(tmp_path: Path) -> None:
    command = ["configs/cluster.yaml", "--out", str(tmp_path), "--name", "other", "--image", "registry/x:1"]
    done = CliRunner().invoke(app, [*command, "--check"])
    assert (done.exit_code, done.output.count("differs: ")) == (1, 4)
    assert not list(tmp_path.iterdir())
    assert CliRunner().invoke(app, command).exit_code == 0
    assert CliRunner().invoke(app, [*command, "--check"]).exit_code == 0
    service = yaml.safe_load((tmp_path / "rayservice.yaml").read_text())
    assert service["metadata"]["name"] == "other"
    head = service["spec"]["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]["containers"][0]
    assert head["image"] == "registry/x:1"
    assert yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]


def test_what_cannot_be_rendered_is_one_line() -> None:
    done = CliRunner().invoke(app, ["configs/fake.yaml"])
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
