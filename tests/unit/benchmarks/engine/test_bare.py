"""The environment that bare vLLM is started in."""

from __future__ import annotations

import os

import pytest

from benchmarks.engine import bare
from deployments.errors import Misconfigured


def test_an_openmp_that_differs_from_the_served_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    with pytest.raises(Misconfigured, match="OMP_NUM_THREADS is 77 for the served engine"):
        bare._started_as_served()


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    with bare._environment({"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"]) == ("2", "passive")
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert "OMP_WAIT_POLICY" not in os.environ
