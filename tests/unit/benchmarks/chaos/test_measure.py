"""A strike over stand-ins, and what is made of the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.chaos import measure
from benchmarks.chaos.faults import Fault, NotRun, Struck
from benchmarks.chaos.measure import Load, Plan
from benchmarks.lib.fates import Fate, Judgement
from benchmarks.lib.local_app import Failed
from benchmarks.lib.open_loop import Reply
from serve_app.demo.local import StartFailed

PLAN = Plan((Path("configs/fake.yaml"), Path("configs/demo.yaml")), (), 0.5, None, None, 0)


class Answering:
    """Callers whose every request is answered as the stand says at that moment."""

    longest_s = 5.0

    def __init__(self, stand: Any) -> None:
        self._stand = stand

    async def __aenter__(self) -> Answering:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def send(self, _index: int, _timeout_s: float) -> Reply:
        await asyncio.sleep(0.01)
        return Judgement(self._stand.fate).reply()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(measure, "_callers", lambda stand, _budget, _name: Answering(stand))
    monkeypatch.setattr(measure, "_BEFORE_S", 0.2)
    monkeypatch.setattr(measure, "_POLL_S", 0.05)
    monkeypatch.setattr(measure, "_END_S", 0.0)
    monkeypatch.setattr(measure, "_CAPACITY_S", 0.3)
    monkeypatch.setattr(measure, "window_s", lambda _: 0.3)
    monkeypatch.setattr("benchmarks.chaos.watch._LEAST_S", 0.5)
    return SimpleNamespace(fate=Fate.GOOD, whole=lambda _lost: False)


async def test_a_fault_that_passes_has_a_time(stand: Any) -> None:
    undone: list[bool] = []

    def breaks(stand: Any) -> Struck:
        stand.fate = Fate.LOST
        return Struck(frozenset([7]), undo=lambda: undone.append(True))

    async def heals() -> None:
        await asyncio.sleep(0.7)
        stand.fate, stand.whole = Fate.GOOD, lambda lost: lost == frozenset([7])

    healing = asyncio.create_task(heals())
    row, raw = await measure.strike(stand, Fault("x", breaks, 10.0), Load(100.0, 100), 0)
    await healing
    assert row["lost"] > 10
    assert row["requests"] == row["lost"] + row["good"] == len(raw)
    assert row["recovered_s"] == pytest.approx(0.5, abs=0.4)
    assert row["replaced_s"] is not None
    assert row["not_good_before"] == 0
    assert undone
    assert min(r["at_s"] for r in raw) < 0 < max(r["at_s"] for r in raw)


async def test_one_that_does_not_pass_has_none(stand: Any) -> None:
    def breaks(stand: Any) -> Struck:
        stand.fate = Fate.LOST
        return Struck()

    row, _ = await measure.strike(stand, Fault("x", breaks, 0.6), Load(100.0, 100), 0)
    assert (row["recovered_s"], row["replaced_s"]) == (None, None)


@pytest.mark.parametrize("error", [NotRun("no root"), Failed("no root")])
async def test_one_that_cannot_strike_is_not_run(stand: Any, error: Exception) -> None:
    def fails(_stand: Any) -> Any:
        raise error

    for fault in (Fault("x", fails), Fault("x", lambda _: Struck(), 1.0, fails)):
        row, raw = await measure.strike(stand, fault, Load(100.0, 100), 0)
        assert row["not_run"] == "no root"
        assert raw == []


async def test_the_load_follows_from_what_the_application_can_do(stand: Any) -> None:
    load = await measure.find_load(stand, PLAN)
    assert load.budget_ms == 1500
    assert load.rate == pytest.approx(0.5 * 8 / 0.01, rel=0.5)
    assert load.fine == {Fate.GOOD}
    stand.fate = Fate.DEGRADED
    given = await measure.find_load(stand, replace(PLAN, rps=3.0, budget_ms=900))
    assert given == Load(3.0, 900, frozenset([Fate.GOOD, Fate.DEGRADED]))
    stand.fate = Fate.INTERNAL
    with pytest.raises(Failed, match="internal"):
        await measure.find_load(stand, PLAN)


async def test_an_application_that_does_not_come_back_is_started_anew(
    stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[Path] = []

    @contextmanager
    def standing(config: Path) -> Iterator[Any]:
        starts.append(config)
        if config.stem == "demo":
            raise StartFailed("no weights")
        yield stand

    async def load(_stand: Any, _plan: Plan) -> Load:
        return Load(100.0, 100)

    stand.served = SimpleNamespace(processes=list)
    stand.whole = lambda lost=None: lost is not None  # replaced, and yet not whole afterwards
    monkeypatch.setattr(measure, "standing", standing)
    monkeypatch.setattr(measure, "find_load", load)
    faults = [Fault(name, lambda _: Struck(), 0.6) for name in ("x", "y")]
    result, raw = await measure.run(replace(PLAN, faults=faults))
    assert [config.stem for config in starts] == ["fake", "fake", "demo"]
    assert result["not_run"] == {"demo x": "no start", "demo y": "no start"}
    assert result["requests"] == len(raw) > 0


def row(config: str, fault: str, **changes: Any) -> dict[str, Any]:
    row = {"config": config, "fault": fault, **measure.not_run(""), "recovered_s": 1.0}
    return row | changes


def rows() -> list[dict[str, Any]]:
    return [
        row("fake", "router", requests=100, good=98, lost=2),
        row("fake", "disk", not_run="no captions", recovered_s=None),
        row("demo", "disk", requests=50, good=50, orphans=1, recovered_s=None),
    ]


def test_the_result_has_totals_and_times_by_fault() -> None:
    result = measure.result(PLAN, rows())
    assert {key: result[key] for key in ("requests", "lost", "wrong", "internal", "late", "orphans")} == {
        "requests": 150, "lost": 2, "wrong": 0, "internal": 0, "late": 0, "orphans": 1,
    }  # fmt: skip
    assert result["recovered_s"] == {"fake": {"router": 1.0}, "demo": {"disk": None}}
    assert result["not_recovered"] == ["demo disk"]
    assert result["not_run"] == {"fake disk": "no captions"}
