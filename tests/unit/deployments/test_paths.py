"""A path of a config means the same in every process."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.paths import find


def test_a_relative_path_is_the_projects_wherever_a_replica_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("configs/categories.yaml") == root / "configs/categories.yaml"
    assert find(Path("configs")) == root / "configs"


def test_the_working_directory_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    assert find("configs") == tmp_path / "configs"


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    assert find(file) is None
    file.touch()
    assert find(str(file)) == file


def test_an_absolute_path_is_not_looked_for_in_the_project() -> None:
    assert find("/configs/categories.yaml") is None


def test_a_tilde_is_the_home_of_whom_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    assert find("~/weights") == tmp_path / "weights"
    assert find("~/nothing") is None


def test_what_is_nowhere_is_none() -> None:
    assert find("no/such/thing") is None
