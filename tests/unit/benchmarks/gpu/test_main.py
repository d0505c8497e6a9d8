"""The command: its steps by name, and what a step that failed said."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.gpu import __main__ as command


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    results: dict[str, Any] = {}
    monkeypatch.setattr(command.record, "write", lambda _name, result, **_: results.update(result))
    monkeypatch.setattr(command, "_make_shapes", lambda _: None)
    monkeypatch.setattr(command, "plot", lambda *_: None)
    return results


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command.app, list(arguments))


def test_an_unknown_step_is_refused_with_those_there_are(written: dict[str, Any]) -> None:
    refused = run("--steps", "card,oracle")
    assert refused.exit_code == 2
    assert not written


def test_each_step_runs_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch, written: dict[str, Any]) -> None:
    monkeypatch.setattr(command, "_in_own_process", lambda name, _models, _minutes: {"of": name})
    assert run("--steps", "engine, card").exit_code == 0
    assert written == {"engine": {"of": "engine"}, "card": {"of": "card"}}


@pytest.mark.parametrize(
    ("program", "failed"),
    [
        ("print('one'); print('two'); raise SystemExit(3)", "exit code 3"),
        ("print('one'); print('two', flush=True); import time; time.sleep(60)", "not done in 0.02 minutes"),
    ],
)
def test_a_step_that_failed_leaves_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, failed: str
) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\n{program}\n")
    script.chmod(0o755)
    monkeypatch.setattr(command.sys, "executable", str(script))
    assert command._in_own_process("card", tmp_path, 0.02) == {"failed": failed, "said": ["one", "two"]}


def test_the_last_line_of_a_step_is_its_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nprint('noise'); print('{json.dumps({'a': 1})}')\n")
    script.chmod(0o755)
    monkeypatch.setattr(command.sys, "executable", str(script))
    assert command._in_own_process("card", tmp_path, 1) == {"a": 1}


def test_the_plan_says_what_each_step_answers_and_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, Any]
) -> None:
    monkeypatch.setattr(command, "_in_own_process", lambda *_: pytest.fail("it runs"))
    said = run("--plan")
    assert said.exit_code == 0
    assert all(f"{name}: " in said.output for name in command.STEPS)
    assert not written
