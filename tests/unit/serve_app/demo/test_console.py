"""Progress where there is no terminal."""

from __future__ import annotations

import pytest

from serve_app.demo import console


def test_a_stage_that_became_ready_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(console.console, "_force_terminal", False)
    monkeypatch.setattr(console.console, "print", lines.append)
    with console.waiting(("Captioner", "Generator")) as report:
        report({"Captioner": 1.0})
        report({"Captioner": 1.0})
        report({"Captioner": 1.0, "Generator": 2.0})
    assert len(lines) == 2
    assert "Captioner ✓" in lines[0]
    assert "Generator …" in lines[0]
    assert "Generator ✓" in lines[1]
