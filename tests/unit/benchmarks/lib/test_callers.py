"""The mix of callers: every form in turn, each request with its own marks."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

from benchmarks.lib.callers import FORMS, Callers, form_of
from benchmarks.lib.fates import Fate, Judgement, judged
from benchmarks.lib.open_loop import Sample
from deployments.types import Item
from serve_app.flow.knobs import AdmissionKnobs

SERVED: Any = SimpleNamespace(address="127.0.0.1:1", url="http://127.0.0.1:1", application="pushgen")


class Noting:
    """Stands in for a caller."""

    def __init__(self, name: str, seen: list[tuple[str, str, float]]) -> None:
        self._name = name
        self._seen = seen

    async def unary(self, _request: Any, patience_s: float) -> Judgement:
        return self._note("unary", patience_s)

    async def stream(self, _request: Any, patience_s: float) -> Judgement:
        return self._note("stream", patience_s)

    async def batch(self, _requests: Any, patience_s: float) -> Judgement:
        return self._note("batch", patience_s)

    async def close(self) -> None:
        return

    def _note(self, call: str, patience_s: float) -> Judgement:
        self._seen.append((self._name, call, patience_s))
        return Judgement(Fate.GOOD)


async def test_every_form_has_its_turn_and_its_patience() -> None:
    seen: list[tuple[str, str, float]] = []
    async with Callers(SERVED, [Item(title="Tea")], 1000, "run") as callers:
        callers._callers = {name: Noting(name, seen) for name in ("grpc", "http")}  # type: ignore[misc]
        replies = [await callers.send(n, callers.longest_s) for n in range(len(FORMS))]
    assert Counter((protocol, call) for protocol, call, _ in seen) == Counter(FORMS)
    assert {patience for _, call, patience in seen if call != "batch"} == {3.0}
    assert {patience for _, call, patience in seen if call == "batch"} == {AdmissionKnobs().max_batch_s + 2.0}
    late = [judged(Sample(n, 0, 0, 2.0, reply), 1000).fate for n, reply in enumerate(replies)]
    assert {fate for n, fate in enumerate(late) if form_of(n).call == "batch"} == {Fate.GOOD}
    assert {fate for n, fate in enumerate(late) if form_of(n).call != "batch"} == {Fate.LATE}


async def test_no_two_requests_are_alike() -> None:
    async with Callers(SERVED, [Item(title="Tea"), Item(title="Cake")], 1000, "run") as callers:
        made = [callers.request(n, part) for n in range(4) for part in range(3)]
    for marks in (
        {r.request_id for r in made},
        {r.item.id for r in made},
        {r.incumbents[0].title for r in made},
    ):
        assert len(marks) == 12
    assert {r.options.time_budget_ms for r in made} == {1000}
