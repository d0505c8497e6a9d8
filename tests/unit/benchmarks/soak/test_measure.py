"""What is made of the samples and of the memory."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from benchmarks.lib.fates import Fate, Judgement
from benchmarks.lib.open_loop import Sample
from benchmarks.soak import measure
from benchmarks.soak.measure import Plan, growth_pct, memory_mib, result

PLAN = Plan(Path("configs/fake.yaml"), 15.0, 0.7, 4.0, 0.1, None, 2000, 0)


def at(seconds: float, fate: Fate) -> tuple[Sample, Judgement]:
    return Sample(0, seconds, seconds, seconds + 0.1, Judgement(fate).reply()), Judgement(fate)


def memory(*mib: float) -> list[dict[str, float]]:
    return [{"at_s": 60.0 * n, "replicas_mib": each, "ray_mib": 100.0} for n, each in enumerate(mib)]


def results() -> dict[str, Any]:
    fates = [
        *(at(n, Fate.GOOD) for n in range(9)), at(9, Fate.LATE), at(20, Fate.CANCELLED),
        *(at(41, Fate.REFUSED) for _ in range(3)), at(42, Fate.GOOD), at(46, Fate.DEGRADED),
    ]  # fmt: skip
    return result(PLAN, 20.0, fates, memory(50, 90, 100, 100, 100, 101, 104, 104, 104), 0)


def test_shares_are_of_those_who_stayed_by_phase() -> None:
    soaked = results()
    assert soaked["goodput_ratio"] == 0.9
    assert soaked["goodput_ratio_burst"] == 0.25
    assert soaked["late_share"] == pytest.approx(1 / 12, abs=1e-5)
    assert (soaked["cancelled"], soaked["requests"], soaked["offered_rps"]) == (1, 16, 14.0)
    json.dumps(soaked)


def test_growth_is_between_the_ends_after_the_warm_up() -> None:
    assert results()["rss_growth_pct"] == 2.0
    assert results()["replicas_growth_pct"] == 4.0
    assert growth_pct(memory(50, 60, 70), "replicas_mib") is None


def test_memory_is_of_replicas_and_of_the_rest() -> None:
    def process(pid: int, parent: int, title: str, mib: int) -> Any:
        full = SimpleNamespace(pss=mib * 2**20)
        return SimpleNamespace(pid=pid, ppid=lambda: parent, cmdline=lambda: [title], memory_full_info=lambda: full)

    def gone() -> Any:
        raise psutil.NoSuchProcess(9)

    processes = [
        process(1, 0, "raylet", 10),
        process(2, 1, "ray::ServeReplica:pushgen:Generator", 20),
        process(3, 2, "VLLM::EngineCore", 40),
        SimpleNamespace(pid=9, ppid=lambda: 1, cmdline=gone),
    ]
    served: Any = SimpleNamespace(processes=lambda: processes)
    assert memory_mib(served) == {"replicas_mib": 60.0, "ray_mib": 10.0}


async def test_the_knee_is_searched_with_every_form_of_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[float] = []

    async def load(_target: Any, arrivals: Any, *_: Any, **__: Any) -> Any:
        offered.append(arrivals.rate)
        return SimpleNamespace()

    def point(_run: Any, rate: float, slo_ms: float) -> Any:
        assert slo_ms == PLAN.budget_ms
        return measure.Point(rate, 1.0 if rate <= 10 else 0.5, "", {})

    monkeypatch.setattr(measure, "open_loop", load)
    monkeypatch.setattr(measure.load_stats, "point", point)
    callers: Any = SimpleNamespace(longest_s=5.0)
    assert 9 <= await measure._knee(callers, PLAN) <= 10
    assert offered[0] == 4.0
