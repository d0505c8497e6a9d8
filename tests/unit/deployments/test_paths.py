"""A path of a config means the same in every process; a folder for a user who has none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployments.paths import find, private_folder, writable


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


def test_a_private_folder_is_this_user_s_alone(tmp_path: Path) -> None:
    folder = private_folder(tmp_path)
    assert folder == private_folder(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "open to others"])
def test_a_private_folder_that_others_could_have_made_is_refused(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / f"pushgen-{os.getuid()}"
    if kind == "link":
        folder.symlink_to(tmp_path)
    elif kind == "file":
        folder.touch()
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(OSError, match=r"pushgen-\d+"):
        private_folder(tmp_path)


def test_a_folder_that_can_be_made_is_writable(tmp_path: Path) -> None:
    assert writable(tmp_path / "a/b")
    (tmp_path / "file").touch()
    assert not writable(tmp_path / "file")
    assert not writable(tmp_path / "file/a")
    assert not writable(Path("/proc/1/x/y"))
