"""Counts and refusals of the installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import install


def test_comments_of_a_lock_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / "a.lock").write_text("# comment\n\nray==2.60.0\ntorch==2.9\n")
    assert install.pinned(tmp_path / "a.lock") == 2


def test_another_python_is_refused_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 12, 0))
    monkeypatch.setattr(install.venv, "create", lambda *_, **__: pytest.fail("made an environment"))
    assert install.main() == 1
    assert "PYTHON=python3.11" in capsys.readouterr().out
