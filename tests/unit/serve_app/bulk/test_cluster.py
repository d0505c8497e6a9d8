"""A Ray cluster of a job's own, and one that runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployments.errors import Misconfigured
from serve_app.bulk import cluster


class FakeRay(SimpleNamespace):
    """Keeps what it was started with."""

    def __init__(self) -> None:
        super().__init__(started=[], ended=0, refusal=None)

    def init(self, **options: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.started.append(options)
        if "_temp_dir" in options:
            (Path(options["_temp_dir"]) / "session").mkdir()

    def shutdown(self) -> None:
        self.ended += 1


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return fake


def test_a_cluster_of_its_own_leaves_nothing_behind(ray: FakeRay, tmp_path: Path) -> None:
    os.environ["RAY_ADDRESS"] = "10.0.0.1:6379"
    with cluster.local(2.6, tmp_path / "ray"):
        folder = (tmp_path / "ray").resolve()
        assert (ray.started[0]["num_cpus"], ray.started[0]["_temp_dir"]) == (2, str(folder))
        assert folder.is_dir()
        assert os.environ["RAY_AUTH_MODE"] == "disabled"
        assert "RAY_ADDRESS" not in os.environ
    assert ray.ended == 1
    assert not folder.exists()
    assert not (tmp_path / "ray").is_symlink()


def test_it_removes_what_a_killed_one_left(ray: FakeRay, tmp_path: Path) -> None:
    left = tmp_path / "left"
    (left / "session").mkdir(parents=True)
    (tmp_path / "ray").symlink_to(left)
    with cluster.local(1, tmp_path / "ray"):
        assert not left.exists()


def test_a_link_to_nowhere_is_replaced(ray: FakeRay, tmp_path: Path) -> None:
    (tmp_path / "ray").symlink_to(tmp_path / "gone")
    with cluster.local(1, tmp_path / "ray"):
        assert (tmp_path / "ray").resolve().is_dir()


def test_one_that_runs_is_used_by_its_address(ray: FakeRay) -> None:
    with cluster.running("auto"):
        assert ray.started[0]["address"] == "auto"
        assert "num_cpus" not in ray.started[0]
    assert ray.ended == 1


def test_an_address_without_a_cluster_is_said(ray: FakeRay) -> None:
    ray.refusal = ConnectionError("Could not find any running Ray instance.\nA long story.")
    words = r"^--address: Could not find any running Ray instance\.$"
    with pytest.raises(Misconfigured, match=words), cluster.running("auto"):
        pass


@pytest.mark.parametrize("kind", [RuntimeError, ValueError])
def test_what_ray_refuses_is_said_in_a_line(ray: FakeRay, tmp_path: Path, kind: type[Exception]) -> None:
    ray.refusal = kind("Version mismatch.\nA long story.")
    with pytest.raises(Misconfigured, match=r"^--address: Version mismatch\.$"), cluster.running("auto"):
        pass
    with pytest.raises(Misconfigured, match=r"^Ray does not start: Version mismatch\.$"):  # noqa: SIM117
        with cluster.local(1, tmp_path / "ray"):
            pass


def test_an_error_of_a_worker_is_its_last_line() -> None:
    told = "ray::MapWorker (pid=7)\n  File x.py\ndeployments.errors.Misconfigured: no model 'm'\n\nThe actor died"
    assert isinstance(cluster.explained(RuntimeError(told)), Misconfigured)
    assert str(cluster.explained(RuntimeError(told))) == "no model 'm'"
    other = cluster.explained(RuntimeError("ray::MapWorker\nOSError: disk full\n"))
    assert isinstance(other, cluster.BulkFailed)
    assert str(other) == "OSError: disk full; the same command goes on"
    assert str(cluster.explained(RuntimeError())).startswith("RuntimeError")
