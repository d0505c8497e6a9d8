"""Files that a config names, and a folder for a user who has none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployments.paths import find, private_folder, writable


def test_a_relative_path_is_looked_up_in_the_project_too(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("configs/demo.yaml") == root / "configs/demo.yaml"
    assert find("no/such") is None
    assert find(tmp_path) == tmp_path


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
