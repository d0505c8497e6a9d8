"""What is made of the rows, and the waking over stand-ins."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.cluster import measure
from benchmarks.cluster.changes import Change
from benchmarks.cluster.measure import Plan, result, wake
from benchmarks.lib.fates import Fate, Judgement
from benchmarks.lib.local_app import Failed
from benchmarks.lib.open_loop import Reply

START = {"change": "start", "misplaced": 1}
ROW = {
    "change": "config",
    "lost": 2,
    "misplaced": 1,
    "recovered_s": 3.0,
    "requests": 9,
    "wrong": 0,
    "internal": 1,
    "not_run": "",
}


def test_the_result_leads_with_what_the_command_promises() -> None:
    made = result([START, ROW, {**ROW, "change": "model", "recovered_s": 1.0, "lost": 0, "misplaced": 0}])
    assert list(made)[:3] == ["lost", "misplaced", "recovered_s"]
    assert (made["lost"], made["misplaced"], made["recovered_s"]) == (2, 2, 3.0)
    assert (made["requests"], made["internal"], made["not_run"]) == (18, 2, {})


def test_a_change_that_was_not_made_or_not_recovered_from_has_no_time() -> None:
    missing = {"change": "node", "misplaced": 0, "recovered_s": None, "not_run": "no node"}
    assert result([START, ROW, missing])["recovered_s"] is None
    assert result([START, ROW, missing])["not_run"] == {"node": "no node"}
    assert result([START])["recovered_s"] is None
    for rows in ([START, ROW, missing], [START]):
        assert (result(rows)["lost"], result(rows)["misplaced"]) == (None, None), "nothing to count is not none"


async def test_every_change_is_made_in_turn_and_the_cluster_is_whole_before_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []

    @contextmanager
    def clustered(_: Path) -> Iterator[Any]:
        yield SimpleNamespace(misplaced=lambda: 0, wait_whole=lambda within_s: done.append("whole"))

    async def strike(cluster: Any, fault: Any, load: Any, _seed: int) -> Any:
        done.append(fault.name)
        fault.strike(cluster)
        row = {**ROW, "good": 7, "degraded": 0, "refused": 0, "late": 0}
        return {key: value for key, value in row.items() if key != "change"}, [{"at_s": 0.0}]

    async def wake(_: Any) -> dict[str, Any]:
        return {**ROW, "change": "woken", "good": 9, "degraded": 0, "refused": 0, "late": 0}

    two = [Change(name, lambda _, name=name: done.append(f"{name} made")) for name in ("first", "second")]  # type: ignore[misc]
    for name, fake in (("clustered", clustered), ("strike", strike), ("wake", wake), ("CHANGES", two)):
        monkeypatch.setattr(measure, name, fake)
    made, raw = await measure.run(Plan(tmp_path / "fake.yaml", 3.0, 6000, 0))
    assert done == ["first", "first made", "whole", "second", "second made", "whole"]
    assert [row["change"] for row in made["changes"]] == ["start", "first", "second", "woken"]
    assert [row["fault"] for row in raw] == ["first", "second"]
    assert made["lost"] == 6


class Answering:
    first = Fate.LOST
    later = Fate.GOOD

    def __init__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Answering:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def send(self, index: int, _timeout_s: float) -> Reply:
        await asyncio.sleep(0.3 if index < 3 else 0.0)  # who wakes it waits
        return Judgement(self.first if index == 0 else self.later).reply()


def sleeper(after: int) -> Any:
    """A cluster whose generator has replicas until it was looked at so often."""
    looks = iter(range(1000))
    config = {"applications": [{"args": {"scaling": {"generator": {}}}}]}

    def view() -> Any:
        awake = next(looks) < after
        replica = SimpleNamespace(deployment="Generator" if awake else "Ingress")
        return SimpleNamespace(status="RUNNING", targets={"Generator": int(awake)}, replicas=[replica])

    return SimpleNamespace(served=None, view=view, misplaced=lambda: 0, config=config, change=lambda edit: edit(config))


async def test_a_stage_at_zero_is_called_and_its_calls_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "Callers", Answering)
    monkeypatch.setattr(measure, "_LOOK_S", 0.0)
    cluster = sleeper(3)
    row = await wake(cluster)
    assert cluster.config["applications"][0]["args"]["scaling"]["generator"]["min_replicas"] == 0
    assert (row["lost"], row["good"]) == (1, row["requests"] - 1)
    assert row["recovered_s"] == pytest.approx(0.3, abs=0.1), "the first answer, not the fastest one"


async def test_a_refusal_wakes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(Answering):
        later = Fate.REFUSED

        async def send(self, index: int, timeout_s: float) -> Reply:
            return await super().send(0, timeout_s) if index == 0 else Judgement(self.later).reply()

    class AtLast(Refusing):
        first = Fate.GOOD

    monkeypatch.setattr(measure, "_LOOK_S", 0.0)
    for callers, seconds in ((Refusing, None), (AtLast, pytest.approx(0.3, abs=0.1))):
        monkeypatch.setattr(measure, "Callers", callers)
        assert (await wake(sleeper(3)))["recovered_s"] == seconds


async def test_one_that_does_not_fall_asleep_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_ASLEEP_S", 0.0)
    with pytest.raises(Failed, match="has replicas after"):
        await wake(sleeper(1000))
