"""The command: its result, the cases that are wrong, and folders without any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.policy import __main__ as command


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    results: dict[str, Any] = {}
    monkeypatch.setattr(command.record, "write", lambda name, result, raw: results.update({name: result, "raw": raw}))
    return results


def test_what_is_wrong_is_listed(monkeypatch: pytest.MonkeyPatch, written: dict[str, Any]) -> None:
    rows = [
        {"id": "a", "label": "block", "rules": "length.*", "blocked_by": ""},
        {"id": "b", "label": "clean", "rules": "pii.*", "blocked_by": "LENGTH"},
        {"id": "c", "label": "clean", "rules": "pii.*", "blocked_by": ""},
    ]
    said: list[str] = []
    monkeypatch.setattr(command, "run", lambda _: ({"recall": 0.0}, rows))
    monkeypatch.setattr(command.console, "print", said.append)
    assert CliRunner().invoke(command.app, ["--wrong"]).exit_code == 0
    assert said == ["a (length.*): not blocked", "b (pii.*): LENGTH"]
    assert written == {"policy": {"recall": 0.0}, "raw": rows}


@pytest.mark.parametrize("content", [None, "no JSON"])
def test_a_folder_without_cases_is_refused(tmp_path: Path, content: str | None, written: dict[str, Any]) -> None:
    if content:
        (tmp_path / "a.jsonl").write_text(content)
    assert CliRunner().invoke(command.app, ["--suite", str(tmp_path)]).exit_code == 2
    assert not written
