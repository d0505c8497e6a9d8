"""Generated pages are written, and a drifted one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import docs


def test_a_check_names_what_drifted_and_a_run_puts_it_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "docs/reference"
    folder.mkdir(parents=True)
    (folder / "old.md").write_text("x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "PAGES", {"new": lambda: "# New\n"})

    monkeypatch.setattr("sys.argv", ["docs.py", "--check"])
    assert docs.main() == 1
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [
        "docs/reference/new.md", "docs/reference/old.md",
    ]  # fmt: skip
    monkeypatch.setattr("sys.argv", ["docs.py"])
    assert docs.main() == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"new.md": docs.NOTE + "# New\n"}
    monkeypatch.setattr("sys.argv", ["docs.py", "--check"])
    assert docs.main() == 0
