"""The cache folder: chosen so that prepared weights are found and new ones can be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from deployments.errors import Misconfigured
from deployments.weights import cache
from deployments.weights.cache import cache_dirs, make_once, weights_dir


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PUSHGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_the_folder_that_was_chosen_is_the_only_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "chosen"))
    assert cache_dirs() == [tmp_path / "chosen"]


def test_a_home_that_can_be_written_has_the_cache(tmp_path: Path) -> None:
    assert weights_dir("m") == tmp_path / "home/.cache/pushgen/weights/m"


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize(
    ("env", "where"),
    [
        ({}, "private"),  # no home at all, and no name
        ({"HOME": ""}, "private"),
        ({"HOME": "~"}, "private"),
        ({"HOME": "/no/such/home"}, "private"),
        ({"HOME": "{base}/locked"}, "private"),
        ({"HOME": "{base}/closed"}, "private"),
        ({"HOME": "{base}/closed/home"}, "private"),
        ({"HOME": "{base}/baked"}, "{base}/baked/.cache/pushgen/weights/m"),
        ({"HOME": "{base}/locked", "XDG_CACHE_HOME": "{base}"}, "{base}/pushgen/weights/m"),
    ],
)
def test_a_user_who_cannot_write_at_home_has_a_cache_elsewhere(
    env: dict[str, str], where: str, open_folder: Path
) -> None:
    (open_folder / "locked").mkdir()
    (open_folder / "closed").mkdir(mode=0o700)
    (open_folder / "baked/.cache/pushgen/weights/m").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "USER", "LOGNAME")}
    given = {name: value.format(base=open_folder) for name, value in env.items()}
    done = subprocess.run(
        [sys.executable, "-c", "from deployments.weights.cache import weights_dir; print(weights_dir('m'))"],
        env=kept | {"TMPDIR": str(open_folder)} | given, capture_output=True, text=True, user=54321, group=54321,
        extra_groups=[],
    )  # fmt: skip
    private = f"{open_folder}/pushgen-54321/.cache/pushgen/weights/m"
    assert done.stdout.strip() == (private if where == "private" else where.format(base=open_folder)), done.stderr


def test_a_lock_that_is_never_given_back_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LOCK_TIMEOUT_S", 0.1)
    folder = weights_dir("m").parent
    folder.mkdir(parents=True)
    with filelock.FileLock(folder / ".m.lock"), pytest.raises(Misconfigured, match="another process has been at it"):
        make_once("m", "model", lambda _: None, cache.silent)
