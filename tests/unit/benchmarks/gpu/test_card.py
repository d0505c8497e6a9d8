"""Without a GPU there is nothing to measure, and it says so."""

from __future__ import annotations

import pytest

from benchmarks.gpu import card
from deployments.errors import Misconfigured


def test_without_a_gpu_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Misconfigured, match="finds no GPU"):
        card.measure()


def test_the_warm_up_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    clock = iter([10.0, 12.0])
    monkeypatch.setattr(card.time, "perf_counter", lambda: next(clock))
    runs: list[int] = []
    assert card.seconds(lambda: runs.append(1)) == pytest.approx(0.1)
    assert len(runs) == 23
