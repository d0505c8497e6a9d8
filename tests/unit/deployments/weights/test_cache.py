"""The cache folder: where it is, and a model in it that is whole or not there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from deployments.errors import Misconfigured
from deployments.weights import cache
from deployments.weights.cache import cache_dirs, make_once, silent, weights_dir


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PUSHGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def never(_: Path) -> None:
    raise AssertionError("it was made already")


def write(target: Path) -> None:
    (target / "weights").write_text("w")


def test_a_choice_may_begin_with_a_tilde_and_an_empty_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PUSHGEN_CACHE", "~/mine")
    assert weights_dir("k") == tmp_path / "mine" / "weights" / "k"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PUSHGEN_CACHE", "")
    assert weights_dir("k") == tmp_path / "xdg" / "pushgen" / "weights" / "k"


@pytest.mark.usefixtures("chosen")
def test_a_model_is_made_once_and_then_found() -> None:
    steps: list[tuple[str, float]] = []
    folder = make_once("k", "toy", write, silent)
    assert (folder / "weights").read_text() == "w"
    assert make_once("k", "toy", never, lambda *step: steps.append(step)) == folder
    assert steps == [("ready", 1.0)]


@pytest.mark.usefixtures("chosen")
def test_other_users_of_the_machine_may_read_it() -> None:
    def private(target: Path) -> None:
        write(target)
        (target / "weights").chmod(0o600)

    folder = make_once("k", "toy", private, silent)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "weights").stat().st_mode) == 0o644


def test_what_fails_leaves_no_folder_behind(chosen: Path) -> None:
    def fail(target: Path) -> None:
        write(target)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_once("k", "toy", fail, silent)
    assert [p.name for p in (chosen / "weights").iterdir() if p.is_dir()] == []


def test_what_a_killed_process_left_is_removed_and_that_of_another_model_is_not(chosen: Path) -> None:
    (chosen / "weights").mkdir(parents=True)
    mine, others = (chosen / "weights" / f".{key}.partial-x" for key in ("k", "other"))
    mine.mkdir()
    others.mkdir()
    make_once("k", "toy", write, silent)
    assert not mine.exists()
    assert others.exists()


def test_a_disk_that_cannot_take_it_is_said_with_the_way_out(chosen: Path) -> None:
    def full(target: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Misconfigured, match=r"cannot prepare 'toy' .*No space left on device.*PUSHGEN_CACHE") as caught:
        make_once("k", "toy", full, silent)
    assert str(chosen) not in str(caught.value)


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
