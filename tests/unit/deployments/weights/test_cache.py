"""The cache folder: where it is, and a model in it that is whole or not there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights.cache import cache_dir, make_once, silent, weights_dir


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def never(_: Path) -> None:
    raise AssertionError("it was made already")


def write(target: Path) -> None:
    (target / "weights").write_text("w")


def test_an_operator_chooses_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PUSHGEN_CACHE", "~/mine")
    assert cache_dir() == tmp_path / "mine"
    assert weights_dir("k") == tmp_path / "mine" / "weights" / "k"


def test_without_a_choice_it_is_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUSHGEN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "pushgen"
    monkeypatch.setenv("PUSHGEN_CACHE", "")
    assert cache_dir() == tmp_path / "xdg" / "pushgen", "an empty variable names no folder"


@pytest.mark.usefixtures("cache")
def test_a_model_is_made_once_and_then_found() -> None:
    steps: list[tuple[str, float]] = []
    folder = make_once("k", "toy", write, silent)
    assert (folder / "weights").read_text() == "w"
    assert make_once("k", "toy", never, lambda *step: steps.append(step)) == folder
    assert steps == [("ready", 1.0)]


@pytest.mark.usefixtures("cache")
def test_other_users_of_the_machine_may_read_it() -> None:
    def private(target: Path) -> None:
        write(target)
        (target / "weights").chmod(0o600)

    folder = make_once("k", "toy", private, silent)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "weights").stat().st_mode) == 0o644


def test_what_fails_leaves_no_folder_behind(cache: Path) -> None:
    def fail(target: Path) -> None:
        write(target)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_once("k", "toy", fail, silent)
    assert [p.name for p in (cache / "weights").iterdir() if p.is_dir()] == []


def test_what_a_killed_process_left_is_removed_and_that_of_another_model_is_not(cache: Path) -> None:
    (cache / "weights").mkdir(parents=True)
    mine, others = (cache / "weights" / f".{key}.partial-x" for key in ("k", "other"))
    mine.mkdir()
    others.mkdir()
    make_once("k", "toy", write, silent)
    assert not mine.exists()
    assert others.exists()


def test_a_disk_that_cannot_take_it_is_said_with_the_way_out(cache: Path) -> None:
    def full(target: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Misconfigured, match=r"cannot prepare 'toy' .*No space left on device.*PUSHGEN_CACHE") as caught:
        make_once("k", "toy", full, silent)
    assert str(cache) not in str(caught.value)
