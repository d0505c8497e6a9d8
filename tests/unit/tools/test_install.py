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


def test_packages_are_counted_only_where_their_number_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project's own step collects nothing that is counted."""
    python = tmp_path / "a venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho Collecting x\necho Installing collected packages: x\n")
    python.chmod(0o755)
    monkeypatch.setattr(install, "VENV", python.parent.parent)
    assert install.pip("install", "-e", str(tmp_path / "a project")) == (
        0, "Collecting x\nInstalling collected packages: x\n",
    )  # fmt: skip
    assert capsys.readouterr().out == ""
    install.pip("install", "-r", "x.lock", total=1)
    assert "unpacking 1 packages" in capsys.readouterr().out


def test_a_folder_in_which_no_environment_can_be_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for folder, words in (("a:b", "PATH separator"), ("file/x", "Not a directory")):
        monkeypatch.setattr(install, "VENV", tmp_path / folder / ".venv")
        assert install.main() == 1
        out = capsys.readouterr().out
        assert "Creating" in out
        assert words in out
